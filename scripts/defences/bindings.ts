// The lines that keep I9, I12 and I13: what a code, a sealed value and a moment are good for.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const STORE = 'test/storage/sqlite/verification-store.test.ts'
const CHECK = 'src/storage/sqlite/check.ts'
const LOOK = {
  file: CHECK,
  find: 'if (attemptsRemaining(toRecord(row), now) === 0)',
  replace: "if (row.status !== 'pending')",
}

export const BINDINGS: readonly Defence[] = [
  {
    keeps: 'I9',
    line: 'the associated data of a stored hash must be the id of its row',
    changes: [
      {
        file: 'src/hashing/stored-hash.ts',
        find: 'if (data.length !== expected.length || !timingSafeEqual(data, expected))',
        replace: 'if (data.length < 0 || !timingSafeEqual(data, data) || expected.length < 0)',
      },
    ],
    test: {
      file: 'test/hashing/hasher.test.ts',
      title: "a row's hash copied to another row is never valid there (I9)",
    },
  },
  {
    keeps: 'I9',
    line: 'a hash is made with the id of its verification as associated data',
    changes: [
      {
        file: 'src/hashing/hasher.ts',
        find: "const associatedData = Buffer.from(verificationId, 'utf8')",
        replace: "const associatedData = Buffer.from('any', 'utf8')",
      },
    ],
    test: { file: 'test/hashing/hasher.test.ts', title: 'the right code is right' },
  },
  {
    keeps: 'I9',
    line: 'what is sealed opens in its own context only',
    changes: [
      {
        file: 'src/kernel/keyring.ts',
        find: "  cipher.setAAD(Buffer.from(context, 'utf8'))",
        replace: "  cipher.setAAD(Buffer.from('', 'utf8'))",
      },
      {
        file: 'src/kernel/keyring.ts',
        find: "  decipher.setAAD(Buffer.from(context, 'utf8'))",
        replace: "  decipher.setAAD(Buffer.from('', 'utf8'))",
      },
    ],
    test: { file: 'test/kernel/keyring.test.ts', title: 'in the same context only' },
  },
  {
    keeps: 'I9',
    line: 'the context of a sealed code names its verification',
    changes: [
      {
        file: 'src/kernel/sealing.ts',
        find: 'return `${verificationId}:code`',
        replace: "return verificationId && 'code'",
      },
    ],
    test: {
      file: 'test/delivery/worker-silence.test.ts',
      title: 'a row that was tampered with fails for good and stops nothing',
    },
  },
  {
    keeps: 'I12',
    line: 'the clock never follows the wall back',
    changes: [
      {
        file: 'src/kernel/clock.ts',
        find: 'last = Math.max(last + (last + passed > wall ? passed * aheadRate : passed), wall)',
        replace: 'last = wall',
      },
    ],
    test: {
      file: 'test/kernel/clock.test.ts',
      title: 'C37: ignores a jump back, and time goes on',
    },
  },
  {
    keeps: 'I12',
    line: 'time goes on by the monotonic source while the wall is behind',
    changes: [
      {
        file: 'src/kernel/clock.ts',
        find: 'Math.max(last + (last + passed > wall ? passed * aheadRate : passed), wall)',
        replace: 'Math.max(last, wall)',
      },
    ],
    test: { file: 'test/kernel/clock.test.ts', title: 'C37: adopts a jump forward and goes on' },
  },
  {
    keeps: 'I12',
    line: 'a node’s clock comes back to the database’s where it was ahead',
    changes: [{ file: 'src/kernel/clock.ts', find: 'passed * aheadRate', replace: 'passed' }],
    test: {
      file: 'test/storage/postgres/node-clock.test.ts',
      title: 'does not run away from the database’s',
    },
  },
  {
    keeps: 'I12',
    line: 'a restart does not begin behind the newest stored time',
    changes: [
      {
        file: 'src/kernel/clock.ts',
        find: 'Math.max(wallMs(), sources.floorMs ?? 0)',
        replace: 'wallMs()',
      },
    ],
    test: {
      file: 'test/kernel/clock.test.ts',
      title: 'does not begin behind the newest stored time',
    },
  },
  {
    keeps: 'I12',
    line: 'the charge decides whether a check was in time (the look before it in the same job says so first, and the UPDATE again)',
    changes: [LOOK, { file: CHECK, find: "gt(v.expiresAt, p('now')),", replace: '' }],
    test: { file: STORE, title: 'charges nothing that has expired, ended, is unknown' },
  },
  {
    keeps: 'I12',
    line: 'the process gives the clock the newest stored time',
    changes: [
      {
        file: 'src/compose.ts',
        find: '    floorMs: await store.newestTime(),\n',
        replace: '',
      },
    ],
    test: {
      file: 'test/e2e/c37-time.test.ts',
      title: 'C37: a process that starts with a wall an hour back goes on',
    },
  },
  {
    keeps: 'I13',
    line: 'the purpose must be that of the start',
    changes: [
      {
        file: 'src/verification/check.ts',
        find: "if (command.purpose !== record.purpose) fields.push('purpose')",
        replace: '',
      },
    ],
    test: {
      file: 'test/e2e/check-contract.test.ts',
      title: 'purpose, to and session must be the start’s',
    },
  },
  {
    keeps: 'I13',
    line: 'the recipient, where it is given, must be that of the start',
    changes: [
      {
        file: 'src/verification/check.ts',
        find: "fields.push(command.subject === null ? 'to' : 'subject')",
        replace: 'void command.subject',
      },
    ],
    test: {
      file: 'test/e2e/check-contract.test.ts',
      title: 'purpose, to and session must be the start’s',
    },
  },
  {
    keeps: 'I13',
    line: 'the session must be that of the start',
    changes: [
      {
        file: 'src/verification/check.ts',
        find: "if (!sessionFits) fields.push('session')",
        replace: 'if (sessionFits) fields.splice(9)',
      },
    ],
    test: {
      file: 'test/e2e/check-contract.test.ts',
      title: 'purpose, to and session must be the start’s',
    },
  },
  {
    keeps: 'I13',
    line: 'a check without id finds by the purpose, too',
    changes: [
      {
        file: 'src/storage/sqlite/rows.ts',
        find: "        eq(v.purpose, p('purpose')),\n",
        replace: '',
      },
    ],
    test: {
      file: STORE,
      title: 'findBySession gives the newest of this recipient, purpose and session',
    },
  },
  {
    keeps: 'I13',
    line: 'a session is continued for the same purpose only',
    changes: [
      {
        file: 'src/verification/session.ts',
        find: "['slot', service, command.purpose, recipient.address, command.session]",
        replace: "['slot', service, recipient.address, command.session]",
      },
    ],
    test: {
      file: 'test/e2e/c47-sessions.test.ts',
      title: 'C47: another purpose, recipient or spelling: its own, its own, the same',
    },
  },
]
