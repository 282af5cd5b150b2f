-- The steps of a flow, each with as few statements inside as it can have: a statement in a function costs some 10 to 20 µs
-- beside its work, a function that is called from one as much again. The rules, the locks and their order are those of
-- 0001, 0016 and 0017, whose functions stay for older programs. What is returned is narrow: the row as it is only where the
-- node has to decide again, as JSON with its bytes in hex.
-- p_locks: the advisory locks of cs_lock_1, in its order, as the node makes them of the same MACs.

-- The first of the limits that has no room left; null: all have. p_spans and p_rooms: of each its window, and how much may be
-- reserved before. Reserved is what a recipient's open and past verifications allow (I4): open ones all, approved ones
-- their attempts - 1.
CREATE FUNCTION cs_guesses_full_1(
  p_service text, p_budgets bytea[], p_authenticated boolean, p_now bigint, p_spans bigint[], p_rooms bigint[]
) RETURNS integer LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF p_spans = '{}' THEN RETURN NULL; END IF;
  RETURN (
    SELECT min(l.place) FROM unnest(p_spans, p_rooms) WITH ORDINALITY l(span, room, place)
    WHERE l.room < (
      SELECT coalesce(sum(CASE
        WHEN status = 'pending' AND expires_at > p_now THEN max_attempts
        WHEN status = 'approved' THEN greatest(attempts - 1, 0)
        ELSE attempts END), 0)
      FROM verifications
      WHERE budget_index = ANY (p_budgets) AND created_at > p_now - l.span
        AND service = p_service AND authenticated = p_authenticated));
END $$;
--> statement-breakpoint

-- As cs_create_3, with the columns of p_row one by one. kind: answered_before; held (the session is not as the node saw it,
-- which reads it and decides again); guesses_refused (`number`: by which limit); created (`number`: when its message was
-- due). With a token and lease_ms in p_delivery the message is leased at once, as cs_lease_1 would.
CREATE FUNCTION cs_create_4(
  p_id text, p_reference text, p_service text, p_channel text, p_purpose text, p_locale text, p_recipient_sealed bytea,
  p_address_index bytea, p_budget_index bytea, p_country text, p_session_mac bytea, p_authenticated boolean, p_kind text,
  p_code_length integer, p_code_hash text, p_pepper_key_id text, p_code_sealed bytea, p_max_attempts integer,
  p_sends integer, p_max_sends integer, p_last_send_at bigint, p_client_ip text, p_metadata jsonb, p_created_at bigint,
  p_expires_at bigint, p_slots bytea[], p_slot_locks bigint[], p_held text[], p_budgets bytea[], p_budget_locks bigint[],
  p_spans bigint[], p_rooms bigint[], p_delivery jsonb, p_events jsonb, p_actor jsonb, p_key jsonb, p_clock bigint
) RETURNS TABLE (kind text, number bigint, fingerprint bytea, answer bytea)
LANGUAGE plpgsql SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_lock bigint;
  v_seq bigint;
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
    number := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    INSERT INTO deliveries (verification_seq, send, channel, status, attempts, ambiguous, due_at, token, queued_at)
    VALUES (v_seq, (p_delivery->'send')::integer, p_delivery->>'channel', 'queued', 0, 0,
      number + coalesce((p_delivery->'lease_ms')::bigint, 0), p_delivery->>'token', p_created_at);
  END IF;
  IF p_key IS NOT NULL THEN PERFORM cs_keep_answer_1(p_key); END IF;
  kind := 'created';
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- As cs_change_1. p_limit: {max, window_ms, lifetime_ms, authenticated}, of p_budgets. A value that a change sets is never
-- null. `seen`: where the kind is stale, the row as it is.
CREATE FUNCTION cs_change_2(
  p_service text, p_id text, p_stamp text, p_now bigint, p_clock bigint, p_not_after bigint, p_actor jsonb,
  p_change jsonb, p_otherwise jsonb, p_use jsonb, p_limit jsonb, p_budgets bytea[], p_budget_locks bigint[], p_key jsonb
) RETURNS TABLE (kind text, number bigint, fingerprint bytea, answer bytea, seen jsonb)
LANGUAGE plpgsql SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_lock bigint;
  v_seq bigint;
  v_stamp text;
  v_change jsonb := p_change;
  v_set jsonb;
  v_ends boolean;
  v_now bigint;
  v_since bigint;
