// Lines that keep a case and no invariant of their own: repeated requests, sessions, decoys.
// It must name for each the fastest test that sees it.

import type { Defence } from './defence.ts'

const STORE = 'test/storage/sqlite/verification-store.test.ts'

export const SESSIONS: readonly Defence[] = [
  {
    keeps: 'C38',
    line: 'the transaction of a start looks for the answer given before',
    changes: [
      {
        file: 'src/storage/sqlite/create.ts',
        find: "if (stored) return { kind: 'answered_before', stored }",
        replace: '',
      },
    ],
    test: { file: STORE, title: 'C38: 20 creates in parallel under one key are one verification' },
  },
  {
    keeps: 'C38',
    line: 'the settling of a check looks for the answer given before',
    changes: [
      {
        file: 'src/storage/sqlite/check.ts',
        find: "if (stored) return { kind: 'answered_before', stored }",
        replace: '',
      },
    ],
    test: { file: STORE, title: 'C38: a settling repeated under its key changes nothing' },
  },
  {
    keeps: 'C38',
    line: 'a key with another body is refused',
    changes: [
      { file: 'src/verification/recall.ts', find: 'if (!same) return REUSED', replace: '' },
    ],
    test: {
      file: 'test/http/flow.test.ts',
      title: 'replays under an Idempotency-Key, and refuses it for another body',
    },
  },
  {
    keeps: 'C47',
    line: 'the transaction of a start continues the open verification of its session',
    changes: [
      {
        file: 'src/storage/sqlite/create.ts',
        find: "if (before) return { kind: 'continued', record: toRecord(before) }",
        replace: '',
      },
    ],
    test: {
      file: STORE,
      title: 'C47: 20 starts in parallel with one session are one verification',
    },
  },
  {
    keeps: 'C47',
    line: 'one that has ended, or that no check can approve any more, frees its session',
    changes: [
      {
        file: 'src/storage/sqlite/create.ts',
        find: 'if (slot) sessions.free(slot)',
        replace: '',
      },
    ],
    test: { file: STORE, title: 'C47: an expired, spent or ended one is not continued' },
  },
  {
    keeps: 'C47',
    line: 'continuing comes before anything is counted',
    changes: [
      { file: 'src/verification/start.ts', find: '  if (open) return open\n', replace: '' },
    ],
    test: {
      file: 'test/e2e/c47-sessions.test.ts',
      title: 'C47: is the same verification, 200, and spends no budget',
    },
  },
  {
    keeps: 'C49',
    line: 'no code of a decoy is right',
    changes: [
      {
        file: 'src/verification/comparison.ts',
        find: "valid: isSame && kind !== 'decoy',",
        replace: "valid: isSame && kind !== ('none' as string),",
      },
    ],
    test: { file: 'test/e2e/c49-decoy.test.ts', title: 'C49: no code of a decoy is right' },
  },
  {
    keeps: 'C49',
    line: 'nothing is sent for a decoy',
    changes: [
      {
        file: 'src/delivery/plan.ts',
        find: "silent: due.kind !== 'real',",
        replace: "silent: due.kind === 'test',",
      },
    ],
    test: {
      file: 'test/delivery/worker-silence.test.ts',
      title: 'C49: a decoy becomes sent after a time like the others’',
    },
  },
  {
    keeps: 'C49',
    line: 'a decoy of a test recipient is a decoy: its code is known',
    changes: [
      {
        file: 'src/verification/start.ts',
        find: "command.decoy ? 'decoy' : test ? 'test' : 'real'",
        replace: "test ? 'test' : command.decoy ? 'decoy' : 'real'",
      },
    ],
    test: {
      file: 'test/e2e/c19-test-recipients.test.ts',
      title: 'C19, C49: a decoy of a test recipient is a decoy',
    },
  },
]
