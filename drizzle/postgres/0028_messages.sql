-- How many messages of a verification may have gone out: those whose answer never came, and those that were accepted, of all its sends.
CREATE OR REPLACE VIEW outbox_rows_2 AS
  SELECT v.seq, v.id AS verification_id, v.service, v.status AS verification_status, v.kind, v.locale,
    v.recipient_sealed, c.code_sealed, v.expires_at, v.sends, v.country, v.authenticated, v.client_ip,
    CASE WHEN v.sends > 1 OR d.send < 0 OR d.ambiguous > 0 OR d.status = 'sending'
      THEN (SELECT sum(o.ambiguous + (o.status IN ('sent', 'delivered', 'undelivered')
        OR o.status = 'sending' AND o.send <> d.send)::integer)::integer FROM deliveries o
        WHERE o.verification_seq = d.verification_seq) ELSE 0 END AS may_have_gone,
    d.send, d.channel, d.status, d.provider, d.tried,
    d.attempts, d.ambiguous, d.due_at, d.token,
    coalesce(d.worded_at, CASE WHEN d.status = 'sending' THEN (SELECT t.started_at FROM send_attempts t
      WHERE t.verification_seq = d.verification_seq AND t.send = d.send AND t.attempt = d.attempts) END) AS worded_at
  FROM deliveries d JOIN verifications v ON v.seq = d.verification_seq
    LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- As cs_write_steps_1, but a step that a worker has leased keeps its lease, whoever asks for it: it was counted again and again by
-- the next one who found it due.
CREATE FUNCTION cs_write_steps_2() RETURNS trigger LANGUAGE plpgsql AS $$
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
    WHERE d.verification_seq = v_seq AND (v_restarts OR d.token IS NULL) AND d.send = (SELECT max(w.send)
      FROM deliveries w WHERE w.verification_seq = v_seq AND w.send < 0 AND w.status = 'waiting');
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

CREATE OR REPLACE TRIGGER events_steps BEFORE INSERT ON events FOR EACH ROW
  WHEN (NEW.details ? 'steps') EXECUTE FUNCTION cs_write_steps_2();
