-- oldest-usable: 2
-- Every atomic step of the store as one function, so one statement, one round trip, one commit: no transaction
-- ever waits for a node, and a node that freezes in the middle of a step holds no lock.
-- READ COMMITTED: each statement in a function sees what was committed before it, so what is read after a lock
-- (advisory or FOR UPDATE) is what the one before left behind. Locks are taken in one order everywhere:
-- Idempotency-Key, session slot, recipient (each sorted), then verification rows, then delivery rows.
-- A function is never changed once released: a new one gets the next number, so that two versions run side by side.

ALTER TABLE verifications SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE codes SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE limit_counters SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
--> statement-breakpoint

-- A verification as the service reads it; later columns come at the end.
CREATE VIEW verification_rows AS
  SELECT v.*, c.code_hash, c.code_sealed,
    (SELECT array_agg(d.status) FROM deliveries d WHERE d.verification_seq = v.seq) AS delivery_statuses
  FROM verifications v LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- The one clock of all nodes, in milliseconds. A caller may give a time of its own (tests): then that holds.
CREATE FUNCTION cs_now_1(p_now bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(p_now, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
$$;
--> statement-breakpoint

-- One at a time for each of these MACs until the transaction ends. Nodes in the midst of a key rotation give
-- several for one thing: all are locked, sorted, so that no two of them wait for each other.
CREATE FUNCTION cs_lock_1(p_macs bytea[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_mac bytea;
BEGIN
  FOR v_mac IN SELECT DISTINCT m FROM unnest(p_macs) m ORDER BY m LOOP
    PERFORM pg_advisory_xact_lock(('x' || encode(substr(v_mac, 1, 8), 'hex'))::bit(64)::bigint);
  END LOOP;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_append_event_1(
  p_at bigint, p_type text, p_seq bigint, p_actor jsonb, p_details jsonb, p_budget bytea DEFAULT NULL
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO events (at, type, verification_seq, service, key_id, client_ip, user_agent, budget_index, details)
  VALUES (p_at, p_type, p_seq, p_actor->>'service', p_actor->>'keyId', p_actor->>'clientIp',
    p_actor->>'userAgent', p_budget, p_details)
$$;
--> statement-breakpoint

-- What the service does by itself: the sweeper, the worker.
CREATE FUNCTION cs_service_actor_1(p_service text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_build_object('service', p_service)
$$;
--> statement-breakpoint

-- ── answers under an Idempotency-Key ────────────────────────────────────────────────────────────
-- p_key: {service, route, macs: [hex], fingerprint, answer, expires_at}; null: the request had none.

CREATE FUNCTION cs_key_macs_1(p_key jsonb) RETURNS bytea[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(decode(m, 'hex')) FROM jsonb_array_elements_text(p_key->'macs') m
$$;
--> statement-breakpoint

CREATE FUNCTION cs_find_answer_1(p_key jsonb, p_now bigint)
RETURNS TABLE (fingerprint bytea, answer bytea) LANGUAGE sql STABLE AS $$
  SELECT k.fingerprint, k.answer FROM idempotency_keys k
  WHERE k.service = p_key->>'service' AND k.route = p_key->>'route'
    AND k.key_mac = ANY (cs_key_macs_1(p_key)) AND k.expires_at > p_now
  LIMIT 1
$$;
--> statement-breakpoint

-- Locks the key, then looks: who comes second finds what the first one wrote.
CREATE FUNCTION cs_answered_before_1(p_key jsonb, p_now bigint)
RETURNS TABLE (fingerprint bytea, answer bytea) LANGUAGE plpgsql AS $$
BEGIN
  IF p_key IS NULL THEN RETURN; END IF;
  PERFORM cs_lock_1(cs_key_macs_1(p_key));
  RETURN QUERY SELECT * FROM cs_find_answer_1(p_key, p_now);
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_keep_answer_1(p_key jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO idempotency_keys (service, route, key_mac, fingerprint, answer, expires_at)
  SELECT p_key->>'service', p_key->>'route', decode(p_key->'macs'->>0, 'hex'),
    decode(p_key->>'fingerprint', 'hex'), decode(p_key->>'answer', 'hex'), (p_key->>'expires_at')::bigint
  WHERE p_key IS NOT NULL
  ON CONFLICT (service, route, key_mac) DO UPDATE
    SET fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at
$$;
--> statement-breakpoint

-- ── endings ─────────────────────────────────────────────────────────────────────────────────────

-- Cancels the deliveries that no worker holds, those waiting for a retry included.
CREATE FUNCTION cs_cancel_queued_1(p_seq bigint, p_service text, p_now bigint, p_reason text)
RETURNS void LANGUAGE sql AS $$
  WITH gone AS (
    UPDATE deliveries SET status = 'canceled', due_at = NULL, token = NULL
    WHERE verification_seq = p_seq AND status = 'queued' RETURNING send, channel
  )
  INSERT INTO events (at, type, verification_seq, service, details)
  SELECT p_now, 'delivery.canceled', p_seq, p_service,
    jsonb_build_object('channel', channel, 'send', send, 'reason', p_reason)
  FROM gone ORDER BY send
$$;
--> statement-breakpoint

-- Erases the sealed code where nothing is open and no resend is left (I7).
CREATE FUNCTION cs_erase_if_unsendable_1(p_seq bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE codes SET code_sealed = NULL
  WHERE verification_seq = p_seq AND code_sealed IS NOT NULL
    AND (SELECT sends >= max_sends FROM verifications WHERE seq = p_seq)
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE verification_seq = p_seq AND due_at IS NOT NULL)
$$;
--> statement-breakpoint

-- False: it had ended before, nothing was changed (I1). `|| ''`: by its seq, as everywhere where a row is known. With
-- statistics from before a burst the planner takes the partial index of what is open, and reads all of that.
CREATE FUNCTION cs_end_1(p_seq bigint, p_service text, p_status text, p_now bigint, p_actor jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE verifications SET status = p_status, ended_at = p_now, session_slot = NULL
  WHERE seq = p_seq AND status || '' = 'pending';
  IF NOT FOUND THEN RETURN false; END IF;
  DELETE FROM codes WHERE verification_seq = p_seq;
  PERFORM cs_append_event_1(p_now, 'verification.' || p_status, p_seq, p_actor, '{}');
  PERFORM cs_cancel_queued_1(p_seq, p_service, p_now, p_status);
  RETURN true;
END $$;
--> statement-breakpoint

-- ── start ───────────────────────────────────────────────────────────────────────────────────────

-- What a recipient's open and past verifications allow (I4): open ones all, approved ones their attempts - 1.
CREATE FUNCTION cs_guesses_reserved_1(
  p_service text, p_budgets bytea[], p_authenticated boolean, p_now bigint, p_span_ms bigint
) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(CASE
    WHEN status = 'pending' AND expires_at > p_now THEN max_attempts
    WHEN status = 'approved' THEN greatest(attempts - 1, 0)
    ELSE attempts END), 0)
  FROM verifications
  WHERE budget_index = ANY (p_budgets) AND created_at > p_now - p_span_ms
    AND service = p_service AND authenticated = p_authenticated
$$;
--> statement-breakpoint

-- p_limits: [{name, max, span_ms}] in the order in which they are told. Null: all of them have room.
CREATE FUNCTION cs_guesses_refused_1(
  p_service text, p_budgets bytea[], p_authenticated boolean, p_now bigint, p_limits jsonb, p_wanted integer
) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT l.value->>'name' FROM jsonb_array_elements(p_limits) WITH ORDINALITY l
  WHERE cs_guesses_reserved_1(p_service, p_budgets, p_authenticated, p_now, (l.value->>'span_ms')::bigint)
    + p_wanted > (l.value->>'max')::bigint
  ORDER BY l.ordinality LIMIT 1
$$;
--> statement-breakpoint

-- Pending, not expired, an attempt left, the same flags. OFFSET 0: by its slot, and only then by what is open.
CREATE FUNCTION cs_continuable_1(p_slots bytea[], p_authenticated boolean, p_decoy boolean, p_now bigint)
RETURNS SETOF verification_rows LANGUAGE sql STABLE AS $$
  SELECT * FROM verification_rows WHERE seq = (
    SELECT s.seq FROM (SELECT * FROM verifications WHERE session_slot = ANY (p_slots) OFFSET 0) s
    WHERE s.status = 'pending' AND s.expires_at > p_now AND s.attempts < s.max_attempts
      AND s.authenticated = p_authenticated AND (s.kind = 'decoy') = p_decoy
    LIMIT 1)
$$;
--> statement-breakpoint

-- The event at most once in p_every_ms: a page that reloads by itself writes one row a minute.
CREATE FUNCTION cs_continue_1(p_service text, p_id text, p_now bigint, p_every_ms bigint, p_actor jsonb, p_key jsonb)
RETURNS TABLE (fingerprint bytea, answer bytea) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE v_seq bigint;
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
  IF FOUND THEN RETURN NEXT; RETURN; END IF;
  SELECT seq INTO v_seq FROM verifications WHERE id = p_id AND service = p_service;
  -- Erased since it was found.
  IF NOT FOUND THEN RETURN; END IF;
  IF NOT EXISTS (
    SELECT 1 FROM events
    WHERE verification_seq = v_seq AND type = 'verification.continued' AND at > p_now - p_every_ms
  ) THEN
    PERFORM cs_append_event_1(p_now, 'verification.continued', v_seq, p_actor, '{}');
  END IF;
  PERFORM cs_keep_answer_1(p_key);
END $$;
--> statement-breakpoint

-- ── check ───────────────────────────────────────────────────────────────────────────────────────

-- The charge before the comparison (I2). The row's lock decides: what was read under it holds until the commit, and the
-- time is taken under it, too, so that a charge that had to wait is not in time by its beginning. p_limit: {max, window_ms, lifetime_ms,
-- budgets: [hex], authenticated} is check_per_number, summed from the rows; parallel charges of several
-- verifications may pass it by their number.
CREATE FUNCTION cs_charge_1(p_service text, p_id text, p_now bigint, p_limit jsonb)
RETURNS TABLE (kind text, retry_at bigint, v verification_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r verifications;
  v_now bigint;
  v_since bigint;
  v_budgets bytea[];
  v_spent bigint;
  v_oldest bigint;
BEGIN
  SELECT * INTO r FROM verifications WHERE id = p_id AND service = p_service FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  v_now := cs_now_1(p_now);
  IF r.status <> 'pending' OR r.attempts >= r.max_attempts OR r.expires_at <= v_now THEN
    kind := 'not_chargeable';
  ELSE
    kind := 'charged';
    IF p_limit IS NOT NULL THEN
      v_since := v_now - (p_limit->>'window_ms')::bigint;
      v_budgets := (SELECT array_agg(decode(b, 'hex')) FROM jsonb_array_elements_text(p_limit->'budgets') b);
      SELECT coalesce(sum(attempts), 0), min(last_attempt_at) INTO v_spent, v_oldest FROM verifications
      WHERE budget_index = ANY (v_budgets) AND created_at > v_since - (p_limit->>'lifetime_ms')::bigint
        AND service = p_service AND authenticated = (p_limit->>'authenticated')::boolean AND last_attempt_at > v_since;
      IF v_spent >= (p_limit->>'max')::bigint THEN
        kind := 'number_limited';
        retry_at := coalesce(v_oldest, v_now) + (p_limit->>'window_ms')::bigint;
      END IF;
    END IF;
    IF kind = 'charged' THEN
      UPDATE verifications SET attempts = attempts + 1, last_attempt_at = v_now WHERE seq = r.seq;
    END IF;
  END IF;
  SELECT f.* INTO v FROM verification_rows f WHERE f.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- Where an answer is kept with the effect it was made beforehand, from a row that looked so: else `changed`, and
-- the caller makes it anew from `v`.
CREATE FUNCTION cs_looks_1(v verifications) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT concat_ws('/', v.status, v.attempts, v.failed, v.sends)
$$;
--> statement-breakpoint

-- ── resend, cancel ──────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION cs_resend_1(
  p_service text, p_id text, p_now bigint, p_expected_sends integer, p_channel text, p_min_remaining_ms bigint,
  p_actor jsonb, p_key jsonb, p_looks text, p_clock bigint
) RETURNS TABLE (kind text, fingerprint bytea, answer bytea, v verification_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE r verifications;
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  SELECT * INTO r FROM verifications WHERE id = p_id AND service = p_service FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF r.status <> 'pending' OR r.expires_at - p_now < p_min_remaining_ms OR r.sends >= r.max_sends
    OR r.sends <> p_expected_sends
    OR NOT EXISTS (SELECT 1 FROM codes WHERE verification_seq = r.seq AND code_sealed IS NOT NULL)
  THEN
    kind := 'stale';
  ELSIF p_looks IS NOT NULL AND p_looks <> cs_looks_1(r) THEN
    kind := 'changed';
  ELSE
    kind := 'resent';
    UPDATE verifications SET sends = sends + 1, last_send_at = p_now, channel = p_channel WHERE seq = r.seq;
    PERFORM cs_cancel_queued_1(r.seq, r.service, p_now, 'replaced');
    INSERT INTO deliveries (verification_seq, send, channel, status, attempts, ambiguous, due_at, queued_at)
    VALUES (r.seq, r.sends + 1, p_channel, 'queued', 0, 0, cs_now_1(p_clock), p_now);
    PERFORM cs_append_event_1(p_now, 'verification.resent', r.seq, p_actor,
      jsonb_build_object('channel', p_channel, 'send', r.sends + 1));
    PERFORM cs_keep_answer_1(p_key);
  END IF;
  SELECT f.* INTO v FROM verification_rows f WHERE f.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- Past its expiry it is left to the sweeper: a check charged in time may still be compared.
CREATE FUNCTION cs_cancel_1(p_service text, p_id text, p_now bigint, p_actor jsonb, p_key jsonb, p_looks text)
RETURNS TABLE (kind text, fingerprint bytea, answer bytea, v verification_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE r verifications;
BEGIN
  SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
  IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  SELECT * INTO r FROM verifications WHERE id = p_id AND service = p_service FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  IF r.status = 'approved' THEN
    kind := 'approved_before';
  ELSIF p_looks IS NOT NULL AND p_looks <> cs_looks_1(r) THEN
    kind := 'changed';
  ELSE
    kind := 'ended';
    IF r.status = 'pending' AND r.expires_at > p_now THEN
      PERFORM cs_end_1(r.seq, r.service, 'canceled', p_now, p_actor);
    END IF;
    PERFORM cs_keep_answer_1(p_key);
  END IF;
  SELECT f.* INTO v FROM verification_rows f WHERE f.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- ── sweep ───────────────────────────────────────────────────────────────────────────────────────

-- Ends what time has ended, at most p_limit rows, by the partial indexes. What another node holds is left to it.
-- Under a minimum that is left (strictly) nothing can be sent any more: its sealed code is erased (I6, I7).
-- Without sorting: each loop walks its index, whatever the statistics say, and ends at p_limit.
CREATE FUNCTION cs_sweep_1(p_now bigint, p_grace_ms bigint, p_limit integer, p_min_remaining_ms bigint)
RETURNS integer LANGUAGE plpgsql SET lock_timeout = '2s' SET enable_sort = off AS $$
DECLARE
  v_now bigint := cs_now_1(p_now);
  v_left integer := p_limit;
  r record;
BEGIN
  FOR r IN SELECT seq, service FROM verifications
    WHERE status = 'pending' AND attempts >= max_attempts AND last_attempt_at <= v_now - p_grace_ms
    ORDER BY last_attempt_at LIMIT v_left FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    PERFORM cs_end_1(r.seq, r.service, 'max_attempts_reached', v_now, cs_service_actor_1(r.service));
    v_left := v_left - 1;
  END LOOP;
  FOR r IN SELECT seq, service FROM verifications
    WHERE status = 'pending' AND expires_at <= v_now - p_grace_ms
    ORDER BY expires_at LIMIT v_left FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    PERFORM cs_end_1(r.seq, r.service, 'expired', v_now, cs_service_actor_1(r.service));
    v_left := v_left - 1;
  END LOOP;
  FOR r IN SELECT c.verification_seq AS seq FROM codes c
    WHERE c.code_sealed IS NOT NULL AND c.expires_at <= v_now + p_min_remaining_ms - 1
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.verification_seq = c.verification_seq
        AND d.status = 'sending' OFFSET 0)
    ORDER BY c.expires_at LIMIT v_left FOR UPDATE SKIP LOCKED
  LOOP
    UPDATE codes SET code_sealed = NULL WHERE verification_seq = r.seq;
    v_left := v_left - 1;
  END LOOP;
  RETURN p_limit - v_left;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_purge_answers_1(p_now bigint, p_limit integer) RETURNS integer LANGUAGE sql AS $$
  WITH old AS (
    SELECT ctid FROM idempotency_keys WHERE expires_at <= p_now LIMIT p_limit FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM old) RETURNING 1
  )
  SELECT count(*)::integer FROM gone
$$;
--> statement-breakpoint

-- ── delivery ────────────────────────────────────────────────────────────────────────────────────

-- What the worker reads of a delivery with its verification.
CREATE VIEW outbox_rows AS
  SELECT v.seq, v.id AS verification_id, v.service, v.status AS verification_status, v.kind, v.locale,
    v.recipient_sealed, c.code_sealed, v.expires_at, v.sends, d.send, d.channel, d.status, d.provider,
    d.attempts, d.ambiguous, d.due_at, d.token
  FROM deliveries d JOIN verifications v ON v.seq = d.verification_seq
    LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- A claim's first half: due rows get a token and a short lease, each for one worker alone. Nothing else changes:
-- a node that dies here leaves them as they were. A row that was being sent is fenced from now on. Read after they
-- are locked, by a statement of its own: a snapshot from before may show them as they were before another node's step.
CREATE FUNCTION cs_lease_1(p_channel text, p_now bigint, p_limit integer, p_lease_ms bigint)
RETURNS TABLE (leased_at bigint, new_token text, o outbox_rows) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := cs_now_1(p_now);
  v_seqs bigint[];
  v_sends integer[];
  v_tokens text[];
BEGIN
  WITH due AS (
    SELECT d.verification_seq, d.send, d.due_at FROM deliveries d
    WHERE d.channel = p_channel AND d.due_at <= v_now
    ORDER BY d.due_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
  ), leased AS (
    UPDATE deliveries d SET due_at = v_now + p_lease_ms, token = gen_random_uuid()::text
    FROM due WHERE d.verification_seq = due.verification_seq AND d.send = due.send
    RETURNING d.verification_seq, d.send, d.token, due.due_at AS was_due_at
  ), ordered AS (SELECT * FROM leased ORDER BY was_due_at, verification_seq, send)
  SELECT array_agg(verification_seq), array_agg(l.send), array_agg(token) INTO v_seqs, v_sends, v_tokens FROM ordered l;
  RETURN QUERY
    SELECT v_now, l.token, x FROM unnest(v_seqs, v_sends, v_tokens) WITH ORDINALITY l(seq, send, token, place)
    JOIN outbox_rows x ON x.seq = l.seq AND x.send = l.send
    ORDER BY l.place;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_fail_delivery_1(d deliveries, p_service text, p_now bigint, p_code text, p_message text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deliveries SET status = 'failed', due_at = NULL, token = NULL, ambiguous = d.ambiguous,
    error_code = p_code, error_message = p_message
  WHERE verification_seq = d.verification_seq AND send = d.send;
  PERFORM cs_append_event_1(p_now, 'delivery.failed', d.verification_seq, cs_service_actor_1(p_service),
    jsonb_build_object('provider', d.provider, 'send', d.send, 'attempt', d.attempts, 'error', p_code,
      'message', p_message));
  PERFORM cs_erase_if_unsendable_1(d.verification_seq);
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_cancel_delivery_1(d deliveries, p_service text, p_now bigint, p_reason text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deliveries SET status = 'canceled', due_at = NULL, token = NULL, ambiguous = d.ambiguous
  WHERE verification_seq = d.verification_seq AND send = d.send;
  PERFORM cs_append_event_1(p_now, 'delivery.canceled', d.verification_seq, cs_service_actor_1(p_service),
    jsonb_build_object('channel', d.channel, 'send', d.send, 'reason', p_reason));
  PERFORM cs_erase_if_unsendable_1(d.verification_seq);
END $$;
--> statement-breakpoint

-- Why nothing more may be sent for this row, whatever the answer was. Null: it may. A replaced one can be open
-- beside its successor only where a worker held it at the resend.
CREATE FUNCTION cs_canceled_because_1(v verifications, d deliveries) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN v.status <> 'pending' THEN v.status WHEN d.send < v.sends THEN 'replaced' END
$$;
--> statement-breakpoint

-- A claim's second half, once the worker has planned: what is to be sent gets its lease and its attempt row before
-- any request; what has ended is canceled (I6). p_plans: [{seq, send, token, kind: send|fail|give_back|canceled, provider,
-- code, message, delay_ms}]. Only what still carries the token is touched. @returns the rows that may be sent
CREATE FUNCTION cs_begin_1(p_now bigint, p_lease_ms bigint, p_plans jsonb, p_clock bigint, p_min_remaining_ms bigint)
RETURNS TABLE (seq bigint, send integer) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  p record;
  v verifications;
  d deliveries;
  v_reason text;
  v_actor jsonb;
BEGIN
  FOR p IN SELECT * FROM jsonb_to_recordset(p_plans) AS x(seq bigint, send integer, token text, kind text,
    provider text, code text, message text, delay_ms bigint) ORDER BY x.seq, x.send
  LOOP
    SELECT * INTO v FROM verifications f WHERE f.seq = p.seq FOR NO KEY UPDATE;
    SELECT * INTO d FROM deliveries f
    WHERE f.verification_seq = p.seq AND f.send = p.send AND f.token = p.token FOR NO KEY UPDATE;
    CONTINUE WHEN NOT FOUND;
    v_actor := cs_service_actor_1(v.service);
    IF d.status = 'sending' THEN
      -- The worker before died or froze; its attempt may have gone out, and its row keeps no answer.
      PERFORM cs_append_event_1(p_now, 'delivery.reclaimed', p.seq, v_actor, jsonb_build_object(
        'channel', d.channel, 'provider', d.provider, 'send', d.send, 'attempt', d.attempts));
      d.ambiguous := d.ambiguous + 1;
    END IF;
    v_reason := cs_canceled_because_1(v, d);
    IF v_reason IS NOT NULL THEN
      PERFORM cs_cancel_delivery_1(d, v.service, p_now, v_reason);
    ELSIF p.kind = 'send' AND v.expires_at - cs_now_1(p_clock) < p_min_remaining_ms THEN
      PERFORM cs_fail_delivery_1(d, v.service, p_now, 'expired_before_sent', 'too little time was left to send it');
    ELSIF p.kind = 'fail' THEN
      PERFORM cs_fail_delivery_1(d, v.service, p_now, p.code, p.message);
    ELSIF p.kind = 'give_back' THEN
      UPDATE deliveries f SET status = 'queued', due_at = p_now + greatest(p.delay_ms, 1), token = NULL,
        ambiguous = d.ambiguous
      WHERE f.verification_seq = p.seq AND f.send = p.send;
    ELSIF p.kind = 'send' THEN
      UPDATE deliveries f SET status = 'sending', due_at = p_now + p_lease_ms, provider = p.provider,
        attempts = d.attempts + 1, ambiguous = d.ambiguous
      WHERE f.verification_seq = p.seq AND f.send = p.send;
      INSERT INTO send_attempts (verification_seq, send, attempt, provider, started_at)
      VALUES (p.seq, p.send, d.attempts + 1, p.provider, p_now);
      PERFORM cs_append_event_1(p_now, 'delivery.attempted', p.seq, v_actor, jsonb_build_object(
        'channel', d.channel, 'provider', p.provider, 'send', d.send, 'attempt', d.attempts + 1));
      seq := p.seq;
      send := p.send;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint

-- p_result: {kind: sent|retry|failed, reference, at, code, message, ambiguous, duration_ms}.
CREATE FUNCTION cs_settle_delivery_1(
  p_id text, p_send integer, p_attempt integer, p_token text, p_now bigint, p_min_remaining_ms bigint, p_result jsonb,
  p_clock bigint
) RETURNS text LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  v verifications;
  d deliveries;
  v_kind text := p_result->>'kind';
  v_at bigint := (p_result->>'at')::bigint;
  v_reason text;
  v_actor jsonb;
BEGIN
  -- Before its deliveries, as its end does; not shared: of two nodes that settle two sends of one verification each
  -- would see the other's as open, and the sealed code would stay (I7).
  SELECT * INTO v FROM verifications WHERE id = p_id FOR NO KEY UPDATE;
  UPDATE send_attempts SET duration_ms = (p_result->>'duration_ms')::bigint, result = v_kind,
    reference = p_result->>'reference', error_code = p_result->>'code', error_message = p_result->>'message'
  WHERE verification_seq = v.seq AND send = p_send AND attempt = p_attempt;
  SELECT * INTO d FROM deliveries
  WHERE verification_seq = v.seq AND send = p_send AND status = 'sending' AND token = p_token FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN 'fenced'; END IF;
  v_actor := cs_service_actor_1(v.service);
  d.ambiguous := d.ambiguous + coalesce((p_result->>'ambiguous')::boolean, false)::integer;
  v_reason := cs_canceled_because_1(v, d);
  IF v_kind = 'sent' THEN
    UPDATE deliveries SET status = 'sent', due_at = NULL, token = NULL, sent_at = p_now, error_code = NULL,
      error_message = NULL
    WHERE verification_seq = d.verification_seq AND send = d.send;
    PERFORM cs_append_event_1(p_now, 'delivery.sent', v.seq, v_actor, jsonb_build_object('provider', d.provider,
      'send', d.send, 'attempt', d.attempts, 'duration_ms', (p_result->>'duration_ms')::bigint));
    PERFORM cs_erase_if_unsendable_1(v.seq);
  ELSIF v_kind = 'failed' THEN
    PERFORM cs_fail_delivery_1(d, v.service, p_now, p_result->>'code', p_result->>'message');
  ELSIF v_reason IS NOT NULL THEN
    PERFORM cs_cancel_delivery_1(d, v.service, p_now, v_reason);
  ELSIF v.expires_at - v_at < p_min_remaining_ms THEN
    PERFORM cs_fail_delivery_1(d, v.service, p_now, p_result->>'code', p_result->>'message');
  ELSE
    -- A retry is due by the database's clock: the node's may be ahead.
    UPDATE deliveries SET status = 'queued', due_at = cs_now_1(p_clock) + v_at - p_now, token = NULL,
      ambiguous = d.ambiguous, error_code = p_result->>'code', error_message = p_result->>'message'
    WHERE verification_seq = d.verification_seq AND send = d.send;
    PERFORM cs_append_event_1(p_now, 'delivery.retrying', v.seq, v_actor, jsonb_build_object('provider', d.provider,
      'send', d.send, 'attempt', d.attempts, 'error', p_result->>'code', 'retry_in_ms', v_at - p_now));
  END IF;
  RETURN 'settled';
END $$;
--> statement-breakpoint

-- At drain: back to where it was before the claim, due at once (0 is
-- before every clock), the attempt not counted.
CREATE FUNCTION cs_release_1(p_claims jsonb) RETURNS void LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  c record;
  v_seq bigint;
BEGIN
  FOR c IN SELECT * FROM jsonb_to_recordset(p_claims) AS x(id text, send integer, attempt integer, token text)
    ORDER BY x.id, x.send
  LOOP
    SELECT seq INTO v_seq FROM verifications WHERE id = c.id;
    UPDATE deliveries SET status = 'queued', due_at = 0, token = NULL, attempts = attempts - 1
    WHERE verification_seq = v_seq AND send = c.send AND status = 'sending' AND token = c.token;
    IF FOUND THEN
      DELETE FROM send_attempts WHERE verification_seq = v_seq AND send = c.send AND attempt = c.attempt;
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint

-- When the next row is due, or its lease ends: one step into the index for each channel.
CREATE FUNCTION cs_next_due_1(p_channels text[]) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(x.due_at) FROM unnest(p_channels) c(channel),
    LATERAL (SELECT due_at FROM deliveries d WHERE d.channel = c.channel AND d.due_at IS NOT NULL
      ORDER BY due_at LIMIT 1) x
$$;
