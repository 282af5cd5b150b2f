-- A session goes on with its verification only while a message of it can have arrived or one may still be sent.

-- Every send was made, and each failed for good or was replaced with none of its tries gone out.
CREATE FUNCTION cs_is_without_message_1(r verifications) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT r.sends > 0 AND r.sends >= r.max_sends AND NOT EXISTS (
    SELECT 1 FROM deliveries d WHERE d.verification_seq = r.seq
      AND (d.status NOT IN ('failed', 'canceled') OR d.ambiguous > 0))
$$;
--> statement-breakpoint

CREATE FUNCTION cs_continuable_2(p_slots bytea[], p_authenticated boolean, p_decoy boolean, p_now bigint)
RETURNS SETOF verification_rows LANGUAGE sql STABLE AS $$
  SELECT c.* FROM cs_continuable_1(p_slots, p_authenticated, p_decoy, p_now) c
  WHERE NOT cs_is_without_message_1((SELECT s FROM verifications s WHERE s.seq = c.seq))
$$;
--> statement-breakpoint

-- As cs_create_1, after such a verification has let go of the session. Its locks first, in the order of all.
CREATE FUNCTION cs_create_2(
  p_row jsonb, p_code_hash text, p_code_sealed bytea, p_slots bytea[], p_guesses jsonb, p_actor jsonb,
  p_details jsonb, p_key jsonb, p_clock bigint
) RETURNS TABLE (kind text, limit_name text, fingerprint bytea, answer bytea, v verification_rows)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
  IF p_slots IS NOT NULL THEN
    PERFORM cs_lock_1(cs_key_macs_1(p_key));
    PERFORM cs_lock_1(p_slots);
    PERFORM cs_lock_1((SELECT array_agg(decode(b, 'hex')) FROM jsonb_array_elements_text(p_guesses->'budgets') b));
    UPDATE verifications s SET session_slot = NULL WHERE s.session_slot = ANY (p_slots) AND cs_is_without_message_1(s);
  END IF;
  RETURN QUERY SELECT * FROM cs_create_1(p_row, p_code_hash, p_code_sealed, p_slots, p_guesses, p_actor, p_details, p_key, p_clock);
END $$;
