// The lines that keep the invariants on PostgreSQL: in the functions of the database.
// It must not name a line of the TypeScript beside them that SQLite shares.

import type { Defence } from './defence.ts'

const FUNCTIONS = 'drizzle/postgres/0001_functions.sql'
/** The start and the settling, which know of factors. */
const LATER = 'drizzle/postgres/0004_factor_functions.sql'
const SETTLING = 'drizzle/postgres/0011_used_step_functions.sql'
const STORE = 'test/storage/postgres/store.test.ts'
const LOCKS = 'test/storage/postgres/locks.test.ts'
const WAITED = 'test/storage/postgres/waited.test.ts'

function row(
  keeps: string,
  line: string,
  change: { find: string; replace: string; file?: string },
  test: { file?: string; title: string },
): Defence {
  return {
    keeps,
    line: `PostgreSQL: ${line}`,
    changes: [{ ...change, file: change.file ?? FUNCTIONS }],
    test: { file: test.file ?? STORE, title: test.title },
  }
}

export const POSTGRES: readonly Defence[] = [
  {
    keeps: 'I1',
    line: 'PostgreSQL: only a pending row can end, seen under its lock, and decided by the UPDATE itself',
    changes: [
      {
        file: FUNCTIONS,
        find: "WHERE seq = p_seq AND status || '' = 'pending';",
        replace: 'WHERE seq = p_seq;',
      },
      {
        file: SETTLING,
        find: "ELSIF p_valid AND r.status <> 'pending' THEN",
        replace: 'ELSIF false THEN',
      },
    ],
    test: { file: STORE, title: 'I1: 50 right answers settled at once are one approval' },
  },
  row(
    'I2',
    'the charge stops at `max_attempts`, as read under the row’s lock',
    { find: ' OR r.attempts >= r.max_attempts OR r.expires', replace: ' OR r.expires' },
    { title: 'I2: charges at most max_attempts' },
  ),
  row(
    'I3',
    'a counter of its own for wrong codes ends the verification',
    {
      file: SETTLING,
      find: 'IF v_failed >= r.max_attempts',
      replace: 'IF r.attempts >= r.max_attempts',
    },
    { title: 'I3: the wrong last attempt settled first' },
  ),
  row(
    'I4',
    'an open verification counts with all that it allows',
    {
      find: "WHEN status = 'pending' AND expires_at > p_now THEN max_attempts",
      replace: "WHEN status = 'pending' AND expires_at > p_now THEN attempts",
    },
    { title: 'I4: open ones count in full' },
  ),
  row(
    'I4',
    'starts of one recipient are decided one at a time, on all nodes',
    { file: LATER, find: '  PERFORM cs_lock_1(v_budgets);\n', replace: '' },
    { file: LOCKS, title: 'of its recipient, under every key of the ring' },
  ),
  row(
    'I4',
    'a charge is in time by the time under its lock, not by its beginning',
    {
      find: '  v_now := cs_now_1(p_now);\n  IF r.status',
      replace:
        '  v_now := coalesce(p_now, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint);\n  IF r.status',
    },
    { file: WAITED, title: 'I4: charges that waited over the expiry' },
  ),
  row(
    'I8',
    'a wait for a lock ends on the server, behind a pooler, too',
    {
      find: "v verification_rows) LANGUAGE plpgsql SET lock_timeout = '2s' AS $$\nDECLARE\n  r verifications;\n  v_now",
      replace: 'v verification_rows) LANGUAGE plpgsql AS $$\nDECLARE\n  r verifications;\n  v_now',
    },
    { file: WAITED, title: 'I8: behind a pooler' },
  ),
  row(
    'I6',
    'a claim looks, under its lock, whether time enough is left',
    {
      find: "ELSIF p.kind = 'send' AND v.expires_at - cs_now_1(p_clock) < p_min_remaining_ms THEN",
      replace: 'ELSIF false THEN',
    },
    { file: WAITED, title: 'I6: what was leased with time enough' },
  ),
  row(
    'I7',
    'sends of one verification are settled one at a time',
    {
      find: 'WHERE id = p_id FOR NO KEY UPDATE;\n  UPDATE send_attempts',
      replace: 'WHERE id = p_id FOR SHARE;\n  UPDATE send_attempts',
    },
    { file: WAITED, title: 'I7: two sends that are settled at once' },
  ),
  row(
    'I5',
    'the delivery is written in the transaction of the start',
    {
      file: LATER,
      find: "VALUES (r.seq, 1, r.channel, 'queued', 0, 0, cs_now_1(p_clock), r.created_at);",
      replace:
        "SELECT r.seq, 1, r.channel, 'queued', 0, 0, cs_now_1(p_clock), r.created_at WHERE false;",
    },
    { title: 'gives each due row to one claimer' },
  ),
  row(
    'I5',
    'each due row is leased to one worker',
    {
      find: 'LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED\n  ), leased',
      replace: 'LIMIT p_limit\n  ), leased',
    },
    { file: LOCKS, title: 'passes over a row that another worker is about to take' },
  ),
  row(
    'I5',
    'a worker whose lease ran out can not move the delivery any more',
    { find: "status = 'sending' AND token = p_token FOR", replace: "status = 'sending' FOR" },
    { title: 'C23: a lease that ran out is claimed again' },
  ),
  row(
    'I6',
    'a claim looks, under its lock, whether the verification has ended or the send was replaced',
    {
      find: 'IF v_reason IS NOT NULL THEN\n      PERFORM cs_cancel_delivery_1(d, v.service, p_now, v_reason);\n    ELSIF p.kind',
      replace: 'IF p.kind',
    },
    { title: 'I6: what has ended, been replaced or comes too late is not claimed' },
  ),
  row(
    'I6',
    'the end of a verification cancels what no worker holds',
    { find: '  PERFORM cs_cancel_queued_1(p_seq, p_service, p_now, p_status);\n', replace: '' },
    { title: 'C25: an approval cancels what waits' },
  ),
  row(
    'I6',
    'settling plans no retry past the expiry',
    { find: 'ELSIF v.expires_at - v_at < p_min_remaining_ms THEN', replace: 'ELSIF false THEN' },
    { title: 'I6: no retry is scheduled past expiry' },
  ),
  row(
    'I7',
    'the end of a verification erases hash and sealed code',
    { find: '  DELETE FROM codes WHERE verification_seq = p_seq;\n', replace: '' },
    { title: 'ends with the last wrong one, erases hash and code' },
  ),
  row(
    'I7',
    'the last possible send erases the sealed code',
    {
      find: "'duration_ms', (p_result->>'duration_ms')::bigint));\n    PERFORM cs_erase_if_unsendable_1(v.seq);",
      replace: "'duration_ms', (p_result->>'duration_ms')::bigint));",
    },
    { title: 'sent: status, time, event' },
  ),
  row(
    'I12',
    'the charge decides, under the row’s lock, whether a check was in time',
    { find: ' OR r.expires_at <= v_now THEN', replace: ' THEN' },
    { title: 'charges nothing that has expired, ended' },
  ),
  {
    keeps: 'I12',
    line: 'PostgreSQL: the database’s clock decides over expiry and leases, not the node’s',
    changes: [
      {
        file: 'src/storage/postgres/store.ts',
        find: "(decides === 'database' ? null : now)",
        replace: "(decides === 'database' ? now : now)",
      },
    ],
    test: {
      file: 'test/storage/postgres/clock-and-signal.test.ts',
      title: 'decides over a charge and a lease',
    },
  },
  row(
    'C38',
    'requests under one Idempotency-Key come one after the other, on all nodes',
    { find: '  PERFORM cs_lock_1(cs_key_macs_1(p_key));\n', replace: '' },
    { file: LOCKS, title: 'of its Idempotency-Key, under every key of the ring' },
  ),
  {
    keeps: 'C47',
    line: 'PostgreSQL: starts of one browser session come one after the other, on all nodes',
    // The newer function takes it first, for what it looks at itself.
    changes: [LATER, 'drizzle/postgres/0013_session_without_a_message.sql'].map((file) => ({
      ...{ file, find: '    PERFORM cs_lock_1(p_slots);\n', replace: '' },
    })),
    test: { file: LOCKS, title: 'of its browser session, under every key of the ring' },
  },
  row(
    'C63',
    'whatever deletes an app leaves its newest step behind',
    {
      file: SETTLING,
      find: 'FOR EACH ROW WHEN (OLD.last_step > 0)',
      replace: 'FOR EACH ROW WHEN (OLD.last_step < 0)',
    },
    { title: 'C63: the steps of a deleted app are used' },
  ),
]
