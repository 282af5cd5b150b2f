// The lines that keep I7: where the code never lies, and when it is erased.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const STORE = 'test/storage/sqlite/verification-store.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'
const SETTLE = 'src/storage/sqlite/settle-delivery.ts'

export const SECRETS: readonly Defence[] = [
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
        find: '!quotes(reference, message)\n',
        replace: 'message.code !== reference.slice(99)\n',
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
      { file: 'src/storage/claim-plan.ts', find: '} catch {', replace: '} catch (error) {' },
      {
        file: 'src/storage/claim-plan.ts',
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
        file: 'src/kernel/log-error.ts',
        find: 'clean.text(text.replace(DIGITS, clean.hidden))',
        replace: 'clean.text(text)',
      },
    ],
    test: {
      file: 'test/kernel/logger.test.ts',
      title: 'a code does not pass in the message of an error, in any grouping',
    },
  },
  {
    keeps: 'C69',
    line: 'the log shows port and errno of a system error, which an operator needs',
    changes: [
      {
        file: 'src/kernel/log-error.ts',
        find: '.map((part) => (kept.includes(part) ? part : cover(part)))',
        replace: '.map((part) => (kept.includes(part) ? cover(part) : cover(part)))',
      },
    ],
    test: { file: 'test/kernel/log-error.test.ts', title: 'C69: a refused connection' },
  },
  {
    keeps: 'I7',
    line: 'a number that a stranger gives as the code of an error is hidden',
    changes: [
      {
        file: 'src/kernel/log-error.ts',
        find: 'clean.text(code.replace(/\\d{4,}/g, clean.hidden))',
        replace: 'clean.text(code)',
      },
    ],
    test: { file: 'test/kernel/log-error.test.ts', title: 'C30: a number as error.code' },
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

  {
    keeps: 'C69',
    line: 'the log shows a sentence of our own about a setting or a file whole',
    changes: [
      {
        file: 'src/kernel/log-error.ts',
        find: '  if (error instanceof StartupError) return clean.text(error.message)\n',
        replace: '',
      },
    ],
    test: {
      file: 'test/kernel/log-error.test.ts',
      title: 'C69: our own sentence at start is whole',
    },
  },
  {
    keeps: 'C69',
    line: 'the log shows PostgreSQL’s own state, which is often all digits',
    changes: [
      {
        file: 'src/kernel/log-error.ts',
        find: 'return isState ? code :',
        replace: "return code === '' ? code :",
      },
    ],
    test: { file: 'test/kernel/log-error.test.ts', title: 'and PostgreSQL’s state' },
  },
]
