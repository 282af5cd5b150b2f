-- A message is in the lane of the provider that is to carry it next, which its start names; rows of older programs have none
-- until one of theirs claims them, and are a lane of their own. An older program claims by the channel, from all of them.
ALTER TABLE "deliveries" ADD COLUMN "tried" text DEFAULT '' NOT NULL;
--> statement-breakpoint
CREATE INDEX "deliveries_lane" ON "deliveries" USING btree ("channel","provider","due_at") WHERE due_at is not null;
--> statement-breakpoint
DROP INDEX "deliveries_due";
--> statement-breakpoint

-- A view of its own: the type of the older one's rows is a type of older programs' statements.
CREATE VIEW outbox_rows_2 AS
  SELECT v.seq, v.id AS verification_id, v.service, v.status AS verification_status, v.kind, v.locale,
    v.recipient_sealed, c.code_sealed, v.expires_at, v.sends, v.country, v.authenticated, v.client_ip,
    CASE WHEN d.ambiguous > 0 OR d.status = 'sending' THEN (SELECT sum(o.ambiguous)::integer FROM deliveries o
      WHERE o.verification_seq = d.verification_seq) ELSE 0 END AS may_have_gone,
    d.send, d.channel, d.status, d.provider, d.tried,
    d.attempts, d.ambiguous, d.due_at, d.token,
    coalesce(d.worded_at, CASE WHEN d.status = 'sending' THEN (SELECT t.started_at FROM send_attempts t
      WHERE t.verification_seq = d.verification_seq AND t.send = d.send AND t.attempt = d.attempts) END) AS worded_at
  FROM deliveries d JOIN verifications v ON v.seq = d.verification_seq
    LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- As cs_lease_1, of several lanes: of each the rows that are due first, up to its limit. p_providers: null where the rows have none.
CREATE FUNCTION cs_lease_2(p_channels text[], p_providers text[], p_limits integer[], p_now bigint, p_lease_ms bigint)
RETURNS TABLE (leased_at bigint, new_token text, o outbox_rows_2)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_now bigint := coalesce(p_now, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  v_seqs bigint[];
  v_sends integer[];
  v_tokens text[];
BEGIN
  WITH lanes AS (
    SELECT * FROM unnest(p_channels, p_providers, p_limits) l(channel, provider, most)
  ), due AS (
    SELECT x.* FROM lanes l, LATERAL (
      SELECT d.verification_seq, d.send, d.due_at FROM deliveries d
      WHERE d.channel = l.channel AND d.provider = l.provider AND d.due_at <= v_now
      ORDER BY d.due_at LIMIT l.most FOR NO KEY UPDATE SKIP LOCKED) x
    UNION ALL
    SELECT x.* FROM lanes l, LATERAL (
      SELECT d.verification_seq, d.send, d.due_at FROM deliveries d
      WHERE d.channel = l.channel AND d.provider IS NULL AND d.due_at <= v_now
      ORDER BY d.due_at LIMIT l.most FOR NO KEY UPDATE SKIP LOCKED) x
    WHERE l.provider IS NULL
  ), leased AS (
    UPDATE deliveries d SET due_at = v_now + p_lease_ms, token = gen_random_uuid()::text
    FROM due WHERE d.verification_seq = due.verification_seq AND d.send = due.send
    RETURNING d.verification_seq, d.send, d.token, due.due_at AS was_due_at
  ), ordered AS (SELECT * FROM leased ORDER BY was_due_at, verification_seq, send)
  SELECT array_agg(verification_seq), array_agg(l.send), array_agg(token) INTO v_seqs, v_sends, v_tokens FROM ordered l;
  RETURN QUERY
    SELECT v_now, l.token, x FROM unnest(v_seqs, v_sends, v_tokens) WITH ORDINALITY l(seq, send, token, place)
    JOIN outbox_rows_2 x ON x.seq = l.seq AND x.send = l.send
    ORDER BY l.place;
END $$;
--> statement-breakpoint

-- As cs_create_5, with the provider of the message.
CREATE FUNCTION cs_create_6(
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
      coalesce(v_claim#>>'{set,provider}', p_delivery->>'provider'), coalesce((v_claim#>'{set,attempts}')::integer, 0), 0,
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
--> statement-breakpoint

-- As cs_change_2, with the provider of the message.
CREATE FUNCTION cs_change_3(
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
    INSERT INTO deliveries (verification_seq, send, channel, status, provider, attempts, ambiguous, due_at, queued_at)
    VALUES (v_seq, (v_change#>'{delivery,send}')::integer, v_change#>>'{delivery,channel}', 'queued',
      v_change#>>'{delivery,provider}', 0, 0,
      coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), p_now);
  END IF;
  IF p_key IS NOT NULL THEN
    PERFORM cs_keep_answer_1(p_key || jsonb_build_object('answer', v_change->'answer'));
  END IF;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- As cs_apply_deliveries_3, with what was tried.
CREATE FUNCTION cs_apply_deliveries_4(p_changes jsonb, p_clock bigint)
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
        error_message = c.answer->>'error_message', fault = c.answer->>'fault'
      WHERE t.verification_seq = c.seq AND t.send = c.send AND t.attempt = (c.answer->'attempt')::integer;
    END IF;
    at := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    IF v_status <> c.verification_status OR v_sends <> c.sends OR at > c.not_after THEN
      o := (SELECT to_jsonb(x) FROM outbox_rows_2 x
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
      tried = coalesce(c.set->>'tried', f.tried),
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
