-- A time step is used of a subject and a secret, whichever row has the secret: of all its apps with it at once, and of
-- those that were deleted within the hour. The rules of 0001_functions.sql and 0004_factor_functions.sql hold here as
-- well. Several factor rows of one subject are locked in the order of seq.

-- By whatever the row is deleted, an older program, too. The newest step of the subject's deleted apps with this period.
CREATE FUNCTION cs_keep_used_step_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO used_steps AS u (subject_index, period, last_step, expires_at)
  VALUES (OLD.subject_index, OLD.period, OLD.last_step, (OLD.last_step + 1) * OLD.period * 1000 + 3600000)
  ON CONFLICT (subject_index, period) DO UPDATE
    SET last_step = greatest(u.last_step, excluded.last_step), expires_at = greatest(u.expires_at, excluded.expires_at);
  RETURN NULL;
END $$;
--> statement-breakpoint

CREATE TRIGGER factors_used_step AFTER DELETE ON factors FOR EACH ROW WHEN (OLD.last_step > 0)
  EXECUTE FUNCTION cs_keep_used_step_1();
--> statement-breakpoint

-- As cs_create_factor_1. p_known: of an imported secret, the ids of the subject's apps that it was compared with.
CREATE FUNCTION cs_create_factor_2(
  p_row jsonb, p_codes jsonb, p_subjects bytea[], p_known text[], p_max_apps integer,
  p_unverified_since bigint, p_actor jsonb, p_key jsonb
) RETURNS TABLE (kind text, fingerprint bytea, answer bytea) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r factors := jsonb_populate_record(NULL::factors, p_row);
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, r.created_at) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  PERFORM cs_lock_1(p_subjects);
  IF p_known IS NOT NULL THEN
    -- Another app of the subject than those that the secret was compared with: it may have the same.
    IF EXISTS (
      SELECT FROM factors f WHERE f.subject_index = ANY (p_subjects) AND f.service = r.service AND f.type = r.type
        AND (f.status = 'active' OR f.created_at > p_unverified_since) AND f.id <> ALL (p_known)
    ) THEN
      kind := 'changed'; RETURN NEXT; RETURN;
    END IF;
    r.last_step := greatest(r.last_step, (
      SELECT max(u.last_step) FROM used_steps u WHERE u.subject_index = ANY (p_subjects) AND u.period = r.period));
  END IF;
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

-- As cs_confirm_factor_1; `spent`, and nothing is changed, where the app or a twin has used the step. p_twins: ids of the
-- subject's other apps with the same secret and period.
CREATE FUNCTION cs_confirm_factor_2(p_service text, p_id text, p_now bigint, p_step bigint, p_twins text[], p_actor jsonb, p_key jsonb)
RETURNS TABLE (kind text, fingerprint bytea, answer bytea, f factor_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE r factors;
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  PERFORM 1 FROM factors t WHERE t.id = p_id OR t.id = ANY (p_twins) ORDER BY t.seq FOR NO KEY UPDATE;
  SELECT * INTO r FROM factors t WHERE t.id = p_id AND t.service = p_service;
  IF NOT FOUND THEN RETURN; END IF;
  IF p_step IS NULL THEN
    kind := 'wrong';
  ELSIF r.status <> 'unverified' THEN
    kind := 'lost';
  ELSIF EXISTS (SELECT FROM factors t WHERE (t.id = p_id OR t.id = ANY (p_twins)) AND t.last_step >= p_step) THEN
    kind := 'spent';
  ELSE
    kind := 'confirmed';
    UPDATE factors t SET last_step = p_step WHERE t.id = ANY (p_twins);
    UPDATE factors t SET status = 'active', confirmed_at = p_now, last_used_at = p_now, last_step = p_step
    WHERE t.seq = r.seq;
    PERFORM cs_tell_factor_1(p_now, 'factor.confirmed', r, p_actor);
  END IF;
  IF kind NOT IN ('lost', 'spent') THEN PERFORM cs_keep_answer_1(p_key); END IF;
  SELECT t.* INTO f FROM factor_rows t WHERE t.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- Unverified apps that were given up, and used steps of deleted ones, each up to p_limit. The greater of both counts.
CREATE FUNCTION cs_purge_factors_1(p_before bigint, p_now bigint, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH old AS (
    SELECT subject_index, period FROM used_steps WHERE expires_at <= p_now LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM used_steps u USING old WHERE u.subject_index = old.subject_index AND u.period = old.period RETURNING 1
  )
  SELECT greatest(cs_purge_unverified_1(p_before, p_limit), (SELECT count(*)::integer FROM gone))
$$;
--> statement-breakpoint

-- As cs_use_factor_1. p_use: {type: totp, factorId, step, twins: [id], period, subjects: [hex]}, or
-- {type: recovery_codes, factorId, selector}.
CREATE FUNCTION cs_use_factor_2(p_use jsonb, p_now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_seq bigint;
  v_step bigint := (p_use->>'step')::bigint;
  v_twins text[] := ARRAY(SELECT jsonb_array_elements_text(p_use->'twins'));
BEGIN
  IF p_use->>'type' = 'totp' THEN
    PERFORM 1 FROM factors WHERE id = p_use->>'factorId' OR id = ANY (v_twins) ORDER BY seq FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM factors WHERE id = ANY (v_twins) AND last_step >= v_step) THEN RETURN false; END IF;
    -- After the lock: whoever deletes an app holds its row until its steps are written down.
    IF EXISTS (
      SELECT FROM used_steps u WHERE u.subject_index IN (
        SELECT decode(s, 'hex') FROM jsonb_array_elements_text(p_use->'subjects') s
      ) AND u.period = (p_use->>'period')::integer AND u.last_step >= v_step
    ) THEN RETURN false; END IF;
    -- Grows only: T+1, T, T+1 in turn is one success, whichever verifications and apps they are for.
    UPDATE factors SET last_step = v_step, last_used_at = p_now
    WHERE id = p_use->>'factorId' AND status = 'active' AND last_step < v_step;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE factors SET last_step = v_step WHERE id = ANY (v_twins);
    RETURN true;
  END IF;
  SELECT seq INTO v_seq FROM factors WHERE id = p_use->>'factorId' FOR NO KEY UPDATE;
  UPDATE recovery_codes SET used_at = p_now, hash_sealed = NULL
  WHERE factor_seq = v_seq AND selector = p_use->>'selector' AND used_at IS NULL;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE factors SET last_used_at = p_now WHERE seq = v_seq;
  RETURN true;
END $$;
--> statement-breakpoint

-- As cs_settle_1, by cs_use_factor_2.
CREATE FUNCTION cs_settle_2(
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
  ELSIF p_valid AND p_use IS NOT NULL AND NOT cs_use_factor_2(p_use, p_now) THEN
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
