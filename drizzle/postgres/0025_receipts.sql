-- What a provider reported last of each try; one that names no try is found by the provider's own id.
ALTER TABLE "send_attempts" ADD COLUMN "receipt" text;--> statement-breakpoint
ALTER TABLE "send_attempts" ADD COLUMN "receipt_at" bigint;--> statement-breakpoint
ALTER TABLE "send_attempts" ADD COLUMN "receipt_code" text;--> statement-breakpoint
CREATE INDEX "send_attempts_reference" ON "send_attempts" USING btree ("provider","reference") WHERE reference is not null;
--> statement-breakpoint

-- A receipt of one try, where it and its delivery are still as they were read (p_change: seen). Durable when it answers,
-- unlike a worker's own changes: its provider gives it once.
CREATE FUNCTION cs_receive_1(p_change jsonb, p_clock bigint) RETURNS text
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
    UPDATE codes k SET code_sealed = NULL WHERE k.verification_seq = v.seq AND k.code_sealed IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM deliveries f WHERE f.verification_seq = v.seq AND f.due_at IS NOT NULL);
  END IF;
  RETURN 'applied';
END $$;
