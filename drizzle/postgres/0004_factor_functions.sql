-- Factors, and the two steps of a verification that know them: the start and the settling. The rules of
-- 0001_functions.sql hold here as well.
-- Factor rows are locked after everything else: Idempotency-Key, session slot, recipient (a subject is one),
-- verification rows, delivery rows, then factor rows with their codes. Several factors of one subject are locked
-- by removing a set of codes, under the subject's lock; by cs_purge_unverified_1, which skips what is locked; and by
-- cs_erase_recipient_1, which is done again where it met a deadlock.

-- A factor is written at every login, and no index holds what is written.
ALTER TABLE factors SET (fillfactor = 85);
--> statement-breakpoint

-- A factor as the service reads it; later columns come at the end.
CREATE VIEW factor_rows AS
  SELECT f.*, (SELECT count(*) FROM recovery_codes r WHERE r.factor_seq = f.seq AND r.used_at IS NULL) AS codes_remaining
  FROM factors f;
--> statement-breakpoint

CREATE FUNCTION cs_tell_factor_1(p_at bigint, p_type text, f factors, p_actor jsonb, p_more jsonb DEFAULT '{}')
RETURNS void LANGUAGE sql AS $$
  SELECT cs_append_event_1(p_at, p_type, NULL, p_actor,
    jsonb_build_object('factor', f.id, 'type', f.type) || p_more, f.subject_index)
$$;
--> statement-breakpoint

