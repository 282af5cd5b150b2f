CREATE TABLE "spent_challenges" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"kept_until" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "spent_challenges_over" ON "spent_challenges" USING btree ("kept_until");
--> statement-breakpoint

-- A start for which a challenge was solved: made once for it, in the same transaction. A second one waits here for the first.
CREATE FUNCTION cs_create_once_1(
  p_id text, p_reference text, p_service text, p_channel text, p_purpose text, p_locale text, p_recipient_sealed bytea,
  p_address_index bytea, p_budget_index bytea, p_country text, p_session_mac bytea, p_authenticated boolean, p_kind text,
  p_code_length integer, p_code_hash text, p_pepper_key_id text, p_code_sealed bytea, p_max_attempts integer,
  p_sends integer, p_max_sends integer, p_last_send_at bigint, p_client_ip text, p_metadata jsonb, p_created_at bigint,
  p_expires_at bigint, p_slots bytea[], p_slot_locks bigint[], p_held text[], p_budgets bytea[], p_budget_locks bigint[],
  p_spans bigint[], p_rooms bigint[], p_delivery jsonb, p_claim jsonb, p_events jsonb, p_actor jsonb, p_key jsonb,
  p_clock bigint, p_challenge bytea, p_kept_until bigint
) RETURNS TABLE (kind text, number bigint, fingerprint bytea, answer bytea)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
  INSERT INTO spent_challenges (id, kept_until) VALUES (p_challenge, p_kept_until) ON CONFLICT (id) DO NOTHING;
  IF NOT FOUND THEN
    -- The same request again has the answer of the first.
    SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_created_at) a;
    kind := CASE WHEN FOUND THEN 'answered_before' ELSE 'challenge_spent' END;
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT c.kind, c.number, c.fingerprint, c.answer INTO kind, number, fingerprint, answer FROM cs_create_6(
    p_id, p_reference, p_service, p_channel, p_purpose, p_locale, p_recipient_sealed, p_address_index,
    p_budget_index, p_country, p_session_mac, p_authenticated, p_kind, p_code_length, p_code_hash, p_pepper_key_id,
    p_code_sealed, p_max_attempts, p_sends, p_max_sends, p_last_send_at, p_client_ip, p_metadata, p_created_at,
    p_expires_at, p_slots, p_slot_locks, p_held, p_budgets, p_budget_locks, p_spans, p_rooms, p_delivery, p_claim,
    p_events, p_actor, p_key, p_clock
  ) c;
  IF kind <> 'created' THEN DELETE FROM spent_challenges WHERE id = p_challenge; END IF;
  RETURN NEXT;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_purge_answers_2(p_now bigint, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH old AS (
    SELECT ctid FROM spent_challenges WHERE kept_until <= p_now LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM spent_challenges WHERE ctid IN (SELECT ctid FROM old) RETURNING 1
  )
  SELECT cs_purge_answers_1(p_now, p_limit) + (SELECT count(*)::integer FROM gone)
$$;
