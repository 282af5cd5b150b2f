-- As cs_claim_webhooks_1, in two steps: of one statement the planner does not know how few rows the limit leaves, and it read the
-- whole table for each claim.
CREATE FUNCTION cs_claim_webhooks_2(p_destination text, p_clock bigint, p_lease_ms bigint, p_tokens text[])
RETURNS TABLE (verification_id text, destination text, sequence integer, service text, type text, at bigint,
  details jsonb, reference text, purpose text, kind text, metadata jsonb, recipient_sealed bytea, tries integer, token text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := coalesce(p_clock, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
  v_seqs bigint[];
  v_sequences integer[];
BEGIN
  SELECT array_agg(d.verification_seq), array_agg(d.sequence) INTO v_seqs, v_sequences FROM (
    SELECT m.verification_seq, m.sequence FROM webhook_messages m
    WHERE m.destination = p_destination AND m.due_at IS NOT NULL AND m.due_at <= v_now
    ORDER BY m.due_at LIMIT cardinality(p_tokens) FOR UPDATE SKIP LOCKED) d;
  RETURN QUERY
    UPDATE webhook_messages m SET state = 'sending', tries = m.tries + 1, token = d.token, due_at = v_now + p_lease_ms
    FROM unnest(v_seqs, v_sequences, p_tokens) d(seq, sequence, token), verifications v
    WHERE m.verification_seq = d.seq AND m.destination = p_destination AND m.sequence = d.sequence AND v.seq = d.seq
    RETURNING v.id, m.destination, m.sequence, v.service, m.type, m.at, m.details, v.reference, v.purpose, v.kind,
      v.metadata, v.recipient_sealed, m.tries, m.token;
END $$;