-- p_row: the columns of `factors`, bytes as '\x…'. p_codes: [{selector, hash}], the hash in hexadecimal; they take the
-- place of the subject's set before. Null: an authenticator app, of which a subject has p_max_apps at the most.
CREATE FUNCTION cs_create_factor_1(
  p_row jsonb, p_codes jsonb, p_subjects bytea[], p_max_apps integer, p_unverified_since bigint, p_actor jsonb, p_key jsonb
) RETURNS TABLE (kind text, fingerprint bytea, answer bytea) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r factors := jsonb_populate_record(NULL::factors, p_row);
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, r.created_at) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  PERFORM cs_lock_1(p_subjects);
  IF p_codes IS NOT NULL THEN
    DELETE FROM factors f WHERE f.subject_index = ANY (p_subjects) AND f.service = r.service AND f.type = r.type;
  ELSIF p_max_apps <= (
    SELECT count(*) FROM factors f WHERE f.subject_index = ANY (p_subjects) AND f.service = r.service
      AND f.type = r.type AND (f.status = 'active' OR f.created_at > p_unverified_since)
  ) THEN
    kind := 'too_many'; RETURN NEXT; RETURN;
  END IF;
  r.seq := nextval(pg_get_serial_sequence('factors', 'seq'));
  INSERT INTO factors (
    seq, id, service, type, status, subject_sealed, subject_index, key_id, secret_sealed, algorithm, digits, period,
    attempts, last_step, created_at, confirmed_at, last_used_at
  ) OVERRIDING SYSTEM VALUE VALUES (
    r.seq, r.id, r.service, r.type, r.status, r.subject_sealed, r.subject_index, r.key_id, r.secret_sealed, r.algorithm,
    r.digits, r.period, r.attempts, r.last_step, r.created_at, r.confirmed_at, r.last_used_at
  );
  INSERT INTO recovery_codes (factor_seq, selector, hash_sealed)
  SELECT r.seq, x.selector, decode(x.hash, 'hex') FROM jsonb_to_recordset(coalesce(p_codes, '[]')) AS x(selector text, hash text);
  IF p_codes IS NULL THEN
    PERFORM cs_tell_factor_1(r.created_at, 'factor.created', r, p_actor);
  ELSE
    PERFORM cs_tell_factor_1(r.created_at, 'recovery_codes.created', r, p_actor,
      jsonb_build_object('codes', jsonb_array_length(p_codes)));
  END IF;
  PERFORM cs_keep_answer_1(p_key);
  kind := 'created';
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- The charge before the comparison of a confirmation: the UPDATE alone decides. `|| ''`: found by its id, whatever
-- the statistics say of the index of the unverified.
CREATE FUNCTION cs_charge_confirm_1(p_service text, p_id text, p_unverified_since bigint, p_max_attempts integer)
RETURNS TABLE (kind text, f factor_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
BEGIN
  UPDATE factors t SET attempts = t.attempts + 1
  WHERE t.id = p_id AND t.service = p_service AND t.status || '' = 'unverified' AND t.attempts < p_max_attempts
    AND t.created_at > p_unverified_since;
  kind := CASE WHEN FOUND THEN 'charged' ELSE 'not_chargeable' END;
  SELECT r.* INTO f FROM factor_rows r
  WHERE r.id = p_id AND r.service = p_service AND (r.status = 'active' OR r.created_at > p_unverified_since);
  IF NOT FOUND THEN RETURN; END IF;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- p_step: of the right code; null: it was wrong, and only the answer is kept.
CREATE FUNCTION cs_confirm_factor_1(p_service text, p_id text, p_now bigint, p_step bigint, p_actor jsonb, p_key jsonb)
RETURNS TABLE (kind text, fingerprint bytea, answer bytea, f factor_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE r factors;
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  SELECT * INTO r FROM factors t WHERE t.id = p_id AND t.service = p_service FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF p_step IS NULL THEN
    kind := 'wrong';
  ELSIF r.status <> 'unverified' THEN
    kind := 'lost';
  ELSE
    kind := 'confirmed';
    UPDATE factors t SET status = 'active', confirmed_at = p_now, last_used_at = p_now, last_step = p_step
    WHERE t.seq = r.seq;
    PERFORM cs_tell_factor_1(p_now, 'factor.confirmed', r, p_actor);
  END IF;
  IF kind <> 'lost' THEN PERFORM cs_keep_answer_1(p_key); END IF;
  SELECT t.* INTO f FROM factor_rows t WHERE t.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_remove_factor_1(p_service text, p_id text, p_now bigint, p_actor jsonb)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE r factors;
BEGIN
  DELETE FROM factors t WHERE t.id = p_id AND t.service = p_service RETURNING * INTO r;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM cs_tell_factor_1(p_now, 'factor.deleted', r, p_actor);
  RETURN true;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_purge_unverified_1(p_before bigint, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH old AS (
    SELECT seq FROM factors WHERE status = 'unverified' AND created_at <= p_before LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM factors WHERE seq IN (SELECT seq FROM old) RETURNING 1
  )
  SELECT count(*)::integer FROM gone
$$;
--> statement-breakpoint

-- Puts what was sealed anew in the place of what was read. False: it was changed or removed meanwhile. A code that was
-- used meanwhile has no hash any more, and gets none. p_row: the four columns, bytes as '\x…'.
CREATE FUNCTION cs_rewrap_factor_1(p_id text, p_before bytea, p_row jsonb, p_codes jsonb)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r factors := jsonb_populate_record(NULL::factors, p_row);
  v_seq bigint;
BEGIN
  UPDATE factors t SET subject_sealed = r.subject_sealed, subject_index = r.subject_index, key_id = r.key_id,
    secret_sealed = r.secret_sealed
  WHERE t.id = p_id AND t.subject_sealed = p_before RETURNING t.seq INTO v_seq;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE recovery_codes c SET hash_sealed = decode(x.hash, 'hex')
  FROM jsonb_to_recordset(p_codes) AS x(selector text, hash text)
  WHERE c.factor_seq = v_seq AND c.selector = x.selector AND c.hash_sealed IS NOT NULL;
  RETURN true;
END $$;
--> statement-breakpoint

-- Whether any factor is under a root key that is not one of these: a step through the index for each key.
CREATE FUNCTION cs_has_other_keys_1(p_key_ids text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE v_key text := '';
BEGIN
  LOOP
    SELECT min(key_id) INTO v_key FROM factors WHERE key_id > v_key;
    IF v_key IS NULL THEN RETURN false; END IF;
    IF v_key <> ALL (p_key_ids) THEN RETURN true; END IF;
  END LOOP;
END $$;
--> statement-breakpoint

-- Uses a time step or a recovery code up: each is good once, decided by the UPDATE itself. False: used before, or gone.
-- p_use: {type: totp, factorId, step} or {type: recovery_codes, factorId, selector}.
CREATE FUNCTION cs_use_factor_1(p_use jsonb, p_now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE v_seq bigint;
BEGIN
  IF p_use->>'type' = 'totp' THEN
    -- Grows only: T+1, T, T+1 in turn is one success, whichever verifications they are for.
    UPDATE factors SET last_step = (p_use->>'step')::bigint, last_used_at = p_now
    WHERE id = p_use->>'factorId' AND status = 'active' AND last_step < (p_use->>'step')::bigint;
    RETURN FOUND;
  END IF;
  SELECT seq INTO v_seq FROM factors WHERE id = p_use->>'factorId' FOR NO KEY UPDATE;
  UPDATE recovery_codes SET used_at = p_now, hash_sealed = NULL
  WHERE factor_seq = v_seq AND selector = p_use->>'selector' AND used_at IS NULL;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE factors SET last_used_at = p_now WHERE seq = v_seq;
  RETURN true;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_codes_remaining_1(p_use jsonb) RETURNS integer LANGUAGE sql STABLE AS $$
  SELECT codes_remaining::integer FROM factor_rows WHERE id = p_use->>'factorId' AND type = 'recovery_codes'
$$;
--> statement-breakpoint

-- Approved once (I1), or failed + 1: a counter of its own, so that a wrong last attempt that is compared first
-- does not end the verification under the right one charged just before (I3). It uses up what a right code is of:
-- `spent`, and nothing is changed, where that was used before.
-- p_remaining: the codes that will be left as the answer in p_key says; `changed` where another number would be.
CREATE FUNCTION cs_settle_1(
  p_service text, p_id text, p_now bigint, p_valid boolean, p_use jsonb, p_remaining integer, p_actor jsonb, p_key jsonb,
  p_looks text
) RETURNS TABLE (kind text, codes_remaining integer, fingerprint bytea, answer bytea, v verification_rows)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r verifications;
  v_failed integer;
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  SELECT * INTO r FROM verifications WHERE id = p_id AND service = p_service FOR NO KEY UPDATE;
  -- Erased since it was charged.
  IF NOT FOUND THEN RETURN; END IF;
  IF p_use->>'type' = 'recovery_codes' THEN
    PERFORM 1 FROM factors f WHERE f.id = p_use->>'factorId' FOR NO KEY UPDATE;
    codes_remaining := cs_codes_remaining_1(p_use) - 1;
  END IF;
  IF p_looks IS NOT NULL AND (p_looks <> cs_looks_1(r) OR p_remaining IS DISTINCT FROM codes_remaining) THEN
    kind := 'changed';
  ELSIF p_valid AND r.status <> 'pending' THEN
    kind := 'lost';
  ELSIF p_valid AND p_use IS NOT NULL AND NOT cs_use_factor_1(p_use, p_now) THEN
    kind := 'spent';
  ELSIF p_valid THEN
    kind := 'approved';
    PERFORM cs_end_1(r.seq, r.service, 'approved', p_now, p_actor);
  ELSE
    kind := 'wrong';
    UPDATE verifications SET failed = failed + 1 WHERE seq = r.seq RETURNING failed INTO v_failed;
    PERFORM cs_append_event_1(p_now, 'check.incorrect', r.seq, p_actor, jsonb_build_object(
      'attempt', v_failed, 'attempts_remaining', greatest(r.max_attempts - r.attempts, 0)));
    IF v_failed >= r.max_attempts THEN
      PERFORM cs_end_1(r.seq, r.service, 'max_attempts_reached', p_now, p_actor);
    END IF;
  END IF;
  IF kind IN ('approved', 'wrong') THEN PERFORM cs_keep_answer_1(p_key); END IF;
  SELECT f.* INTO v FROM verification_rows f WHERE f.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- p_row: the columns of `verifications`, bytes as '\x…'. p_guesses: {budgets: [hex], limits, wanted}. Without a
-- sealed code there is nothing to send: neither a code nor a delivery. p_clock: null, but in tests.
CREATE FUNCTION cs_create_1(
  p_row jsonb, p_code_hash text, p_code_sealed bytea, p_slots bytea[], p_guesses jsonb, p_actor jsonb,
  p_details jsonb, p_key jsonb, p_clock bigint
) RETURNS TABLE (kind text, limit_name text, fingerprint bytea, answer bytea, v verification_rows)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r verifications := jsonb_populate_record(NULL::verifications, p_row);
  v_budgets bytea[] := (SELECT array_agg(decode(b, 'hex')) FROM jsonb_array_elements_text(p_guesses->'budgets') b);
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, r.created_at) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  IF p_slots IS NOT NULL THEN
    PERFORM cs_lock_1(p_slots);
    SELECT c.* INTO v FROM cs_continuable_1(p_slots, r.authenticated, r.kind = 'decoy', r.created_at) c;
    IF FOUND THEN kind := 'continued'; RETURN NEXT; RETURN; END IF;
  END IF;
  PERFORM cs_lock_1(v_budgets);
  limit_name := cs_guesses_refused_1(
    r.service, v_budgets, r.authenticated, r.created_at, p_guesses->'limits', (p_guesses->>'wanted')::integer);
  IF limit_name IS NOT NULL THEN kind := 'guesses_refused'; RETURN NEXT; RETURN; END IF;
  IF p_slots IS NOT NULL THEN
    UPDATE verifications SET session_slot = NULL WHERE session_slot = ANY (p_slots);
    r.session_slot := p_slots[1];
  END IF;
  r.seq := nextval(pg_get_serial_sequence('verifications', 'seq'));
  -- By name: a later version may have added a column, anywhere.
  INSERT INTO verifications (
    seq, id, reference, service, status, channel, purpose, locale, recipient_sealed, address_index,
    budget_index, country, session_mac, session_slot, authenticated, kind, code_length, pepper_key_id,
    attempts, failed, max_attempts, last_attempt_at, sends, max_sends, last_send_at, client_ip, metadata,
    created_at, expires_at, ended_at
  ) OVERRIDING SYSTEM VALUE VALUES (
    r.seq, r.id, r.reference, r.service, r.status, r.channel, r.purpose, r.locale, r.recipient_sealed,
    r.address_index, r.budget_index, r.country, r.session_mac, r.session_slot, r.authenticated, r.kind,
    r.code_length, r.pepper_key_id, r.attempts, r.failed, r.max_attempts, r.last_attempt_at, r.sends,
    r.max_sends, r.last_send_at, r.client_ip, r.metadata, r.created_at, r.expires_at, r.ended_at
  );
  IF p_code_sealed IS NOT NULL THEN
    INSERT INTO codes (verification_seq, code_hash, code_sealed, expires_at)
    VALUES (r.seq, p_code_hash, p_code_sealed, r.expires_at);
    INSERT INTO deliveries (verification_seq, send, channel, status, attempts, ambiguous, due_at, queued_at)
    VALUES (r.seq, 1, r.channel, 'queued', 0, 0, cs_now_1(p_clock), r.created_at);
  END IF;
  PERFORM cs_append_event_1(r.created_at, 'verification.started', r.seq, p_actor, p_details);
  PERFORM cs_keep_answer_1(p_key);
  kind := 'created';
  RETURN NEXT;
END $$;
