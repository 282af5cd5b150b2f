ALTER TABLE "verifications" ADD COLUMN "checked_by" text;--> statement-breakpoint
ALTER TABLE "verifications" ADD COLUMN "outcome" text;
--> statement-breakpoint

-- As before, and behind it whoever checks the code, and what they reported.
CREATE OR REPLACE VIEW verification_rows_2 AS
  SELECT v.seq, v.id, v.reference, v.service, v.status, v.channel, v.purpose, v.locale, v.recipient_sealed, v.address_index,
    v.budget_index, v.country, v.session_mac, v.session_slot, v.authenticated, v.kind, v.code_length, v.pepper_key_id,
    v.attempts, v.failed, v.max_attempts, v.last_attempt_at, v.sends, v.max_sends, v.last_send_at, v.client_ip, v.metadata,
    v.created_at, v.expires_at, v.ended_at, c.code_hash, c.code_sealed,
    (SELECT array_agg(d.send || ':' || d.status || ':' || (d.ambiguous > 0)::integer || CASE WHEN d.status = 'waiting'
      THEN ':' || d.channel || ':' || coalesce(d.due_at, 0) || ':' || d.timeout_ms ELSE '' END) FROM deliveries d
      WHERE d.verification_seq = v.seq) AS delivery_states,
    v.checked_by, v.outcome
  FROM verifications v LEFT JOIN codes c ON c.verification_seq = v.seq;
--> statement-breakpoint

-- Both travel in the details of the event of their start or end, and stay there: whatever writes the event writes the columns, in
-- one commit. The functions that write it are older than the columns. An older program checks no such code: its row has no
-- attempt (max_attempts is 0).
CREATE FUNCTION cs_write_checker_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE verifications v SET checked_by = coalesce(NEW.details->>'checked_by', v.checked_by),
    outcome = coalesce(NEW.details->>'outcome', v.outcome)
  WHERE v.seq = NEW.verification_seq;
  RETURN NULL;
END $$;
--> statement-breakpoint

CREATE TRIGGER events_checker AFTER INSERT ON events FOR EACH ROW
  WHEN (NEW.type IN ('verification.started', 'verification.closed') AND NEW.details ? 'checked_by')
  EXECUTE FUNCTION cs_write_checker_1();
