-- What a verification becomes is decided in the node (src/verification/transitions.ts); here it is applied, by the rules of
-- 0001_functions.sql and 0004_factor_functions.sql: the same locks in the same order. No function here knows a status.
-- A decision holds for the row as it was read. What changes a row moves its stamp, an older program's functions, too:
-- attempts, failed and sends only grow, and a status is left once. So no version column and no trigger are needed.

CREATE FUNCTION cs_stamp_1(r verifications) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT concat_ws('/', r.status, r.attempts, r.failed, r.sends)
$$;
--> statement-breakpoint

-- As verification_rows, with `send:status:ambiguous` of each delivery.
CREATE VIEW verification_rows_2 AS
  SELECT v.*, c.code_hash, c.code_sealed,
    (SELECT array_agg(d.send || ':' || d.status || ':' || (d.ambiguous > 0)::integer) FROM deliveries d
      WHERE d.verification_seq = v.seq) AS delivery_states
  FROM verifications v LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- p_change: {set: {column: value}, ends, cancel_queued: reason, delivery: {send, channel}, events: [{type, details,
-- at_most_every_ms}]}. The row is locked.
CREATE FUNCTION cs_apply_1(r verifications, p_change jsonb, p_now bigint, p_clock bigint, p_actor jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE n verifications;
BEGIN
  IF p_change->'set' <> '{}' THEN
    n := jsonb_populate_record(r, p_change->'set');
    IF p_change->'ends' = 'true' THEN n.session_slot := NULL; END IF;
    UPDATE verifications SET status = n.status, channel = n.channel, session_slot = n.session_slot,
      attempts = n.attempts, failed = n.failed, last_attempt_at = n.last_attempt_at, sends = n.sends,
      last_send_at = n.last_send_at, ended_at = n.ended_at
    WHERE seq = r.seq;
  END IF;
  IF p_change->'ends' = 'true' THEN DELETE FROM codes WHERE verification_seq = r.seq; END IF;
  INSERT INTO events (at, type, verification_seq, service, key_id, client_ip, user_agent, details)
  SELECT p_now, e->>'type', r.seq, p_actor->>'service', p_actor->>'keyId', p_actor->>'clientIp',
    p_actor->>'userAgent', e->'details'
  FROM jsonb_array_elements(p_change->'events') WITH ORDINALITY x(e, place)
  WHERE e->'at_most_every_ms' IS NULL OR NOT EXISTS (
    SELECT 1 FROM events f WHERE f.verification_seq = r.seq AND f.type = e->>'type'
      AND f.at > p_now - (e->>'at_most_every_ms')::bigint)
  ORDER BY place;
  IF p_change->>'cancel_queued' IS NOT NULL THEN
    PERFORM cs_cancel_queued_1(r.seq, r.service, p_now, p_change->>'cancel_queued');
  END IF;
  IF p_change->>'delivery' IS NOT NULL THEN
    INSERT INTO deliveries (verification_seq, send, channel, status, attempts, ambiguous, due_at, queued_at)
    VALUES (r.seq, (p_change#>>'{delivery,send}')::integer, p_change#>>'{delivery,channel}', 'queued', 0, 0,
      cs_now_1(p_clock), p_now);
  END IF;
END $$;
--> statement-breakpoint

-- The answer that is kept with its effect: made beforehand, for the row as the change leaves it.
CREATE FUNCTION cs_keep_with_1(p_key jsonb, p_change jsonb) RETURNS void LANGUAGE sql AS $$
  SELECT cs_keep_answer_1(p_key || jsonb_build_object('answer', p_change->>'answer')) WHERE p_key IS NOT NULL
$$;
--> statement-breakpoint

-- check_per_number. p_limit: {max, window_ms, lifetime_ms, budgets: [hex], authenticated}. When there is room again;
-- null: now. The recipient is locked: two nodes that read one sum must not both pass.
CREATE FUNCTION cs_number_full_until_1(p_service text, p_limit jsonb, p_now bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(last_attempt_at) + (p_limit->>'window_ms')::bigint FROM verifications
  WHERE budget_index = ANY (ARRAY(SELECT decode(b, 'hex') FROM jsonb_array_elements_text(p_limit->'budgets') b))
    AND created_at > p_now - (p_limit->>'window_ms')::bigint - (p_limit->>'lifetime_ms')::bigint
    AND service = p_service AND authenticated = (p_limit->>'authenticated')::boolean
    AND last_attempt_at > p_now - (p_limit->>'window_ms')::bigint
  HAVING sum(attempts) >= (p_limit->>'max')::bigint
$$;
--> statement-breakpoint

-- kind: answered_before; done; spent (what p_use uses up was used before, and p_otherwise was applied); number_limited.
-- Nothing was changed, and the node decides again: stale (`v` as it is), late (past p_not_after; `number` is the time),
-- recount (`number` codes of the set are left, and the answer says another number).
-- p_use as of cs_use_factor_2, with codesLeft. Factor rows are locked last.
CREATE FUNCTION cs_change_1(
  p_service text, p_id text, p_stamp text, p_now bigint, p_clock bigint, p_not_after bigint, p_actor jsonb,
  p_change jsonb, p_otherwise jsonb, p_use jsonb, p_limit jsonb, p_key jsonb
) RETURNS TABLE (kind text, number bigint, fingerprint bytea, answer bytea, v verification_rows_2)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r verifications;
  v_change jsonb := p_change;
  v_now bigint;
BEGIN
  IF p_key IS NOT NULL THEN
    SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, p_now) a;
    IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  END IF;
  IF p_limit IS NOT NULL THEN
    PERFORM cs_lock_1(ARRAY(SELECT decode(b, 'hex') FROM jsonb_array_elements_text(p_limit->'budgets') b));
  END IF;
  SELECT * INTO r FROM verifications WHERE id = p_id AND service = p_service FOR NO KEY UPDATE;
  -- Erased since it was read.
  IF NOT FOUND THEN RETURN; END IF;
  -- Under the lock: a check that had to wait is not in time by its beginning.
  v_now := cs_now_1(p_clock);
  IF p_stamp <> cs_stamp_1(r) THEN
    kind := 'stale';
  ELSIF v_now > p_not_after THEN
    kind := 'late';
    number := v_now;
  ELSE
    IF p_limit IS NOT NULL THEN
      number := cs_number_full_until_1(p_service, p_limit, v_now);
      IF number IS NOT NULL THEN kind := 'number_limited'; RETURN NEXT; RETURN; END IF;
    END IF;
    IF p_use->>'type' = 'recovery_codes' THEN
      PERFORM 1 FROM factors f WHERE f.id = p_use->>'factorId' FOR NO KEY UPDATE;
      number := cs_codes_remaining_1(p_use);
      IF p_key IS NOT NULL AND number IS DISTINCT FROM (p_use->>'codesLeft')::bigint THEN
        kind := 'recount'; RETURN NEXT; RETURN;
      END IF;
    END IF;
    kind := 'done';
    IF p_use IS NOT NULL AND NOT cs_use_factor_2(p_use, p_now) THEN
      kind := 'spent';
      v_change := p_otherwise;
    END IF;
    PERFORM cs_apply_1(r, v_change, p_now, p_clock, p_actor);
    PERFORM cs_keep_with_1(p_key, v_change);
  END IF;
  SELECT f.* INTO v FROM verification_rows_2 f WHERE f.seq = r.seq;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- p_row: the columns of the row as its first change leaves it. p_held: id and stamp of the rows that the node saw on this
-- session and does not go on with. kind: answered_before; held (each of those that hold it now, or no row where none
-- does: the node decides again); guesses_refused; created.
CREATE FUNCTION cs_create_3(
  p_row jsonb, p_code_hash text, p_code_sealed bytea, p_slots bytea[], p_held text[], p_guesses jsonb, p_change jsonb,
  p_actor jsonb, p_key jsonb, p_clock bigint
) RETURNS TABLE (kind text, limit_name text, fingerprint bytea, answer bytea, v verification_rows_2)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  r verifications := jsonb_populate_record(NULL::verifications, p_row);
  v_budgets bytea[] := (SELECT array_agg(decode(b, 'hex')) FROM jsonb_array_elements_text(p_guesses->'budgets') b);
BEGIN
  IF p_key IS NOT NULL THEN
    SELECT a.fingerprint, a.answer INTO fingerprint, answer FROM cs_answered_before_1(p_key, r.created_at) a;
    IF FOUND THEN kind := 'answered_before'; RETURN NEXT; RETURN; END IF;
  END IF;
  IF p_slots IS NOT NULL THEN
    PERFORM cs_lock_1(p_slots);
    IF p_held <> ARRAY(SELECT s.id || '/' || cs_stamp_1(s) FROM verifications s
      WHERE s.session_slot = ANY (p_slots) ORDER BY s.id COLLATE "C")
    THEN
      RETURN QUERY SELECT 'held', NULL::text, NULL::bytea, NULL::bytea, f FROM verification_rows_2 f
        WHERE f.session_slot = ANY (p_slots);
      RETURN;
    END IF;
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
  END IF;
  PERFORM cs_apply_1(r, p_change, r.created_at, p_clock, p_actor);
  PERFORM cs_keep_with_1(p_key, p_change);
  kind := 'created';
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- What time has ended, p_grace_ms ago at least, with the clock's time; at most p_limit rows, by the partial indexes. Without
-- sorting: each walks its index, whatever the statistics say.
CREATE FUNCTION cs_past_end_1(p_clock bigint, p_grace_ms bigint, p_limit integer)
RETURNS TABLE (at bigint, v verification_rows_2) LANGUAGE plpgsql SET enable_sort = off AS $$
DECLARE
  v_now bigint := cs_now_1(p_clock);
  v_seqs bigint[];
  v_seq bigint;
BEGIN
  v_seqs := ARRAY(SELECT seq FROM verifications
    WHERE status = 'pending' AND attempts >= max_attempts AND last_attempt_at <= v_now - p_grace_ms
    ORDER BY last_attempt_at LIMIT p_limit);
  v_seqs := v_seqs || ARRAY(SELECT seq FROM verifications
    WHERE status = 'pending' AND expires_at <= v_now - p_grace_ms AND seq <> ALL (v_seqs)
    ORDER BY expires_at LIMIT p_limit - cardinality(v_seqs));
  at := v_now;
  -- One by one: with old statistics the planner would read all that is open for a list.
  FOREACH v_seq IN ARRAY v_seqs LOOP
    SELECT f.* INTO v FROM verification_rows_2 f WHERE f.seq = v_seq;
    IF FOUND THEN RETURN NEXT; END IF;
  END LOOP;
END $$;
--> statement-breakpoint

-- p_items: [{id, stamp, service, change}]. What another node holds, or has changed since, is left to the next round.
-- Under a minimum that is left (strictly) nothing can be sent any more: its sealed code is erased (I6, I7).
CREATE FUNCTION cs_sweep_2(p_items jsonb, p_now bigint, p_clock bigint, p_limit integer, p_min_remaining_ms bigint)
RETURNS integer LANGUAGE plpgsql SET lock_timeout = '2s' SET enable_sort = off AS $$
DECLARE
  v_left integer := p_limit;
  i record;
  r verifications;
BEGIN
  FOR i IN SELECT * FROM jsonb_to_recordset(p_items) AS x(id text, stamp text, change jsonb) LOOP
    SELECT * INTO r FROM verifications WHERE id = i.id FOR NO KEY UPDATE SKIP LOCKED;
    CONTINUE WHEN NOT FOUND OR cs_stamp_1(r) <> i.stamp;
    PERFORM cs_apply_1(r, i.change, p_now, p_clock, cs_service_actor_1(r.service));
    v_left := v_left - 1;
  END LOOP;
  FOR i IN SELECT c.verification_seq AS seq FROM codes c
    WHERE c.code_sealed IS NOT NULL AND c.expires_at <= cs_now_1(p_clock) + p_min_remaining_ms - 1
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.verification_seq = c.verification_seq
        AND d.status = 'sending' OFFSET 0)
    ORDER BY c.expires_at LIMIT v_left FOR UPDATE SKIP LOCKED
  LOOP
    UPDATE codes SET code_sealed = NULL WHERE verification_seq = i.seq;
    v_left := v_left - 1;
  END LOOP;
  RETURN p_limit - v_left;
END $$;
