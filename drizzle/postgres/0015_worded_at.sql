ALTER TABLE "deliveries" ADD COLUMN "worded_at" bigint;
--> statement-breakpoint

-- Whatever counts a try that may have gone out, an older program, too: the first of them is the one before the count.
CREATE FUNCTION cs_keep_worded_at_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT t.started_at INTO NEW.worded_at FROM send_attempts t
  WHERE t.verification_seq = OLD.verification_seq AND t.send = OLD.send AND t.attempt = OLD.attempts;
  RETURN NEW;
END $$;
--> statement-breakpoint

CREATE TRIGGER deliveries_worded_at BEFORE UPDATE ON deliveries FOR EACH ROW
  WHEN (NEW.ambiguous > OLD.ambiguous AND OLD.worded_at IS NULL) EXECUTE FUNCTION cs_keep_worded_at_1();
--> statement-breakpoint

-- Of a try whose worker died the trigger has not heard yet.
CREATE OR REPLACE VIEW outbox_rows AS
  SELECT v.seq, v.id AS verification_id, v.service, v.status AS verification_status, v.kind, v.locale,
    v.recipient_sealed, c.code_sealed, v.expires_at, v.sends, d.send, d.channel, d.status, d.provider,
    d.attempts, d.ambiguous, d.due_at, d.token,
    coalesce(d.worded_at, CASE WHEN d.status = 'sending' THEN (SELECT t.started_at FROM send_attempts t
      WHERE t.verification_seq = d.verification_seq AND t.send = d.send AND t.attempt = d.attempts) END) AS worded_at
  FROM deliveries d JOIN verifications v ON v.seq = d.verification_seq
    LEFT JOIN codes c ON c.verification_seq = v.seq;
