-- As cs_make_list_entry_1, which stays for older programs. What is refused changes no version; each rule has entries of its own,
-- as people have theirs; and people of one service have a share of the room.
-- @param p_share entries of the row's service that people made; null: no such bound
-- @returns made; exists, with the id of the entry that is in force; full or share_full
CREATE FUNCTION cs_make_list_entry_2(p_row jsonb, p_most integer, p_share integer, p_actor jsonb, p_details jsonb)
RETURNS TABLE (kind text, id text) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
#variable_conflict use_column
DECLARE
  v_row list_entries := jsonb_populate_record(null::list_entries, p_row);
  v_same text;
  v_all bigint;
  v_own bigint;
BEGIN
  -- The lock, as cs_lists_changed_1 takes it.
  INSERT INTO list_version (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;
  PERFORM 1 FROM list_version n WHERE n.id = 1 FOR UPDATE;
  SELECT e.id INTO v_same FROM list_entries e
  WHERE (e.value = v_row.value OR e.budget_index = v_row.budget_index) AND e."by" = v_row."by" AND e.effect = v_row.effect
    AND e.service IS NOT DISTINCT FROM v_row.service AND e.rule IS NOT DISTINCT FROM v_row.rule
    AND (e.ends_at IS NULL OR e.ends_at > v_row.made_at) LIMIT 1;
  IF v_same IS NOT NULL THEN RETURN QUERY SELECT 'exists', v_same; RETURN; END IF;
  SELECT count(*), count(*) FILTER (WHERE e.service = v_row.service AND e.rule IS NULL) INTO v_all, v_own FROM list_entries e
  WHERE e.ends_at IS NULL OR e.ends_at > v_row.made_at;
  IF v_own >= p_share THEN RETURN QUERY SELECT 'share_full', null::text; RETURN; END IF;
  IF v_all >= p_most THEN RETURN QUERY SELECT 'full', null::text; RETURN; END IF;
  INSERT INTO list_entries (id, service, effect, "by", value, budget_index, recipient_sealed, root_key, reason, ends_at, made_at,
    key_id, rule)
  VALUES (v_row.id, v_row.service, v_row.effect, v_row."by", v_row.value, v_row.budget_index, v_row.recipient_sealed,
    v_row.root_key, v_row.reason, v_row.ends_at, v_row.made_at, v_row.key_id, v_row.rule);
  PERFORM cs_lists_changed_1();
  PERFORM cs_append_event_1(v_row.made_at, 'list.entry_made', NULL, p_actor, p_details, v_row.budget_index);
  RETURN QUERY SELECT 'made', v_row.id;
END $$;
