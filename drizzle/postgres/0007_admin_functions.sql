-- The number of the first verification made at p_time or later, by halves: rows are numbered in the order of time,
-- and no index on times is needed.
CREATE FUNCTION cs_seq_at_1(p_time bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_low bigint := 1;
  v_high bigint := 1 + coalesce((SELECT max(seq) FROM verifications), 0);
  v_middle bigint;
  v_seq bigint;
  v_at bigint;
BEGIN
  WHILE v_low < v_high LOOP
    v_middle := (v_low + v_high) / 2;
    SELECT seq, created_at INTO v_seq, v_at FROM verifications WHERE seq >= v_middle ORDER BY seq LIMIT 1;
    IF FOUND AND v_at < p_time THEN v_low := v_seq + 1; ELSE v_high := v_middle; END IF;
  END LOOP;
  RETURN v_low;
END $$;
