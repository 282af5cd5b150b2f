CREATE TABLE "webhook_messages" (
	"verification_seq" bigint NOT NULL,
	"destination" text NOT NULL,
	"sequence" integer NOT NULL,
	"type" text NOT NULL,
	"at" bigint NOT NULL,
	"details" jsonb NOT NULL,
	"state" text NOT NULL,
	"tries" integer NOT NULL,
	"due_at" bigint,
	"token" text,
	"error" text,
	"ended_at" bigint,
	CONSTRAINT "webhook_messages_verification_seq_destination_sequence_pk" PRIMARY KEY("verification_seq","destination","sequence")
);
--> statement-breakpoint
ALTER TABLE "webhook_messages" ADD CONSTRAINT "webhook_messages_verification_seq_verifications_seq_fk" FOREIGN KEY ("verification_seq") REFERENCES "verifications"("seq") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_messages_due" ON "webhook_messages" USING btree ("destination","due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_messages_listed" ON "webhook_messages" USING btree ("destination","state","at");
--> statement-breakpoint

-- Messages to webhooks travel in the details of their event, so that whatever writes the event writes them with it, in one
-- commit: [{destination, details}]. The lock on the verification's row makes their numbers follow each other.
CREATE FUNCTION cs_write_webhooks_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhook_messages (verification_seq, destination, sequence, type, at, details, state, tries, due_at)
  SELECT NEW.verification_seq, w->>'destination', (SELECT coalesce(max(m.sequence), 0) + 1 FROM webhook_messages m
      WHERE m.verification_seq = NEW.verification_seq AND m.destination = w->>'destination'),
    NEW.type, NEW.at, w->'details', 'queued', 0, NEW.at
  FROM jsonb_array_elements(NEW.details->'webhooks') w;
  NEW.details := NEW.details - 'webhooks';
  RETURN NEW;
END $$;
--> statement-breakpoint

CREATE TRIGGER events_webhooks BEFORE INSERT ON events FOR EACH ROW
  WHEN (NEW.details ? 'webhooks') EXECUTE FUNCTION cs_write_webhooks_1();
--> statement-breakpoint

-- The oldest that are due, each with a lease and a token of its own: tokens[n] for the n-th.
CREATE FUNCTION cs_claim_webhooks_1(p_destination text, p_clock bigint, p_lease_ms bigint, p_tokens text[])
RETURNS TABLE (verification_id text, destination text, sequence integer, service text, type text, at bigint,
  details jsonb, reference text, purpose text, kind text, metadata jsonb, recipient_sealed bytea, tries integer, token text)
LANGUAGE sql SET plan_cache_mode = force_generic_plan AS $$
  WITH due AS (
    SELECT m.verification_seq, m.sequence FROM webhook_messages m
    WHERE m.destination = p_destination AND m.due_at IS NOT NULL
      AND m.due_at <= coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    ORDER BY m.due_at LIMIT cardinality(p_tokens) FOR UPDATE SKIP LOCKED
  ), numbered AS (SELECT d.*, row_number() OVER () AS n FROM due d)
  UPDATE webhook_messages m SET state = 'sending', tries = m.tries + 1, token = p_tokens[d.n],
    due_at = coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) + p_lease_ms
  FROM numbered d, verifications v
  WHERE m.verification_seq = d.verification_seq AND m.destination = p_destination AND m.sequence = d.sequence
    AND v.seq = m.verification_seq
  RETURNING v.id, m.destination, m.sequence, v.service, m.type, m.at, m.details, v.reference, v.purpose, v.kind,
    v.metadata, v.recipient_sealed, m.tries, m.token
$$;
