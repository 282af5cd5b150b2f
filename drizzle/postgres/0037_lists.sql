CREATE TABLE "list_entries" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "list_entries_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"service" text,
	"effect" text NOT NULL,
	"by" text NOT NULL,
	"value" text,
	"budget_index" "bytea",
	"recipient_sealed" "bytea",
	"root_key" text,
	"reason" text NOT NULL,
	"ends_at" bigint,
	"made_at" bigint NOT NULL,
	"key_id" text,
	"rule" text
);
--> statement-breakpoint
CREATE TABLE "list_version" (
	"id" integer PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "list_entries_id" ON "list_entries" USING btree ("id");--> statement-breakpoint
CREATE INDEX "list_entries_end" ON "list_entries" USING btree ("ends_at");--> statement-breakpoint
CREATE INDEX "list_entries_value" ON "list_entries" USING btree ("value","by") WHERE value is not null;--> statement-breakpoint
CREATE INDEX "list_entries_person" ON "list_entries" USING btree ("budget_index") WHERE budget_index is not null;--> statement-breakpoint
CREATE INDEX "list_entries_key" ON "list_entries" USING btree ("root_key") WHERE root_key is not null;--> statement-breakpoint

-- Entries of the block and allow lists. Each change makes the version larger, by which nodes notice it; its row is also the
-- lock that makes entries one after the other, so that they are counted and compared with all others.
CREATE FUNCTION cs_lists_changed_1() RETURNS void LANGUAGE sql AS $$
  INSERT INTO list_version AS v (id, version) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET version = v.version + 1;
$$;
--> statement-breakpoint

-- @returns made; exists, with the id of the entry that is in force; or full
CREATE FUNCTION cs_make_list_entry_1(p_row jsonb, p_most integer, p_actor jsonb, p_details jsonb)
RETURNS TABLE (kind text, id text) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v_row list_entries := jsonb_populate_record(null::list_entries, p_row);
  v_same text;
BEGIN
  PERFORM cs_lists_changed_1();
  SELECT e.id INTO v_same FROM list_entries e
  WHERE (e.value = v_row.value OR e.budget_index = v_row.budget_index) AND e."by" = v_row."by" AND e.effect = v_row.effect
    AND e.service IS NOT DISTINCT FROM v_row.service AND (e.rule IS NULL) = (v_row.rule IS NULL)
    AND (e.ends_at IS NULL OR e.ends_at > v_row.made_at) LIMIT 1;
  IF v_same IS NOT NULL THEN RETURN QUERY SELECT 'exists', v_same; RETURN; END IF;
  IF (SELECT count(*) FROM list_entries e WHERE e.ends_at IS NULL OR e.ends_at > v_row.made_at) >= p_most THEN
    RETURN QUERY SELECT 'full', null::text;
    RETURN;
  END IF;
  INSERT INTO list_entries (id, service, effect, "by", value, budget_index, recipient_sealed, root_key, reason, ends_at, made_at,
    key_id, rule)
  VALUES (v_row.id, v_row.service, v_row.effect, v_row."by", v_row.value, v_row.budget_index, v_row.recipient_sealed,
    v_row.root_key, v_row.reason, v_row.ends_at, v_row.made_at, v_row.key_id, v_row.rule);
  PERFORM cs_append_event_1(v_row.made_at, 'list.entry_made', NULL, p_actor, p_details, v_row.budget_index);
  RETURN QUERY SELECT 'made', v_row.id;
END $$;
--> statement-breakpoint

-- @returns whether it was in force
CREATE FUNCTION cs_end_list_entry_1(p_id text, p_now bigint, p_actor jsonb, p_details jsonb)
RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
DECLARE
  v_row list_entries;
BEGIN
  UPDATE list_entries e SET ends_at = p_now WHERE e.id = p_id AND (e.ends_at IS NULL OR e.ends_at > p_now)
  RETURNING e.* INTO v_row;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM cs_lists_changed_1();
  PERFORM cs_append_event_1(p_now, 'list.entry_ended', NULL, p_actor, p_details, v_row.budget_index);
  RETURN true;
END $$;
--> statement-breakpoint

-- What is over changes no verdict, and no version.
CREATE FUNCTION cs_purge_list_entries_1(p_before bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_gone integer;
BEGIN
  DELETE FROM list_entries WHERE seq IN (SELECT e.seq FROM list_entries e WHERE e.ends_at < p_before LIMIT p_limit
    FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END $$;
--> statement-breakpoint

-- @param p_sealed as it was read; p_row: what it becomes
CREATE FUNCTION cs_rewrap_list_entry_1(p_id text, p_sealed bytea, p_row jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_row list_entries := jsonb_populate_record(null::list_entries, p_row);
BEGIN
  UPDATE list_entries e SET budget_index = v_row.budget_index, recipient_sealed = v_row.recipient_sealed,
    root_key = v_row.root_key
  WHERE e.id = p_id AND e.recipient_sealed = p_sealed;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM cs_lists_changed_1();
  RETURN true;
END $$;
--> statement-breakpoint

-- As cs_erase_recipient_3, which stays for older programs; and entries of the lists.
CREATE FUNCTION cs_erase_recipient_4(p_budgets bytea[], p_now bigint, p_actor jsonb, p_limit integer)
RETURNS TABLE (verifications integer, factors integer, suppressions integer, entries integer, events integer)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v verifications;
  v_verifications integer := 0;
  v_factors integer;
  v_suppressions integer;
  v_entries integer;
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
  DELETE FROM list_entries WHERE seq IN (SELECT seq FROM list_entries WHERE budget_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_entries = ROW_COUNT;
  IF v_entries > 0 THEN PERFORM cs_lists_changed_1(); END IF;
  WITH removed AS (DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE budget_index = ANY (p_budgets) LIMIT p_limit)
    RETURNING seq) SELECT coalesce(array_agg(seq), '{}'), count(*) INTO v_own, v_events FROM removed;
  IF v_verifications + v_factors + v_suppressions + v_entries + v_events > 0 THEN
    PERFORM cs_append_event_1(p_now, 'recipient.erased', NULL, p_actor,
      jsonb_build_object('verifications', v_verifications, 'factors', v_factors, 'suppressions', v_suppressions, 'entries', v_entries,
        'events', v_events, 'numbers', (SELECT string_agg(n::text, ',' ORDER BY n) FROM unnest(v_numbers || v_own) n)));
  END IF;
  RETURN QUERY SELECT v_verifications, v_factors, v_suppressions, v_entries, v_events;
END $$;
