-- Unlogged: a commit of it waits for no disk, and after a crash every bucket may be full.
CREATE UNLOGGED TABLE "provider_paces" (
	"key" text PRIMARY KEY NOT NULL,
	"full_at" double precision NOT NULL
);
--> statement-breakpoint
ALTER TABLE provider_paces SET (fillfactor = 50);
--> statement-breakpoint

-- Tokens for as many of a lane's due rows as there are, at most p_wanted; src/delivery/bucket.ts has the same rule for one process.
-- wait_ms: until there is a token for a row that got none; 0: each has one. p_now: of a test; else the clock of the database,
-- read once the bucket's row is locked.
CREATE FUNCTION cs_take_tokens_1(p_key text, p_channel text, p_provider text, p_wanted integer, p_interval_ms double precision,
  p_burst integer, p_now bigint)
RETURNS TABLE (granted integer, wait_ms double precision)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_now double precision := coalesce(p_now, extract(epoch FROM clock_timestamp()) * 1000);
  v_holds double precision := p_burst * p_interval_ms;
  v_due integer;
  v_from double precision;
BEGIN
  SELECT count(*) INTO v_due FROM (
    SELECT 1 FROM deliveries d WHERE d.channel = p_channel AND d.provider = p_provider AND d.due_at <= v_now::bigint
    LIMIT p_wanted) x;
  IF v_due = 0 THEN
    RETURN QUERY SELECT 0, 0::double precision;
    RETURN;
  END IF;
  INSERT INTO provider_paces (key, full_at) VALUES (p_key, 0) ON CONFLICT DO NOTHING;
  SELECT p.full_at INTO v_from FROM provider_paces p WHERE p.key = p_key FOR NO KEY UPDATE;
  v_now := coalesce(p_now, extract(epoch FROM clock_timestamp()) * 1000);
  v_from := least(greatest(v_from, v_now), v_now + v_holds);
  granted := least(v_due, floor((v_now + v_holds - v_from) / p_interval_ms + 0.001)::integer);
  v_from := v_from + granted * p_interval_ms;
  IF granted > 0 THEN
    UPDATE provider_paces p SET full_at = v_from WHERE p.key = p_key;
  END IF;
  wait_ms := CASE WHEN granted < v_due THEN greatest(0, v_from + p_interval_ms - v_holds - v_now) ELSE 0 END;
  RETURN NEXT;
END $$;
