CREATE TABLE "suppressions" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "suppressions_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"service" text NOT NULL,
	"channel" text NOT NULL,
	"address_index" "bytea" NOT NULL,
	"budget_index" "bytea" NOT NULL,
	"recipient_sealed" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"reason" text NOT NULL,
	"since" bigint NOT NULL,
	"until" bigint,
	"times" integer NOT NULL,
	"provider" text,
	"code" text
);
--> statement-breakpoint
CREATE UNIQUE INDEX "suppressions_recipient" ON "suppressions" USING btree ("address_index","channel");--> statement-breakpoint
CREATE UNIQUE INDEX "suppressions_id" ON "suppressions" USING btree ("id");--> statement-breakpoint
CREATE INDEX "suppressions_person" ON "suppressions" USING btree ("budget_index");--> statement-breakpoint
CREATE INDEX "suppressions_over" ON "suppressions" USING btree ("until") WHERE until is not null;--> statement-breakpoint
CREATE INDEX "suppressions_key" ON "suppressions" USING btree ("key_id");--> statement-breakpoint

-- Recipients that get no messages. What a report leaves was decided by the node that calls; it is written where the row is
-- still the one that was decided on (p_before is its id, null where there was none). @returns whether it was
CREATE FUNCTION cs_replace_suppression_1(p_indexes bytea[], p_before text, p_row jsonb, p_details jsonb, p_actor jsonb)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  v_row suppressions := jsonb_populate_record(null::suppressions, p_row);
BEGIN
  IF p_before IS NULL THEN
    IF EXISTS (SELECT FROM suppressions s WHERE s.address_index = ANY (p_indexes) AND s.channel = v_row.channel) THEN
      RETURN false;
    END IF;
  ELSE
    DELETE FROM suppressions s WHERE s.id = p_before;
    IF NOT FOUND THEN RETURN false; END IF;
  END IF;
  INSERT INTO suppressions (id, service, channel, address_index, budget_index, recipient_sealed, key_id, reason, since,
    until, times, provider, code)
  VALUES (v_row.id, v_row.service, v_row.channel, v_row.address_index, v_row.budget_index, v_row.recipient_sealed,
    v_row.key_id, v_row.reason, v_row.since, v_row.until, v_row.times, v_row.provider, v_row.code)
  -- Another node came first.
  ON CONFLICT (address_index, channel) DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM cs_append_event_1(v_row.since, 'recipient.suppressed', NULL, p_actor, p_details, v_row.budget_index);
  RETURN true;
END $$;
--> statement-breakpoint

-- @param p_service null: whichever it is of
CREATE FUNCTION cs_lift_suppression_1(p_id text, p_service text, p_now bigint, p_actor jsonb, p_details jsonb)
RETURNS SETOF suppressions LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  v_row suppressions;
BEGIN
  DELETE FROM suppressions s WHERE s.id = p_id AND s.service = coalesce(p_service, s.service) RETURNING s.* INTO v_row;
  IF NOT FOUND THEN RETURN; END IF;
  PERFORM cs_append_event_1(p_now, 'recipient.unsuppressed', NULL,
    jsonb_set(p_actor, '{service}', to_jsonb(v_row.service)),
    jsonb_build_object('suppression', v_row.id, 'channel', v_row.channel, 'reason', v_row.reason) || p_details,
    v_row.budget_index);
  RETURN NEXT v_row;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_purge_suppressions_1(p_before bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_gone integer;
BEGIN
  DELETE FROM suppressions WHERE seq IN (SELECT s.seq FROM suppressions s
    WHERE s.until IS NOT NULL AND s.until < p_before LIMIT p_limit FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END $$;
--> statement-breakpoint

-- As cs_erase_recipient_1, which stays for older programs; and what is suppressed.
CREATE FUNCTION cs_erase_recipient_2(p_budgets bytea[], p_now bigint, p_actor jsonb, p_limit integer)
RETURNS TABLE (verifications integer, factors integer, suppressions integer, events integer)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v verifications;
  v_verifications integer := 0;
  v_factors integer;
  v_suppressions integer;
  v_events integer;
BEGIN
  FOR v IN SELECT * FROM verifications r WHERE r.budget_index = ANY (p_budgets) ORDER BY r.seq LIMIT p_limit FOR UPDATE LOOP
    IF cs_end_1(v.seq, v.service, 'canceled', p_now, cs_service_actor_1(v.service)) THEN v.status := 'canceled'; END IF;
    PERFORM cs_count_and_remove_1(v);
    v_verifications := v_verifications + 1;
  END LOOP;
  DELETE FROM factors WHERE seq IN (SELECT seq FROM factors WHERE subject_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_factors = ROW_COUNT;
  DELETE FROM suppressions WHERE seq IN (SELECT seq FROM suppressions WHERE budget_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_suppressions = ROW_COUNT;
  DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE budget_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_events = ROW_COUNT;
  IF v_verifications + v_factors + v_suppressions + v_events > 0 THEN
    PERFORM cs_append_event_1(p_now, 'recipient.erased', NULL, p_actor,
      jsonb_build_object('verifications', v_verifications, 'factors', v_factors, 'suppressions', v_suppressions,
        'events', v_events));
  END IF;
  RETURN QUERY SELECT v_verifications, v_factors, v_suppressions, v_events;
END $$;
