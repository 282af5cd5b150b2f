// The lines that keep I1-I4, I9, I12 and I13: what a check may do, and what a code is good for.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const STORE = 'test/storage/sqlite/verification-store.test.ts'
const CHECK = 'src/storage/sqlite/check.ts'
const LOOK = {
  file: CHECK,
  find: 'if (attemptsRemaining(toRecord(row), now) === 0)',
  replace: "if (row.status !== 'pending')",
}

export const CHECKS: readonly Defence[] = [
  {
    keeps: 'I1',
    line: 'only a pending row can end, decided by the UPDATE itself',
    changes: [
      {
        file: 'src/storage/sqlite/ending.ts',
        find: ".where(and(eq(v.seq, p('seq')), eq(v.status, 'pending')))",
        replace: ".where(eq(v.seq, p('seq')))",
      },
    ],
    test: { file: STORE, title: 'I1: 50 right answers settled at once are one approval' },
  },
  {
    keeps: 'I1',
    line: 'who comes second is told so, not approved',
    changes: [
      {
        file: CHECK,
        find: "if (valid && !endings.end(row, 'approved', now, actor))",
        replace: "if (valid && !endings.end(row, 'approved', now, actor) && now < 0)",
      },
    ],
    test: {
      file: 'test/storage/sqlite/two-connections.test.ts',
      title: 'I1: 50 right answers are one approval',
    },
  },
  {
    keeps: 'I2',
    line: 'the charge stops at `max_attempts` (the look before it in the same job says so first, and the UPDATE again)',
    changes: [LOOK, { file: CHECK, find: 'lt(v.attempts, v.maxAttempts),', replace: '' }],
    test: { file: STORE, title: 'I2: charges at most max_attempts' },
  },
  {
    keeps: 'I2',
    line: 'the charge is a transaction of its own before the comparison, not a part of the settling',
    changes: [
      {
        file: CHECK,
        find: '.set({ attempts: sql`${v.attempts} + 1`, lastAttemptAt',
        replace: '.set({ lastAttemptAt',
      },
      {
        file: CHECK,
        find: '.set({ failed: sql`${v.failed} + 1` })',
        replace: '.set({ failed: sql`${v.failed} + 1`, attempts: sql`${v.attempts} + 1` })',
      },
    ],
    test: {
      file: 'test/e2e/c05-charge-stays.test.ts',
      title: 'C5: 20 guesses whose settling fails are max_attempts guesses',
    },
  },
  {
    keeps: 'I3',
    line: 'a counter of its own for wrong codes ends the verification, not the charged attempts',
    changes: [
      {
        file: CHECK,
        find: 'if (failed >= row.maxAttempts)',
        replace: 'if (row.attempts >= row.maxAttempts)',
      },
    ],
    test: { file: STORE, title: 'I3: the wrong last attempt settled first' },
  },
  {
    keeps: 'I3',
    line: 'the sweeper leaves what was charged in time its time to be compared',
    changes: [
      {
        file: 'src/verification/sweeper.ts',
        find: 'const GRACE_MS = HASH_DEADLINE_MS + STORE_WAITS_MS',
        replace: 'const GRACE_MS = 0',
      },
    ],
    test: {
      file: 'test/verification/charge-order.test.ts',
      title: 'neither sweeper nor expiry ends it',
    },
  },
  {
    keeps: 'I4',
    line: 'an open verification counts with all that it allows',
    changes: [
      {
        file: 'src/storage/sqlite/guesses.ts',
        find: "> ${p('now')} then ${v.maxAttempts}",
        replace: "> ${p('now')} then ${v.attempts}",
      },
    ],
    test: { file: STORE, title: 'I4: open ones count in full' },
  },
  {
    keeps: 'I4',
    line: 'the reservation is decided again in the transaction of the start',
    changes: [
      {
        file: 'src/storage/sqlite/create.ts',
        find: "if (refusal) return { kind: 'guesses_refused', refusal }",
        replace: '',
      },
    ],
    test: {
      file: 'test/storage/sqlite/two-connections.test.ts',
      title: 'I4: starts in parallel never reserve more guesses than the limit',
    },
  },
  {
    keeps: 'I4',
    line: 'a resend counts a send and touches nothing else',
    changes: [
      {
        file: 'src/storage/sqlite/resend.ts',
        find: 'sends: sql`${v.sends} + 1`,',
        replace: 'sends: sql`${v.sends} + 1`, attempts: sql`0`,',
      },
    ],
    test: { file: STORE, title: 'I4: a resend renews no attempt' },
  },
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
        find: "associatedData: Buffer.from(verificationId, 'utf8'),",
        replace: "associatedData: Buffer.from('any', 'utf8'),",
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
        find: 'last = Math.max(last + Math.max(0, monotonic - lastMonotonic), wallMs())',
        replace: 'last = wallMs()',
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
        find: 'Math.max(last + Math.max(0, monotonic - lastMonotonic), wallMs())',
        replace: 'Math.max(last, wallMs())',
      },
    ],
    test: { file: 'test/kernel/clock.test.ts', title: 'C37: adopts a jump forward and goes on' },
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
        find: "if (addresses && !isOneOf(record.addressIndex, addresses)) fields.push('to')",
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
  {
    keeps: 'I12',
    line: 'the process gives the clock the newest stored time',
    changes: [
      {
        file: 'src/compose.ts',
        find: 'createClock({ floorMs: await store.newestTime() })',
        replace: 'createClock()',
      },
    ],
    test: {
      file: 'test/e2e/c37-time.test.ts',
      title: 'C37: a process that starts with a wall an hour back goes on',
    },
  },
]