BEGIN
  IF p_key IS NOT NULL THEN
    SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
    IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  END IF;
  IF p_limit IS NOT NULL THEN
    FOREACH v_lock IN ARRAY p_budget_locks LOOP
      CONTINUE WHEN pg_advisory_xact_lock(v_lock) IS NULL;
    END LOOP;
  END IF;
  SELECT r.seq, concat_ws('/', r.status, r.attempts, r.failed, r.sends) INTO v_seq, v_stamp
  FROM verifications r WHERE r.id = p_id AND r.service = p_service FOR NO KEY UPDATE;
  -- Erased since it was read.
  IF v_seq IS NULL THEN RETURN; END IF;
  -- Under the lock: a check that had to wait is not in time by its beginning.
  v_now := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  IF p_stamp <> v_stamp THEN
    kind := 'stale';
    seen := (SELECT to_jsonb(r) FROM verification_rows_2 r WHERE r.seq = v_seq);
    RETURN NEXT; RETURN;
  END IF;
  IF v_now > p_not_after THEN kind := 'late'; number := v_now; RETURN NEXT; RETURN; END IF;
  IF p_limit IS NOT NULL THEN
    v_since := v_now - (p_limit->'window_ms')::bigint;
    SELECT min(r.last_attempt_at) + v_now - v_since INTO number FROM verifications r
    WHERE r.budget_index = ANY (p_budgets) AND r.created_at > v_since - (p_limit->'lifetime_ms')::bigint
      AND r.service = p_service AND r.authenticated = (p_limit->'authenticated')::boolean AND r.last_attempt_at > v_since
    HAVING sum(r.attempts) >= (p_limit->'max')::bigint;
    IF number IS NOT NULL THEN kind := 'number_limited'; RETURN NEXT; RETURN; END IF;
  END IF;
  kind := 'done';
  IF p_use IS NOT NULL THEN
    IF p_use->>'type' = 'recovery_codes' THEN
      PERFORM 1 FROM factors f WHERE f.id = p_use->>'factorId' FOR NO KEY UPDATE;
      number := cs_codes_remaining_1(p_use);
      IF p_key IS NOT NULL AND number IS DISTINCT FROM (p_use->'codesLeft')::bigint THEN
        kind := 'recount'; RETURN NEXT; RETURN;
      END IF;
    END IF;
    IF NOT cs_use_factor_2(p_use, p_now) THEN
      kind := 'spent';
      v_change := p_otherwise;
    END IF;
  END IF;
  v_set := v_change->'set';
  v_ends := v_change->'ends';
  IF v_set <> '{}' THEN
    UPDATE verifications r SET status = coalesce(v_set->>'status', r.status),
      channel = coalesce(v_set->>'channel', r.channel),
      session_slot = CASE WHEN v_ends THEN NULL ELSE r.session_slot END,
      attempts = coalesce((v_set->'attempts')::integer, r.attempts),
      failed = coalesce((v_set->'failed')::integer, r.failed),
      last_attempt_at = coalesce((v_set->'last_attempt_at')::bigint, r.last_attempt_at),
      sends = coalesce((v_set->'sends')::integer, r.sends),
      last_send_at = coalesce((v_set->'last_send_at')::bigint, r.last_send_at),
      ended_at = coalesce((v_set->'ended_at')::bigint, r.ended_at)
    WHERE r.seq = v_seq;
  END IF;
  IF v_ends THEN DELETE FROM codes WHERE verification_seq = v_seq; END IF;
  INSERT INTO events (at, type, verification_seq, service, key_id, client_ip, user_agent, details)
  SELECT p_now, e->>'type', v_seq, p_actor->>'service', p_actor->>'keyId', p_actor->>'clientIp',
    p_actor->>'userAgent', e->'details'
  FROM jsonb_array_elements(v_change->'events') e
  WHERE NOT e ? 'at_most_every_ms' OR NOT EXISTS (
    SELECT 1 FROM events f WHERE f.verification_seq = v_seq AND f.type = e->>'type'
      AND f.at > p_now - (e->'at_most_every_ms')::bigint);
  IF v_change->>'cancel_queued' IS NOT NULL THEN
    WITH gone AS (
      UPDATE deliveries d SET status = 'canceled', due_at = NULL, token = NULL
      WHERE d.verification_seq = v_seq AND d.status = 'queued' RETURNING d.send, d.channel
    )
    INSERT INTO events (at, type, verification_seq, service, details)
    SELECT p_now, 'delivery.canceled', v_seq, p_service,
      jsonb_build_object('channel', g.channel, 'send', g.send, 'reason', v_change->'cancel_queued')
    FROM gone g ORDER BY g.send;
  END IF;
  IF v_change->>'delivery' IS NOT NULL THEN
    INSERT INTO deliveries (verification_seq, send, channel, status, attempts, ambiguous, due_at, queued_at)
    VALUES (v_seq, (v_change#>'{delivery,send}')::integer, v_change#>>'{delivery,channel}', 'queued', 0, 0,
      coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), p_now);
  END IF;
  IF p_key IS NOT NULL THEN
    PERFORM cs_keep_answer_1(p_key || jsonb_build_object('answer', v_change->'answer'));
  END IF;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- As cs_apply_deliveries_1. `o`: where the outcome is changed, the row as it is. Its commit waits for no sync, as on SQLite:
