CREATE TABLE "count_costs" (
	"level" smallint NOT NULL,
	"at" bigint NOT NULL,
	"service" text NOT NULL,
	"dimension" smallint NOT NULL,
	"value" text NOT NULL,
	"currency" text NOT NULL,
	"messages" bigint NOT NULL,
	"parts" bigint NOT NULL,
	"micros" bigint NOT NULL,
	CONSTRAINT "count_costs_level_at_service_dimension_value_currency_pk" PRIMARY KEY("level","at","service","dimension","value","currency")
);
--> statement-breakpoint
CREATE TABLE "count_place" (
	"id" integer PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL,
	"at" bigint NOT NULL,
	"version" bigint NOT NULL,
	"awaited" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "count_times" (
	"level" smallint NOT NULL,
	"at" bigint NOT NULL,
	"service" text NOT NULL,
	"dimension" smallint NOT NULL,
	"value" text NOT NULL,
	"kind" smallint NOT NULL,
	"bucket" smallint NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "count_times_level_at_service_dimension_value_kind_bucket_pk" PRIMARY KEY("level","at","service","dimension","value","kind","bucket")
);
--> statement-breakpoint
CREATE TABLE "counts" (
	"level" smallint NOT NULL,
	"at" bigint NOT NULL,
	"service" text NOT NULL,
	"dimension" smallint NOT NULL,
	"value" text NOT NULL,
	"started" bigint NOT NULL,
	"sent" bigint NOT NULL,
	"delivered" bigint NOT NULL,
	"undelivered" bigint NOT NULL,
	"retried" bigint NOT NULL,
	"failed" bigint NOT NULL,
	"approved" bigint NOT NULL,
	"unapproved" bigint NOT NULL,
	"refused" bigint NOT NULL,
	CONSTRAINT "counts_level_at_service_dimension_value_pk" PRIMARY KEY("level","at","service","dimension","value")
);
--> statement-breakpoint

-- Adds up what a node counted of the log and moves the place, in one commit: where another node, or a call of this one whose
-- reply was lost, counted before, p_version is no longer the place's, and nothing is written. @returns whether it was
CREATE FUNCTION cs_count_1(p_version bigint, p_sequence bigint, p_at bigint, p_awaited text, p_counts jsonb, p_costs jsonb,
  p_times jsonb)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' SET synchronous_commit = off AS $$
BEGIN
  INSERT INTO count_place VALUES (1, 0, 0, 0, '') ON CONFLICT DO NOTHING;
  UPDATE count_place SET sequence = p_sequence, at = p_at, awaited = p_awaited, version = version + 1
  WHERE id = 1 AND version = p_version;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO counts AS c SELECT * FROM jsonb_populate_recordset(null::counts, p_counts)
  ON CONFLICT (level, at, service, dimension, value) DO UPDATE SET
    started = c.started + excluded.started,
    sent = c.sent + excluded.sent,
    delivered = c.delivered + excluded.delivered,
    undelivered = c.undelivered + excluded.undelivered,
    retried = c.retried + excluded.retried,
    failed = c.failed + excluded.failed,
    approved = c.approved + excluded.approved,
    unapproved = c.unapproved + excluded.unapproved,
    refused = c.refused + excluded.refused;
  INSERT INTO count_costs AS c SELECT * FROM jsonb_populate_recordset(null::count_costs, p_costs)
  ON CONFLICT (level, at, service, dimension, value, currency) DO UPDATE SET messages = c.messages + excluded.messages,
    parts = c.parts + excluded.parts, micros = c.micros + excluded.micros;
  INSERT INTO count_times AS c SELECT * FROM jsonb_populate_recordset(null::count_times, p_times)
  ON CONFLICT (level, at, service, dimension, value, kind, bucket) DO UPDATE SET n = c.n + excluded.n;
  RETURN true;
END $$;
--> statement-breakpoint

-- The oldest rows of a level, by their primary key.
CREATE FUNCTION cs_purge_counts_1(p_level integer, p_before bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_at bigint[];
  v_gone integer;
  v_total integer := 0;
BEGIN
  SELECT array_agg(DISTINCT o.at) INTO v_at FROM (
    SELECT at FROM counts WHERE level = p_level AND at < p_before ORDER BY level, at LIMIT p_limit) o;
  DELETE FROM counts WHERE level = p_level AND at = ANY (v_at);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  v_total := v_total + v_gone;
  DELETE FROM count_costs WHERE level = p_level AND at = ANY (v_at);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  v_total := v_total + v_gone;
  DELETE FROM count_times WHERE level = p_level AND at = ANY (v_at);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_total + v_gone;
END $$;
