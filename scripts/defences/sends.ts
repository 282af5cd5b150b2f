// The lines that keep I5 and I6: what is durable, and what is still sent.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const STORE = 'test/storage/sqlite/verification-store.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'
const CLAIM = 'src/storage/sqlite/claim.ts'
const SETTLE = 'src/storage/sqlite/settle-delivery.ts'
const NOT_CLAIMED = 'I6: what has ended, been replaced or comes too late is not claimed'
const NOT_RETRIED = 'I6: no retry is scheduled past expiry, for an ended or a replaced one'

export const SENDS: readonly Defence[] = [
  {
    keeps: 'I5',
    line: 'the delivery is written in the transaction of the start',
    changes: [
      {
        file: 'src/storage/sqlite/create.ts',
        find: 'deps.insertDelivery({ seq, send: 1, channel, now: createdAt })',
        replace:
          'setImmediate(() => deps.insertDelivery({ seq, send: 1, channel, now: createdAt }))',
      },
    ],
    test: { file: PORTS, title: 'gives each due row to one claimer, with a lease' },
  },
  {
    keeps: 'I5',
    line: 'a write answers after COMMIT',
    changes: [
      {
        file: 'src/storage/sqlite/writer.ts',
        find: '      commit.run()',
        replace: '      setTimeout(() => commit.run())',
      },
    ],
    test: {
      file: 'test/storage/sqlite/writer.test.ts',
      title: 'runs what waits in one tick as one transaction, and answers after COMMIT',
    },
  },
  {
    keeps: 'I5',
    line: 'a step that fails in the middle leaves nothing of itself',
    changes: [{ file: 'src/storage/sqlite/writer.ts', find: '      undo.run()\n', replace: '' }],
    test: { file: STORE, title: 'an answer that can not be made leaves no effect' },
  },
  {
    keeps: 'I5',
    line: 'a commit is on the disk before it is answered',
    changes: [
      {
        file: 'src/storage/sqlite/open.ts',
        find: 'client.pragma(`synchronous = ${synchronous.toUpperCase()}`)',
        replace: "client.pragma('synchronous = NORMAL')",
      },
    ],
    test: { file: 'test/storage/sqlite/open.test.ts', title: 'sets WAL, FULL, foreign keys' },
  },
  {
    keeps: 'I5',
    line: 'a lease that ran out makes its delivery due again',
    changes: [
      {
        file: 'src/storage/sqlite/outbox-rows.ts',
        find: "lte(d.dueAt, p('now'))))",
        replace: "lte(d.dueAt, p('now')), eq(d.status, 'queued')))",
      },
    ],
    test: { file: PORTS, title: 'C23: a lease that ran out is claimed again' },
  },
  {
    keeps: 'I5',
    line: 'a worker whose lease ran out can not move the delivery any more',
    changes: [
      {
        file: SETTLE,
        find: "if (found.status !== 'sending' || found.token !== token) return 'fenced'",
        replace: "if (found.status !== 'sending') return 'fenced'",
      },
    ],
    test: { file: PORTS, title: 'C23: a lease that ran out is claimed again' },
  },
  {
    keeps: 'I5',
    line: 'the delivery of a resend is written in its transaction',
    changes: [
      {
        file: 'src/storage/sqlite/resend.ts',
        find: 'deps.insertDelivery({ seq, send, channel, now })',
        replace: 'setImmediate(() => deps.insertDelivery({ seq, send, channel, now }))',
      },
    ],
    test: { file: STORE, title: 'a resend replaces the delivery that waits' },
  },
  {
    keeps: 'I6',
    line: 'a claim looks whether the verification has ended or the send was replaced',
    changes: [
      {
        file: CLAIM,
        find: 'if (reason !== undefined) return void moves.cancel(row, now, reason)',
        replace: '',
      },
    ],
    test: { file: PORTS, title: NOT_CLAIMED },
  },
  {
    keeps: 'I6',
    line: 'a claim looks whether enough time is left to type the code',
    changes: [{ file: CLAIM, find: 'row.expiresAt - now < input.minRemainingMs || ', replace: '' }],
    test: { file: PORTS, title: NOT_CLAIMED },
  },
  {
    keeps: 'I6',
    line: 'the end of a verification cancels what no worker holds',
    changes: [
      {
        file: 'src/storage/sqlite/ending.ts',
        find: 'cancelQueued(row, now, status)',
        replace: '',
      },
    ],
    test: { file: PORTS, title: 'C25: an approval cancels what waits' },
  },
  {
    keeps: 'I6',
    line: 'settling plans no retry for what has ended meanwhile',
    changes: [
      {
        file: SETTLE,
        find: 'if (reason !== undefined) return moves.cancel(row, now, reason)',
        replace: '',
      },
    ],
    test: { file: PORTS, title: NOT_RETRIED },
  },
  {
    keeps: 'I6',
    line: 'settling plans no retry past the expiry',
    changes: [
      {
        file: SETTLE,
        find: 'if (row.expiresAt - at < MIN_REMAINING_TO_SEND_MS) return moves.fail(row, now, error)',
        replace: '',
      },
    ],
    test: { file: PORTS, title: NOT_RETRIED },
  },
  {
    keeps: 'I6',
    line: 'the backoff plans its last retry while a message still serves',
    changes: [
      {
        file: 'src/delivery/backoff.ts',
        find: 'const latest = claim.expiresAt - MIN_REMAINING_TO_SEND_MS - LAST_RETRY_MARGIN_MS',
        replace: 'const latest = claim.expiresAt',
      },
    ],
    test: {
      file: 'test/delivery/backoff.test.ts',
      title: 'C25: no retry is planned past the expiry',
    },
  },
]
