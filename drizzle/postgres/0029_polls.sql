-- When the provider of a try is asked what became of it; the end of a lease while it is.
ALTER TABLE "send_attempts" ADD COLUMN "poll_at" bigint;--> statement-breakpoint
ALTER TABLE "send_attempts" ADD COLUMN "is_viewed" boolean;--> statement-breakpoint
CREATE INDEX "send_attempts_polls" ON "send_attempts" USING btree ("provider","poll_at") WHERE poll_at is not null;
--> statement-breakpoint

-- A poll that is planned with the answer to a try travels in the details of its event, as steps and webhooks do: {try, at}.
CREATE FUNCTION cs_plan_poll_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE send_attempts t SET poll_at = (NEW.details#>>'{poll,at}')::bigint
  WHERE t.verification_seq = NEW.verification_seq AND t.send = (NEW.details->>'send')::integer
    AND t.attempt = (NEW.details#>>'{poll,try}')::integer;
  NEW.details := NEW.details - 'poll';
  RETURN NEW;
END $$;
--> statement-breakpoint

CREATE TRIGGER events_poll BEFORE INSERT ON events FOR EACH ROW
  WHEN (NEW.details ? 'poll') EXECUTE FUNCTION cs_plan_poll_1();
--> statement-breakpoint

-- A try whose end was reported is not asked about, whoever reported it: a receipt that came by itself, or an older program.
CREATE FUNCTION cs_end_poll_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.poll_at := NULL;
  RETURN NEW;
END $$;
--> statement-breakpoint

CREATE TRIGGER send_attempts_reported BEFORE UPDATE OF receipt ON send_attempts FOR EACH ROW
  WHEN (NEW.poll_at IS NOT NULL AND NEW.receipt <> 'sent') EXECUTE FUNCTION cs_end_poll_1();