-- nobody is promised anything by it, and what a power cut takes away is claimed, sent and settled again, with the same
-- code (I5). A check that comes meanwhile waits for the row and not for the disk.
CREATE FUNCTION cs_apply_deliveries_2(p_changes jsonb, p_clock bigint)
RETURNS TABLE (n integer, outcome text, at bigint, o jsonb) LANGUAGE plpgsql SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  c record;
  v_service text;
  v_status text;
  v_sends integer;
  v_max_sends integer;
  v_sync text := set_config('synchronous_commit', 'off', true);
BEGIN
  FOR c IN SELECT x.*, (SELECT f.seq FROM verifications f WHERE f.id = x.verification_id) AS seq
    FROM jsonb_to_recordset(p_changes) AS x(n integer, verification_id text, send integer, token text, status text,
      verification_status text, sends integer, not_after bigint, "set" jsonb, due_after_ms bigint, begun jsonb,
      answer jsonb, removed integer, at bigint, events jsonb, erase_if_unsendable boolean)
    ORDER BY 17, x.send
  LOOP
    n := c.n;
    o := NULL;
    -- Not shared: of two nodes that settle two sends of one verification each would see the other's as open, and the
    -- sealed code would stay (I7).
    SELECT f.service, f.status, f.sends, f.max_sends INTO v_service, v_status, v_sends, v_max_sends
    FROM verifications f WHERE f.seq = c.seq FOR NO KEY UPDATE;
    IF c.answer IS NOT NULL THEN
      UPDATE send_attempts t SET duration_ms = (c.answer->'duration_ms')::bigint, result = c.answer->>'result',
        reference = c.answer->>'reference', error_code = c.answer->>'error_code',
        error_message = c.answer->>'error_message'
      WHERE t.verification_seq = c.seq AND t.send = c.send AND t.attempt = (c.answer->'attempt')::integer;
    END IF;
    at := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    IF v_status <> c.verification_status OR v_sends <> c.sends OR at > c.not_after THEN
      o := (SELECT to_jsonb(x) FROM outbox_rows x
        WHERE x.seq = c.seq AND x.send = c.send AND x.token = c.token AND x.status = c.status);
      outcome := CASE WHEN o IS NULL THEN 'fenced' ELSE 'changed' END;
      RETURN NEXT;
      CONTINUE;
    END IF;
    UPDATE deliveries f SET status = coalesce(c.set->>'status', f.status),
      due_at = coalesce(at + c.due_after_ms,
        CASE WHEN c.set ? 'due_at' THEN (c.set->>'due_at')::bigint ELSE f.due_at END),
      token = CASE WHEN c.set ? 'token' THEN c.set->>'token' ELSE f.token END,
      provider = coalesce(c.set->>'provider', f.provider),
      attempts = coalesce((c.set->'attempts')::integer, f.attempts),
      ambiguous = coalesce((c.set->'ambiguous')::integer, f.ambiguous),
      error_code = CASE WHEN c.set ? 'error_code' THEN c.set->>'error_code' ELSE f.error_code END,
      error_message = CASE WHEN c.set ? 'error_message' THEN c.set->>'error_message' ELSE f.error_message END,
      sent_at = coalesce((c.set->'sent_at')::bigint, f.sent_at)
    WHERE f.verification_seq = c.seq AND f.send = c.send AND f.token = c.token AND f.status = c.status;
    IF NOT FOUND THEN
      outcome := 'fenced';
      RETURN NEXT;
      CONTINUE;
    END IF;
    outcome := 'applied';
    IF c.begun IS NOT NULL THEN
      INSERT INTO send_attempts (verification_seq, send, attempt, provider, started_at)
      VALUES (c.seq, c.send, (c.begun->'attempt')::integer, c.begun->>'provider', c.at);
    END IF;
    IF c.removed IS NOT NULL THEN
      DELETE FROM send_attempts t WHERE t.verification_seq = c.seq AND t.send = c.send AND t.attempt = c.removed;
    END IF;
    INSERT INTO events (at, type, verification_seq, service, details)
    SELECT c.at, e->>'type', c.seq, v_service, e->'details' FROM jsonb_array_elements(c.events) e;
    IF c.erase_if_unsendable AND v_sends >= v_max_sends THEN
      UPDATE codes k SET code_sealed = NULL WHERE k.verification_seq = c.seq AND k.code_sealed IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM deliveries f WHERE f.verification_seq = c.seq AND f.due_at IS NOT NULL);
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;
