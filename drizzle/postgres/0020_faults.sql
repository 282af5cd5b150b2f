-- Whose fault a refusal for good was, with the try.
ALTER TABLE "send_attempts" ADD COLUMN "fault" text;
--> statement-breakpoint

-- As cs_apply_deliveries_2, which older programs call, and the fault with the answer.
CREATE FUNCTION cs_apply_deliveries_3(p_changes jsonb, p_clock bigint)
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
