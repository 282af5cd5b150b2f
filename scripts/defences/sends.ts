// The lines that keep I5-I7: what is durable, what is still sent, and where the code never lies.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const PORTS = 'test/storage/sqlite/ports.test.ts'
const STORE = 'test/storage/sqlite/verification-store.test.ts'
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
  {
    keeps: 'I7',
    line: 'the end of a verification erases hash and sealed code',
    changes: [
      {
        file: 'src/storage/sqlite/ending.ts',
        find: 'removeCode.run({ seq: row.seq })',
        replace: '',
      },
    ],
    test: { file: STORE, title: 'ends with the last wrong one, erases hash and code' },
  },
  {
    keeps: 'I7',
    line: 'the last possible send erases the sealed code',
    changes: [
      {
        file: SETTLE,
        find: '    endings.eraseIfUnsendable(row.seq)',
        replace: '',
      },
    ],
    test: { file: PORTS, title: 'the sealed code goes with the last possible send' },
  },
  {
    keeps: 'I7',
    line: 'a sealed code that nobody can send any more is erased by the sweeper',
    changes: [
      {
        file: 'src/storage/sqlite/sweep.ts',
        find: 'for (const { seq } of found) eraseCode.run({ seq })',
        replace: '',
      },
    ],
    test: { file: STORE, title: 'sweep erases a sealed code that can not be sent any more' },
  },
  {
    keeps: 'I7',
    line: 'what was erased leaves the write-ahead log, too',
    changes: [
      {
        file: 'src/storage/sqlite/verification-store.ts',
        find: 'if (changed < input.limit) await writer.emptyLog()',
        replace: '',
      },
    ],
    test: {
      file: 'test/storage/sqlite/two-connections.test.ts',
      title: 'C37: after the end and a sweep, hash and sealed code are nowhere',
    },
  },
  {
    keeps: 'I7',
    line: 'an id that quotes the message is dropped',
    changes: [
      {
        file: 'src/delivery/quoted-answer.ts',
        find: 'return reference !== null && quotes(reference, message)',
        replace: 'return reference !== null && message.code === reference.slice(99)',
      },
    ],
    test: {
      file: 'test/delivery/quoted-answer.test.ts',
      title: 'C30: an id "123456" is dropped',
    },
  },
  {
    keeps: 'I7',
    line: 'each answer of a provider is looked at before it is kept',
    changes: [
      {
        file: 'src/delivery/attempt.ts',
        find: 'return withoutQuotes(result, message)',
        replace: 'return result',
      },
    ],
    test: {
      file: 'test/delivery/worker-silence.test.ts',
      title: 'C30: of an error that quotes the message nothing is kept',
    },
  },
  {
    keeps: 'I7',
    line: 'what was thrown while a message was prepared is not kept',
    changes: [
      { file: CLAIM, find: '} catch {', replace: '} catch (error) {' },
      {
        file: CLAIM,
        find: "return { kind: 'fail', error: UNPLANNED }",
        replace: "return { kind: 'fail', error: { ...UNPLANNED, message: String(error) } }",
      },
    ],
    test: { file: PORTS, title: 'C22: a plan that throws fails its row only' },
  },
  {
    keeps: 'I7',
    line: 'the log hides what stands under telling keys, at every depth',
    changes: [
      {
        file: 'src/kernel/logger.ts',
        find: 'return HIDDEN_KEYS.has(plainKey) ? [key, HIDDEN] : [cleanText(key), clean(item, depth + 1)]',
        replace: 'return plainKey === HIDDEN ? [] : [cleanText(key), clean(item, depth + 1)]',
      },
    ],
    test: {
      file: 'test/kernel/logger.test.ts',
      title: 'is hidden under the key code at every depth',
    },
  },
  {
    keeps: 'I7',
    line: 'the log cuts digits out of the message of an error',
    changes: [
      {
        file: 'src/kernel/logger.ts',
        find: 'cleanText(error.message.replace(DIGITS, HIDDEN))',
        replace: 'cleanText(error.message)',
      },
    ],
    test: {
      file: 'test/kernel/logger.test.ts',
      title: 'a code does not pass in the message of an error, in any grouping',
    },
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
    keeps: 'I7',
    line: 'what is sealed shows nothing of itself',
    changes: [
      {
        file: 'src/kernel/keyring.ts',
        find: "const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])",
        replace: "const body = Buffer.from(plaintext + cipher.final().toString(), 'utf8')",
      },
    ],
    test: {
      file: 'test/kernel/keyring.test.ts',
      title: 'never seals the same twice alike, and shows nothing of it',
    },
  },
  {
    keeps: 'I7',
    line: 'an answer that is kept for an Idempotency-Key is sealed: it holds the recipient',
    changes: [
      {
        file: 'src/verification/recall.ts',
        find: 'keyring.seal(JSON.stringify({ ...toAnswer(effect), budgets: [] }), context),',
        replace: 'Buffer.from(JSON.stringify({ ...toAnswer(effect), budgets: [] })),',
      },
      {
        file: 'src/verification/recall.ts',
        find: 'keyring.open(stored.answer, context)',
        replace: 'Buffer.from(stored.answer).toString()',
      },
    ],
    test: {
      file: 'test/e2e/c38-idempotency.test.ts',
      title: 'nothing stored is in clear',
    },
  },
  {
    keeps: 'I7',
    line: 'what is erased is overwritten in the file',
    changes: [
      {
        file: 'src/storage/sqlite/open.ts',
        find: "client.pragma('secure_delete = ON')",
        replace: "client.pragma('secure_delete = OFF')",
      },
    ],
    test: { file: 'test/storage/sqlite/open.test.ts', title: 'sets WAL, FULL, foreign keys' },
  },
]
