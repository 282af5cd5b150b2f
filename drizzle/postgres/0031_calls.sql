-- The sealed code of a verification whose messages have all gone out (I7), unless a call may still fetch it: it is handed over, and
-- nothing is reported of it. Its end, or the sweeper, erases it then.
CREATE FUNCTION cs_erase_unsendable_1(p_seq bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE codes k SET code_sealed = NULL WHERE k.verification_seq = p_seq AND k.code_sealed IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM deliveries f WHERE f.verification_seq = p_seq
      AND (f.due_at IS NOT NULL OR (f.channel = 'voice' AND f.status = 'sent')));
$$;
--> statement-breakpoint

-- As cs_apply_deliveries_4, with that.
CREATE FUNCTION cs_apply_deliveries_5(p_changes jsonb, p_clock bigint)
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
      PERFORM cs_erase_unsendable_1(c.seq);
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;
--> statement-breakpoint

-- As cs_receive_1, with that.
CREATE FUNCTION cs_receive_2(p_change jsonb, p_clock bigint) RETURNS text
LANGUAGE plpgsql SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  c record;
  v record;
  v_seen text;
  v_now bigint;
BEGIN
  SELECT x.* INTO c FROM jsonb_to_record(p_change) AS x(verification_id text, send integer, attempt integer, seen text,
    not_after bigint, receipt jsonb, "set" jsonb, due_after_ms bigint, at bigint, events jsonb, erase_if_unsendable boolean);
  SELECT f.seq, f.service, f.status, f.sends, f.max_sends INTO v FROM verifications f
  WHERE f.id = c.verification_id FOR NO KEY UPDATE;
  -- A lease takes the delivery's row alone.
  SELECT concat_ws('/', d.status, d.attempts, d.token, v.status, v.sends, t.receipt) INTO v_seen
  FROM deliveries d JOIN send_attempts t
    ON t.verification_seq = d.verification_seq AND t.send = d.send AND t.attempt = c.attempt
  WHERE d.verification_seq = v.seq AND d.send = c.send FOR NO KEY UPDATE OF d, t;
  v_now := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  IF v_seen IS DISTINCT FROM c.seen OR v_now > c.not_after THEN RETURN 'changed'; END IF;
  UPDATE send_attempts t SET receipt = c.receipt->>'state', receipt_at = (c.receipt->'at')::bigint,
    receipt_code = c.receipt->>'code', fault = coalesce(c.receipt->>'fault', t.fault)
  WHERE t.verification_seq = v.seq AND t.send = c.send AND t.attempt = c.attempt;
  IF c.set <> '{}' THEN
    UPDATE deliveries f SET status = coalesce(c.set->>'status', f.status),
      due_at = coalesce(v_now + c.due_after_ms,
        CASE WHEN c.set ? 'due_at' THEN (c.set->>'due_at')::bigint ELSE f.due_at END),
      token = CASE WHEN c.set ? 'token' THEN c.set->>'token' ELSE f.token END,
      provider = coalesce(c.set->>'provider', f.provider),
      tried = coalesce(c.set->>'tried', f.tried),
      ambiguous = coalesce((c.set->'ambiguous')::integer, f.ambiguous),
      error_code = CASE WHEN c.set ? 'error_code' THEN c.set->>'error_code' ELSE f.error_code END,
      error_message = CASE WHEN c.set ? 'error_message' THEN c.set->>'error_message' ELSE f.error_message END,
      sent_at = coalesce((c.set->'sent_at')::bigint, f.sent_at),
      delivered_at = coalesce((c.set->'delivered_at')::bigint, f.delivered_at)
    WHERE f.verification_seq = v.seq AND f.send = c.send;
  END IF;
  INSERT INTO events (at, type, verification_seq, service, details)
  SELECT c.at, e->>'type', v.seq, v.service, e->'details' FROM jsonb_array_elements(c.events) e;
  IF c.erase_if_unsendable AND v.sends >= v.max_sends THEN
    PERFORM cs_erase_unsendable_1(v.seq);
  END IF;
  RETURN 'applied';
END $$;
