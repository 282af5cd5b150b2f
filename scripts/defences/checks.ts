// The lines that keep I1-I4: charging, comparing, ending, and the budget of guesses.
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
        find: "const isLost = valid && !endings.end(row, 'approved', now, actor)",
        replace: "const isLost = valid && !endings.end(row, 'approved', now, actor) && now < 0",
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
        find: "> +${p('now')} then ${v.maxAttempts}",
        replace: "> +${p('now')} then ${v.attempts}",
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
]
