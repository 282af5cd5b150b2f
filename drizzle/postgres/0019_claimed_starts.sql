-- As cs_create_4, which stays for older programs; and p_claim, a change of its message as cs_apply_deliveries_2 takes one,
-- written with it: the worker of the start's own node has the message, with no look and no claim. By the time under the locks
-- (`number`, where it is claimed) its lease begins, and it is left to be claimed where too little time is left by then.
CREATE FUNCTION cs_create_5(
  p_id text, p_reference text, p_service text, p_channel text, p_purpose text, p_locale text, p_recipient_sealed bytea,
  p_address_index bytea, p_budget_index bytea, p_country text, p_session_mac bytea, p_authenticated boolean, p_kind text,
  p_code_length integer, p_code_hash text, p_pepper_key_id text, p_code_sealed bytea, p_max_attempts integer,
  p_sends integer, p_max_sends integer, p_last_send_at bigint, p_client_ip text, p_metadata jsonb, p_created_at bigint,
  p_expires_at bigint, p_slots bytea[], p_slot_locks bigint[], p_held text[], p_budgets bytea[], p_budget_locks bigint[],
  p_spans bigint[], p_rooms bigint[], p_delivery jsonb, p_claim jsonb, p_events jsonb, p_actor jsonb, p_key jsonb,
  p_clock bigint
) RETURNS TABLE (kind text, number bigint, fingerprint bytea, answer bytea)
LANGUAGE plpgsql SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_lock bigint;
  v_seq bigint;
  v_now bigint;
  v_claim jsonb;
BEGIN
  IF p_key IS NOT NULL THEN
    SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_created_at) a;
    IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  END IF;
  IF p_slots IS NOT NULL THEN
    FOREACH v_lock IN ARRAY p_slot_locks LOOP
      CONTINUE WHEN pg_advisory_xact_lock(v_lock) IS NULL;
    END LOOP;
    IF p_held <> ARRAY(SELECT s.id || '/' || concat_ws('/', s.status, s.attempts, s.failed, s.sends) FROM verifications s
      WHERE s.session_slot = ANY (p_slots) ORDER BY s.id COLLATE "C")
    THEN
      kind := 'held'; RETURN NEXT; RETURN;
    END IF;
  END IF;
  FOREACH v_lock IN ARRAY p_budget_locks LOOP
    CONTINUE WHEN pg_advisory_xact_lock(v_lock) IS NULL;
  END LOOP;
  number := cs_guesses_full_1(p_service, p_budgets, p_authenticated, p_created_at, p_spans, p_rooms);
  IF number IS NOT NULL THEN kind := 'guesses_refused'; RETURN NEXT; RETURN; END IF;
  IF p_slots IS NOT NULL THEN
    UPDATE verifications SET session_slot = NULL WHERE session_slot = ANY (p_slots);
  END IF;
  -- By name: a later version may have added a column, anywhere.
  INSERT INTO verifications (
    id, reference, service, status, channel, purpose, locale, recipient_sealed, address_index,
    budget_index, country, session_mac, session_slot, authenticated, kind, code_length, pepper_key_id,
    attempts, failed, max_attempts, sends, max_sends, last_send_at, client_ip, metadata, created_at, expires_at
  ) VALUES (
    p_id, p_reference, p_service, 'pending', p_channel, p_purpose, p_locale, p_recipient_sealed, p_address_index,
    p_budget_index, p_country, p_session_mac, p_slots[1], p_authenticated, p_kind, p_code_length, p_pepper_key_id,
    0, 0, p_max_attempts, p_sends, p_max_sends, p_last_send_at, p_client_ip, p_metadata, p_created_at, p_expires_at
  ) RETURNING seq INTO v_seq;
  IF p_code_sealed IS NOT NULL THEN
    INSERT INTO codes (verification_seq, code_hash, code_sealed, expires_at)
    VALUES (v_seq, p_code_hash, p_code_sealed, p_expires_at);
  END IF;
  INSERT INTO events (at, type, verification_seq, service, key_id, client_ip, user_agent, details)
  SELECT p_created_at, e->>'type', v_seq, p_actor->>'service', p_actor->>'keyId', p_actor->>'clientIp',
    p_actor->>'userAgent', e->'details'
  FROM jsonb_array_elements(p_events) e;
  IF p_delivery IS NOT NULL THEN
    v_now := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    v_claim := CASE WHEN v_now <= (p_claim->'not_after')::bigint THEN p_claim END;
    INSERT INTO deliveries (
      verification_seq, send, channel, status, provider, attempts, ambiguous, due_at, token, queued_at
    ) VALUES (
      v_seq, (p_delivery->'send')::integer, p_delivery->>'channel', coalesce(v_claim#>>'{set,status}', 'queued'),
      v_claim#>>'{set,provider}', coalesce((v_claim#>'{set,attempts}')::integer, 0), 0,
      v_now + coalesce((v_claim->'due_after_ms')::bigint, 0), v_claim#>>'{set,token}', p_created_at
    );
    IF v_claim IS NOT NULL THEN
      number := v_now;
      INSERT INTO send_attempts (verification_seq, send, attempt, provider, started_at)
      VALUES (v_seq, (p_delivery->'send')::integer, (v_claim#>'{begun,attempt}')::integer, v_claim#>>'{begun,provider}', v_now);
      INSERT INTO events (at, type, verification_seq, service, details)
      SELECT v_now, e->>'type', v_seq, p_service, e->'details' FROM jsonb_array_elements(v_claim->'events') e;
    END IF;
  END IF;
  IF p_key IS NOT NULL THEN PERFORM cs_keep_answer_1(p_key); END IF;
  kind := 'created';
  RETURN NEXT;
END $$;
