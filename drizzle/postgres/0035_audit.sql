CREATE TABLE "audit_segments" (
	"number" integer PRIMARY KEY NOT NULL,
	"after" bigint NOT NULL,
	"last" bigint NOT NULL,
	"count" integer NOT NULL,
	"hour" integer NOT NULL,
	"newest" bigint NOT NULL,
	"at" bigint NOT NULL,
	"address_days" integer NOT NULL,
	"recipient_days" integer NOT NULL,
	"root" "bytea" NOT NULL,
	"entries" "bytea",
	"address_secret" "bytea",
	"note" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_readers" (
	"name" text PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL,
	"holder" text NOT NULL,
	"held_until" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "salt" bytea;
--> statement-breakpoint
-- Apart, so that no row is written again. Programs that do not know of it write it, too.
ALTER TABLE "events" ALTER COLUMN "salt" SET DEFAULT uuid_send(gen_random_uuid());
--> statement-breakpoint

-- The line of an erasure has the numbers of the events that went with it: it excuses their absence from the chain.
CREATE FUNCTION cs_erase_recipient_3(p_budgets bytea[], p_now bigint, p_actor jsonb, p_limit integer)
RETURNS TABLE (verifications integer, factors integer, suppressions integer, events integer)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v verifications;
  v_verifications integer := 0;
  v_factors integer;
  v_suppressions integer;
  v_events integer;
  v_numbers bigint[] := '{}';
  v_own bigint[];
BEGIN
  FOR v IN SELECT * FROM verifications r WHERE r.budget_index = ANY (p_budgets) ORDER BY r.seq LIMIT p_limit FOR UPDATE LOOP
    IF cs_end_1(v.seq, v.service, 'canceled', p_now, cs_service_actor_1(v.service)) THEN v.status := 'canceled'; END IF;
    v_numbers := v_numbers || ARRAY(SELECT seq FROM events WHERE verification_seq = v.seq);
    PERFORM cs_count_and_remove_1(v);
    v_verifications := v_verifications + 1;
  END LOOP;
  DELETE FROM factors WHERE seq IN (SELECT seq FROM factors WHERE subject_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_factors = ROW_COUNT;
  DELETE FROM suppressions WHERE seq IN (SELECT seq FROM suppressions WHERE budget_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_suppressions = ROW_COUNT;
  WITH removed AS (DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE budget_index = ANY (p_budgets) LIMIT p_limit)
    RETURNING seq) SELECT coalesce(array_agg(seq), '{}'), count(*) INTO v_own, v_events FROM removed;
  IF v_verifications + v_factors + v_suppressions + v_events > 0 THEN
    PERFORM cs_append_event_1(p_now, 'recipient.erased', NULL, p_actor,
      jsonb_build_object('verifications', v_verifications, 'factors', v_factors, 'suppressions', v_suppressions,
        'events', v_events, 'numbers', (SELECT string_agg(n::text, ',' ORDER BY n) FROM unnest(v_numbers || v_own) n)));
  END IF;
  RETURN QUERY SELECT v_verifications, v_factors, v_suppressions, v_events;
END $$;
