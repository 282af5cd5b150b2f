-- Whether the newest send failed for good and nothing of it can have gone out: then the next one need not wait.
CREATE OR REPLACE VIEW verification_rows AS
  SELECT v.*, c.code_hash, c.code_sealed,
    (SELECT array_agg(d.status) FROM deliveries d WHERE d.verification_seq = v.seq) AS delivery_statuses,
    coalesce((SELECT d.status = 'failed' AND d.ambiguous = 0 FROM deliveries d
      WHERE d.verification_seq = v.seq AND d.send = v.sends), false) AS is_last_send_lost
  FROM verifications v LEFT JOIN codes c ON c.verification_seq = v.seq;
