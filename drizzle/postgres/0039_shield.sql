CREATE TABLE "shield_levels" (
	"rule" text NOT NULL,
	"service" text NOT NULL,
	"value" text NOT NULL,
	"level" jsonb NOT NULL,
	CONSTRAINT "shield_levels_rule_service_value_pk" PRIMARY KEY("rule","service","value")
);
--> statement-breakpoint
CREATE TABLE "shield_stops" (
	"since" bigint NOT NULL,
	"service" text NOT NULL,
	"rule" text NOT NULL,
	"value" text NOT NULL,
	"currency" text NOT NULL,
	"until" bigint NOT NULL,
	"strikes" integer NOT NULL,
	"mode" text NOT NULL,
	"starts" integer NOT NULL,
	"approved" integer NOT NULL,
	"micros" bigint NOT NULL,
	CONSTRAINT "shield_stops_since_service_rule_value_currency_pk" PRIMARY KEY("since","service","rule","value","currency")
);
--> statement-breakpoint
CREATE INDEX "shield_stops_service" ON "shield_stops" USING btree ("service","since");
--> statement-breakpoint

-- What a node counted of the log for the shield's rules, with its place in the log, in one commit: where another node has the
-- place by now, nothing is written. @returns whether it was. A crash loses a stretch of both, and it is read again.
CREATE FUNCTION cs_shield_1(p_holder text, p_from bigint, p_to bigint, p_levels jsonb, p_gone jsonb, p_stops jsonb)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' SET synchronous_commit = off AS $$
BEGIN
  UPDATE log_readers SET sequence = p_to WHERE name = 'shield' AND holder = p_holder AND sequence = p_from;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO shield_levels AS l SELECT * FROM jsonb_populate_recordset(null::shield_levels, p_levels)
  ON CONFLICT (rule, service, value) DO UPDATE SET level = excluded.level;
  DELETE FROM shield_levels l USING jsonb_populate_recordset(null::shield_levels, p_gone) g
  WHERE l.rule = g.rule AND l.service = g.service AND l.value = g.value;
  INSERT INTO shield_stops AS s SELECT * FROM jsonb_populate_recordset(null::shield_stops, p_stops)
  ON CONFLICT (since, service, rule, value, currency) DO UPDATE SET
    starts = s.starts + excluded.starts,
    approved = s.approved + excluded.approved,
    micros = s.micros + excluded.micros;
  RETURN true;
END $$;
