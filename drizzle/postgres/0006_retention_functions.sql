-- Retention: small steps over the oldest rows, by their primary key; sequences grow with time. One node purges
-- at a time: another finds the lock taken and has nothing to do; what else is locked is left to the next round.

-- The best of a verification's deliveries, as the service tells it; '' for an app or a recovery code, which has none.
CREATE FUNCTION cs_best_delivery_1(p_seq bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT coalesce((
    SELECT d.status FROM deliveries d
    JOIN unnest(ARRAY['delivered', 'sent', 'sending', 'queued', 'undelivered', 'failed', 'canceled'])
      WITH ORDINALITY b(status, rank) ON b.status = d.status
    WHERE d.verification_seq = p_seq ORDER BY b.rank LIMIT 1), '')
$$;
--> statement-breakpoint

-- Counts one verification by day and kind, and removes it with all that hangs on it.
CREATE FUNCTION cs_count_and_remove_1(v verifications) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO daily_counts (day, service, channel, country, provider, status, delivery_status, kind, count)
  VALUES (v.created_at / 86400000, v.service, v.channel, coalesce(v.country, ''),
    coalesce((SELECT d.provider FROM deliveries d WHERE d.verification_seq = v.seq ORDER BY d.send DESC LIMIT 1), ''),
    v.status, cs_best_delivery_1(v.seq), v.kind, 1)
  ON CONFLICT (day, service, channel, country, provider, status, delivery_status, kind)
  DO UPDATE SET count = daily_counts.count + 1;
  DELETE FROM verifications WHERE seq = v.seq;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_purge_1(p_before bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v verifications;
  v_done integer := 0;
  v_events integer;
BEGIN
  -- One node at a time: two would wait for each other's rows in a circle.
  IF NOT pg_try_advisory_xact_lock(hashtext('countersign retention')) THEN RETURN 0; END IF;
  -- What is young is not even locked.
  FOR v IN SELECT * FROM verifications WHERE seq = ANY (ARRAY(
      SELECT o.seq FROM (SELECT r.seq, r.created_at FROM verifications r ORDER BY r.seq LIMIT p_limit) o
      WHERE o.created_at < p_before))
    ORDER BY seq FOR UPDATE SKIP LOCKED
  LOOP
    PERFORM cs_count_and_remove_1(v);
    v_done := v_done + 1;
  END LOOP;
  DELETE FROM events WHERE seq IN (
    SELECT seq FROM (SELECT seq, at FROM events ORDER BY seq LIMIT p_limit) oldest WHERE at < p_before
  );
  GET DIAGNOSTICS v_events = ROW_COUNT;
  RETURN v_done + v_events;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_erase_addresses_1(p_before bigint, p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_mark bigint;
  v_up_to bigint;
  v_looked integer;
  v_total integer := 0;
BEGIN
  INSERT INTO retention_marks VALUES ('verification_addresses', 0), ('event_addresses', 0) ON CONFLICT DO NOTHING;
  SELECT seq INTO v_mark FROM retention_marks WHERE name = 'verification_addresses' FOR UPDATE;
  SELECT max(seq), count(*) INTO v_up_to, v_looked FROM (
    SELECT seq, created_at FROM verifications WHERE seq > v_mark ORDER BY seq LIMIT p_limit) r WHERE created_at < p_before;
  IF v_looked > 0 THEN
    UPDATE verifications SET client_ip = NULL WHERE seq > v_mark AND seq <= v_up_to AND client_ip IS NOT NULL;
    UPDATE retention_marks SET seq = v_up_to WHERE name = 'verification_addresses';
    v_total := v_looked;
  END IF;
  SELECT seq INTO v_mark FROM retention_marks WHERE name = 'event_addresses' FOR UPDATE;
  SELECT max(seq), count(*) INTO v_up_to, v_looked FROM (
    SELECT seq, at FROM events WHERE seq > v_mark ORDER BY seq LIMIT p_limit) r WHERE at < p_before;
  IF v_looked > 0 THEN
    UPDATE events SET client_ip = NULL, user_agent = NULL
    WHERE seq > v_mark AND seq <= v_up_to AND (client_ip IS NOT NULL OR user_agent IS NOT NULL);
    UPDATE retention_marks SET seq = v_up_to WHERE name = 'event_addresses';
    v_total := v_total + v_looked;
  END IF;
  RETURN v_total;
END $$;
--> statement-breakpoint

CREATE FUNCTION cs_erase_recipient_1(p_budgets bytea[], p_now bigint, p_actor jsonb, p_limit integer)
RETURNS TABLE (verifications integer, factors integer, events integer)
LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v verifications;
  v_verifications integer := 0;
  v_factors integer;
  v_events integer;
BEGIN
  FOR v IN SELECT * FROM verifications r WHERE r.budget_index = ANY (p_budgets) ORDER BY r.seq LIMIT p_limit FOR UPDATE LOOP
    IF cs_end_1(v.seq, v.service, 'canceled', p_now, cs_service_actor_1(v.service)) THEN v.status := 'canceled'; END IF;
    PERFORM cs_count_and_remove_1(v);
    v_verifications := v_verifications + 1;
  END LOOP;
  DELETE FROM factors WHERE seq IN (SELECT seq FROM factors WHERE subject_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_factors = ROW_COUNT;
  DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE budget_index = ANY (p_budgets) LIMIT p_limit);
  GET DIAGNOSTICS v_events = ROW_COUNT;
  IF v_verifications + v_factors + v_events > 0 THEN
    PERFORM cs_append_event_1(p_now, 'recipient.erased', NULL, p_actor,
      jsonb_build_object('verifications', v_verifications, 'factors', v_factors, 'events', v_events));
  END IF;
  RETURN QUERY SELECT v_verifications, v_factors, v_events;
END $$;
