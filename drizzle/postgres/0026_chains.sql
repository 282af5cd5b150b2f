ALTER TABLE "deliveries" ADD COLUMN "timeout_ms" integer;
--> statement-breakpoint

-- A step of a chain that waits is a row of its own: `-1`, `-2`, … until it goes out and is numbered as a send. Its state has what an
-- answer says of it; older programs read the first three parts of a state, and pass over a status that they do not know.
CREATE OR REPLACE VIEW verification_rows_2 AS
  SELECT v.*, c.code_hash, c.code_sealed,
    (SELECT array_agg(d.send || ':' || d.status || ':' || (d.ambiguous > 0)::integer || CASE WHEN d.status = 'waiting'
      THEN ':' || d.channel || ':' || coalesce(d.due_at, 0) || ':' || d.timeout_ms ELSE '' END) FROM deliveries d
      WHERE d.verification_seq = v.seq) AS delivery_states
  FROM verifications v LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- What a change does to the steps that wait (src/kernel/steps.ts) travels in the details of its event, so that whatever writes the
-- event writes it, in one commit and under the lock on the verification's row: {add: [{send, channel, provider, timeout_ms}],
-- begin: {step, send, channel}, next: {at, plus_timeout, restarts}, cancel: reason}. A restart ends the claim of a worker, too.
CREATE FUNCTION cs_write_steps_1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  s jsonb := NEW.details->'steps';
  v_seq bigint := NEW.verification_seq;
  v_step integer := s#>'{begin,step}';
  v_send integer := s#>'{begin,send}';
  v_restarts boolean := s#>'{next,restarts}';
BEGIN
  NEW.details := NEW.details - 'steps';
  IF s ? 'add' THEN
    INSERT INTO deliveries (verification_seq, send, channel, provider, status, attempts, ambiguous, queued_at, timeout_ms)
    SELECT v_seq, a.send, a.channel, a.provider, 'waiting', 0, 0, NEW.at, a.timeout_ms
    FROM jsonb_to_recordset(s->'add') AS a(send integer, channel text, provider text, timeout_ms integer);
  END IF;
  IF s ? 'begin' THEN
    WITH gone AS (
      UPDATE deliveries d SET status = 'canceled', due_at = NULL, token = NULL
      WHERE d.verification_seq = v_seq AND d.status = 'queued' RETURNING d.send, d.channel
    )
    INSERT INTO events (at, type, verification_seq, service, details)
    SELECT NEW.at, 'delivery.canceled', v_seq, NEW.service,
      jsonb_build_object('channel', g.channel, 'send', g.send, 'reason', 'replaced')
    FROM gone g ORDER BY g.send;
    UPDATE deliveries d SET send = v_send, queued_at = NEW.at WHERE d.verification_seq = v_seq AND d.send = v_step;
    UPDATE send_attempts t SET send = v_send WHERE t.verification_seq = v_seq AND t.send = v_step;
    UPDATE verifications v SET sends = v_send, channel = s#>>'{begin,channel}', last_send_at = NEW.at WHERE v.seq = v_seq;
  END IF;
  IF s ? 'next' THEN
    UPDATE deliveries d SET token = CASE WHEN v_restarts THEN NULL ELSE d.token END,
      due_at = LEAST(CASE WHEN NOT v_restarts THEN d.due_at END,
        (s#>'{next,at}')::bigint + CASE WHEN (s#>'{next,plus_timeout}')::boolean THEN d.timeout_ms ELSE 0 END)
    WHERE d.verification_seq = v_seq AND d.send = (SELECT max(w.send) FROM deliveries w
      WHERE w.verification_seq = v_seq AND w.send < 0 AND w.status = 'waiting');
  END IF;
  IF s ? 'cancel' THEN
    WITH gone AS (
      UPDATE deliveries d SET status = 'canceled', due_at = NULL, token = NULL
      WHERE d.verification_seq = v_seq AND d.status = 'waiting' RETURNING d.send, d.channel
    )
    INSERT INTO events (at, type, verification_seq, service, details)
    SELECT NEW.at, 'delivery.canceled', v_seq, NEW.service,
      jsonb_build_object('channel', g.channel, 'step', 1 - g.send, 'reason', s->'cancel')
    FROM gone g ORDER BY g.send DESC;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint

CREATE TRIGGER events_steps BEFORE INSERT ON events FOR EACH ROW
  WHEN (NEW.details ? 'steps') EXECUTE FUNCTION cs_write_steps_1();
--> statement-breakpoint

-- As cs_lease_2, with what a step needs: how many sends its verification may have, and whether a step waits after the row.
CREATE FUNCTION cs_lease_3(p_channels text[], p_providers text[], p_limits integer[], p_now bigint, p_lease_ms bigint)
RETURNS TABLE (leased_at bigint, new_token text, max_sends integer, has_next boolean, o outbox_rows_2)
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
    SELECT v_now, l.token, (SELECT v.max_sends FROM verifications v WHERE v.seq = l.seq),
      EXISTS (SELECT 1 FROM deliveries w WHERE w.verification_seq = l.seq AND w.send < least(l.send, 0) AND w.status = 'waiting'), x
    FROM unnest(v_seqs, v_sends, v_tokens) WITH ORDINALITY l(seq, send, token, place)
    JOIN outbox_rows_2 x ON x.seq = l.seq AND x.send = l.send
    ORDER BY l.place;
END $$;
