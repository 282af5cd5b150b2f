-- The one applier of deliveries: what each becomes was decided by the program (src/delivery/transitions.ts). Here is what
-- only the database can hold: locks in their order (verification rows, then delivery rows), the guards, and one commit.
-- p_changes: [{n, verification_id, send, token, status, verification_status, sends, not_after, set, due_after_ms, begun,
-- answer, removed, at, events, erase_if_unsendable}]. A change is applied where the delivery still has that token and
-- status, its verification that status and those sends (both only move forward, whoever moves them), and not_after is not
-- over by this clock; null: it was not decided on that. The answer of a fenced try is written all the same.
-- @returns for each change: applied, fenced, or changed with the row as it is now
CREATE FUNCTION cs_apply_deliveries_1(p_changes jsonb, p_clock bigint)
RETURNS TABLE (n integer, outcome text, at bigint, o outbox_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  c record;
  v verifications;
  d deliveries;
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
    SELECT * INTO v FROM verifications f WHERE f.seq = c.seq FOR NO KEY UPDATE;
    IF c.answer IS NOT NULL THEN
      UPDATE send_attempts t SET duration_ms = (c.answer->>'duration_ms')::bigint, result = c.answer->>'result',
        reference = c.answer->>'reference', error_code = c.answer->>'error_code',
        error_message = c.answer->>'error_message'
      WHERE t.verification_seq = c.seq AND t.send = c.send AND t.attempt = (c.answer->>'attempt')::integer;
    END IF;
    SELECT * INTO d FROM deliveries f
    WHERE f.verification_seq = c.seq AND f.send = c.send AND f.token = c.token AND f.status = c.status FOR NO KEY UPDATE;
    at := cs_now_1(p_clock);
    IF d.send IS NULL THEN
      outcome := 'fenced';
    ELSIF v.status <> c.verification_status OR v.sends <> c.sends OR at > c.not_after THEN
      outcome := 'changed';
      SELECT x.* INTO o FROM outbox_rows x WHERE x.seq = c.seq AND x.send = c.send;
    ELSE
      outcome := 'applied';
      d := jsonb_populate_record(d, c.set);
      UPDATE deliveries f SET status = d.status, due_at = coalesce(at + c.due_after_ms, d.due_at), token = d.token,
        provider = d.provider, attempts = d.attempts, ambiguous = d.ambiguous, error_code = d.error_code,
        error_message = d.error_message, sent_at = d.sent_at
      WHERE f.verification_seq = c.seq AND f.send = c.send;
      IF c.begun IS NOT NULL THEN
        INSERT INTO send_attempts (verification_seq, send, attempt, provider, started_at)
        VALUES (c.seq, c.send, (c.begun->>'attempt')::integer, c.begun->>'provider', c.at);
      END IF;
      DELETE FROM send_attempts t WHERE t.verification_seq = c.seq AND t.send = c.send AND t.attempt = c.removed;
      INSERT INTO events (at, type, verification_seq, service, details)
      SELECT c.at, e.value->>'type', c.seq, v.service, e.value->'details'
      FROM jsonb_array_elements(c.events) WITH ORDINALITY e ORDER BY e.ordinality;
      IF c.erase_if_unsendable THEN PERFORM cs_erase_if_unsendable_1(c.seq); END IF;
    END IF;
    RETURN NEXT;
  END LOOP;
END $$;
