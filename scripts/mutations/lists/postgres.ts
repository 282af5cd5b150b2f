// The lines that keep the invariants on PostgreSQL: in the functions of the database.
// It must not name a line of the TypeScript beside them that SQLite shares.

import { type Mutant, mutant } from '../mutation.ts'

const STORE = 'test/storage/postgres/store.test.ts'
const LOCKS = 'test/storage/postgres/locks.test.ts'
const INTERLEAVINGS = 'test/storage/postgres/interleavings.test.ts'
const TRANSITIONS = 'drizzle/postgres/0016_transitions.sql'
const GUESSES = 'drizzle/postgres/0018_fewer_statements.sql'
const STEPS = 'drizzle/postgres/0021_routes.sql'
const LEASE = 'drizzle/postgres/0026_chains.sql'
const SETTLE = 'drizzle/postgres/0031_calls.sql'
const CLOCK = 'test/storage/postgres/clock-and-signal.test.ts'
const WAITED = 'test/storage/postgres/waited.test.ts'

export const POSTGRES: readonly Mutant[] = [
  mutant(
    'I1.pg-pending-only',
    'PostgreSQL: a decision is applied only to the row that it was taken on',
    [STORE, 'I1: 50 right answers at once are one approval'],
    {
      file: STEPS,
      find: `  IF p_stamp <> v_stamp THEN`,
      replace: `  IF false THEN`,
    },
  ),
  mutant(
    'I2.pg-attempt-cap',
    'PostgreSQL: the row’s stamp is compared under its lock',
    [INTERLEAVINGS, 'I2: a guess counts the guesses before it'],
    {
      file: STEPS,
      find: `AND r.service = p_service FOR NO KEY UPDATE;
  -- Erased`,
      replace: `AND r.service = p_service;
  -- Erased`,
    },
  ),
  mutant(
    'I4.pg-full-allowance',
    'PostgreSQL: an open verification counts with everything that it allows',
    [STORE, 'I4: open ones count in full'],
    {
      file: GUESSES,
      find: `WHEN status = 'pending' AND expires_at > p_now THEN max_attempts`,
      replace: `WHEN status = 'pending' AND expires_at > p_now THEN attempts`,
    },
  ),
  mutant(
    'I4.pg-recipient-lock',
    'PostgreSQL: starts of one recipient are decided one at a time, on all nodes',
    [LOCKS, 'of its recipient, under every key of the ring'],
    {
      file: STEPS,
      find: `  FOREACH v_lock IN ARRAY p_budget_locks LOOP
    CONTINUE`,
      replace: `  FOREACH v_lock IN ARRAY '{}'::bigint[] LOOP
    CONTINUE`,
    },
  ),
  mutant(
    'I4.pg-locked-time',
    'PostgreSQL: the time under its lock decides whether a check is in time, not the time of its beginning',
    [WAITED, 'I4: guesses that waited over the expiry'],
    {
      file: STEPS,
      find: `clock_timestamp()) * 1000)::bigint);
  IF p_stamp`,
      replace: `statement_timestamp()) * 1000)::bigint);
  IF p_stamp`,
    },
  ),
  mutant(
    'I8.pg-lock-timeout',
    'PostgreSQL: a wait for a lock ends on the server, even behind a pooler',
    [WAITED, 'I8: behind a pooler'],
    {
      file: STEPS,
      find: `SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_lock bigint;
  v_seq bigint;
  v_stamp`,
      replace: `SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_lock bigint;
  v_seq bigint;
  v_stamp`,
    },
  ),
  mutant(
    'I6.pg-time-left',
    'PostgreSQL: a claim checks, under its lock, whether enough time is left',
    [WAITED, 'I6: a delivery leased with enough time is not begun once there is too little'],
    {
      file: SETTLE,
      find: ' OR at > c.not_after',
      replace: '',
    },
  ),
  mutant(
    'I7.pg-settle-serialized',
    'PostgreSQL: sends of one verification are settled one at a time',
    [WAITED, 'I7: two sends that are settled at once'],
    {
      file: SETTLE,
      find: 'verifications f WHERE f.seq = c.seq FOR NO KEY UPDATE',
      replace: 'verifications f WHERE f.seq = c.seq',
    },
  ),
  mutant(
    'I5.pg-lease-fencing',
    'PostgreSQL: a worker whose lease has expired can no longer move the delivery',
    [STORE, 'C23: an expired lease is claimed again, logged, and fences the first worker'],
    { file: SETTLE, find: 'AND f.token = c.token ', replace: '' },
  ),
  mutant(
    'I5.pg-outbox-transaction',
    'PostgreSQL: the delivery is written in the transaction of the start',
    [STORE, 'gives each due row to one claimer'],
    {
      file: STEPS,
      find: `  IF p_delivery IS NOT NULL THEN`,
      replace: `  IF false THEN`,
    },
  ),
  mutant(
    'I5.pg-synced-start',
    'PostgreSQL: the commit of a start is on the disk before it is answered',
    ['test/storage/postgres/synced.test.ts', 'I5: only the function of a worker’s writes'],
    {
      file: STEPS,
      find: `  v_claim jsonb;
BEGIN`,
      replace: `  v_claim jsonb;
  v_sync text := set_config('synchronous_commit', 'off', true);
BEGIN`,
    },
  ),
  mutant(
    'I5.pg-single-lease',
    'PostgreSQL: each due row is leased to one worker',
    [LOCKS, 'passes over a row that another worker is about to take'],
    {
      file: LEASE,
      find: `LIMIT l.most FOR NO KEY UPDATE SKIP LOCKED) x
    UNION ALL`,
      replace: `LIMIT l.most) x
    UNION ALL`,
    },
    {
      file: LEASE,
      find: `LIMIT l.most FOR NO KEY UPDATE SKIP LOCKED) x
    WHERE l.provider IS NULL
  ), leased`,
      replace: `LIMIT l.most) x
    WHERE l.provider IS NULL
  ), leased`,
    },
  ),
  mutant(
    'I6.pg-claim-ended',
    'PostgreSQL: a claim checks, under its lock, whether the verification has ended or the send was replaced',
    [WAITED, 'I6: what ended or was replaced after its lease is not begun'],
    {
      file: SETTLE,
      find: 'v_status <> c.verification_status OR v_sends <> c.sends OR ',
      replace: '',
    },
  ),
  mutant(
    'I6.pg-end-cancels',
    'PostgreSQL: the end of a verification cancels the sends that no worker holds',
    [STORE, 'C25: an approval cancels what waits'],
    {
      file: STEPS,
      find: `  IF v_change->>'cancel_queued' IS NOT NULL THEN`,
      replace: `  IF false THEN`,
    },
  ),
  mutant(
    'I6.pg-retry-expiry',
    'PostgreSQL: settling plans no retry past the expiry',
    [STORE, 'I6: no retry is scheduled past expiry'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I7.pg-end-erases',
    'PostgreSQL: the end of a verification erases hash and sealed code',
    [STORE, 'ends with the last wrong one, erases hash and code, and logs it'],
    {
      file: STEPS,
      find: `  IF v_ends THEN DELETE`,
      replace: `  IF false THEN DELETE`,
    },
  ),
  mutant(
    'I7.pg-last-erases',
    'PostgreSQL: the last possible send erases the sealed code',
    [STORE, 'sent: status, time, event'],
    {
      file: SETTLE,
      find: 'IF c.erase_if_unsendable AND v_sends',
      replace: 'IF false AND v_sends',
    },
  ),
  mutant(
    'I7.pg-sweep-erases',
    'PostgreSQL: the sweep erases hash and sealed code of what it ends',
    [STORE, 'sweep ends the expired after the grace'],
    {
      file: TRANSITIONS,
      find: `  IF p_change->'ends' = 'true' THEN DELETE`,
      replace: `  IF false THEN DELETE`,
    },
  ),
  mutant(
    'C23.pg-start-lease',
    'PostgreSQL: the message that a start claims is nobody else’s before its lease ends',
    [STORE, 'C23: nobody else has it before its lease ends'],
    {
      file: STEPS,
      find: `v_now + coalesce((v_claim->'due_after_ms')::bigint, 0)`,
      replace: 'v_now',
    },
  ),
  mutant(
    'I6.pg-start-time-left',
    'PostgreSQL: a start checks, under its locks, whether enough time is left to claim its message',
    [CLOCK, 'I6: is none where too little time is left'],
    {
      file: STEPS,
      find: `CASE WHEN v_now <= (p_claim->'not_after')::bigint THEN p_claim END`,
      replace: 'p_claim',
    },
  ),
  mutant(
    'C23.pg-due-unseen',
    'PostgreSQL: what a worker saw at its last look holds for a second at the most',
    ['test/storage/postgres/last-look.test.ts', 'is looked for once a second'],
    { node: 'BinaryExpression', becomes: '!isUsed' },
  ),
  mutant(
    'I12.pg-charge-time',
    'PostgreSQL: the time under the row’s lock decides whether a check is in time',
    [STORE, 'a check admitted in time is judged within the deadline of a hash'],
    {
      file: STEPS,
      find: `  IF v_now > p_not_after THEN`,
      replace: `  IF false THEN`,
    },
  ),
  mutant(
    'I12.pg-database-clock',
    'PostgreSQL: the database’s clock decides on expiry and leases, not the node’s',
    ['test/storage/postgres/clock-and-signal.test.ts', 'decides over a check and a lease'],
    { node: 'ParenthesizedExpression', becomes: `(decides === 'database' ? now : now)` },
  ),
  mutant(
    'C38.pg-idempotency-lock',
    'PostgreSQL: requests under one Idempotency-Key run one after the other, on all nodes',
    [LOCKS, 'of its Idempotency-Key, under every key of the ring'],
    {
      file: 'drizzle/postgres/0001_functions.sql',
      find: `  PERFORM cs_lock_1(cs_key_macs_1(p_key));
`,
      replace: '',
    },
  ),
  mutant(
    'C47.pg-session-lock',
    'PostgreSQL: starts of one browser session run one after the other, on all nodes',
    [LOCKS, 'of its browser session, under every key of the ring'],
    {
      file: STEPS,
      find: `IN ARRAY p_slot_locks LOOP`,
      replace: `IN ARRAY '{}'::bigint[] LOOP`,
    },
  ),
  mutant(
    'C9.pg-number-lock',
    'PostgreSQL: check_per_number is summed under the lock of the number, on all nodes',
    [INTERLEAVINGS, 'C9: a guess counts what other verifications of its number'],
    {
      file: STEPS,
      find: `  IF p_limit IS NOT NULL THEN
    FOREACH`,
      replace: `  IF false THEN
    FOREACH`,
    },
  ),
]
