// The lines that keep I5 and I6: what is durable, and what is still sent.
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const PORTS = 'test/storage/sqlite/ports.test.ts'
const HANDED = 'test/delivery/handed.test.ts'
const VERIFICATION_STORE = 'test/storage/sqlite/verification-store.test.ts'

export const SENDS: readonly Mutant[] = [
  mutant(
    'I5.outbox-in-transaction',
    'a start writes its delivery',
    [PORTS, 'gives each due row to one claimer, with a lease'],
    { node: 'PropertyAssignment', becomes: 'delivery: null' },
  ),
  mutant(
    'I5.answer-after-commit',
    'a write answers after COMMIT',
    [
      'test/storage/sqlite/writer.test.ts',
      'runs the waiting jobs of one tick as one transaction, and answers after COMMIT',
    ],
    { node: 'ExpressionStatement', becomes: 'setTimeout(() => commit.run())' },
  ),
  mutant(
    'I5.step-rollback',
    'a step that fails halfway leaves nothing behind',
    [
      'test/storage/sqlite/writer.test.ts',
      'a job that throws, on its own or by a constraint, fails no other',
    ],
    { node: 'ExpressionStatement', becomes: '' },
  ),
  mutant(
    'I5.durable-commit',
    'a commit is on disk before it is answered',
    ['test/storage/sqlite/open.test.ts', 'sets WAL, FULL, foreign keys'],
    { node: 'ExpressionStatement', becomes: `client.pragma('synchronous = NORMAL')` },
  ),
  mutant(
    'I5.lease-expiry',
    'an expired lease makes its delivery due again',
    [PORTS, 'C23: an expired lease is claimed again, logged, and fences the first worker'],
    {
      node: 'CallExpression',
      becomes: `and(eq(d.channel, p('channel')), lte(d.dueAt, p('now')), eq(d.status, 'queued'))`,
    },
  ),
  mutant(
    'I5.lease-fencing',
    'a worker whose lease has expired can no longer move the delivery',
    [PORTS, 'C23: an expired lease is claimed again, logged, and fences the first worker'],
    { node: 'ReturnStatement', becomes: 'return row.status === status' },
  ),
  mutant(
    'I5.resend-in-transaction',
    'a resend writes its delivery',
    [VERIFICATION_STORE, 'a resend replaces the delivery that waits'],
    { node: 'PropertyAssignment', becomes: 'delivery: null' },
  ),
  mutant(
    'I6.claim-ended-check',
    'a claim checks whether the verification has ended or the send was replaced',
    [PORTS, 'I6: an ended, replaced or late delivery is not claimed, and its event says so'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I6.claim-time-left',
    'a claim checks whether enough time is left to type the code',
    [PORTS, 'I6: an ended, replaced or late delivery is not claimed, and its event says so'],
    { node: 'BinaryExpression', becomes: 'row.codeSealed === null' },
  ),
  mutant(
    'I6.end-cancels-sends',
    'the end of a verification cancels the sends that no worker holds',
    [PORTS, 'C25: an approval cancels what waits'],
    { node: 'PropertyAssignment', becomes: 'cancelQueued: null' },
  ),
  mutant(
    'I6.no-retry-ended',
    'settling plans no retry for a verification that has ended meanwhile',
    [PORTS, 'I6: no retry is scheduled past expiry, for an ended or a replaced one'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I6.no-retry-expired',
    'settling plans no retry past the expiry',
    [PORTS, 'I6: no retry is scheduled past expiry, for an ended or a replaced one'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I6.last-useful-retry',
    'the backoff plans its last retry while a message is still of use',
    ['test/delivery/backoff.test.ts', 'C25: no retry is planned past the expiry'],
    { node: 'VariableStatement', becomes: 'const latest = claim.expiresAt' },
  ),
  mutant(
    'C41.others-first',
    'after a row that only another node can open, the others come first',
    ['test/delivery/worker.test.ts', 'C41: after a row that only another node can open'],
    { node: 'BinaryExpression', becomes: 'dueAt - deps.clock.now()' },
  ),
  mutant(
    'C24.unstored-bound',
    'a lane holds only so many results that the store has not taken',
    ['test/delivery/worker-faults.test.ts', 'C24: while no result can be written'],
    { node: 'CallExpression', becomes: 'places - requests' },
  ),
  mutant(
    'C24.own-outcome',
    'of results that are written together each caller gets its own outcome',
    [PORTS, 'C24: results that come together'],
    { node: 'ElementAccessExpression', becomes: 'outputs[0]' },
  ),
  mutant(
    'C22.settled-alone',
    'a result that failed with others is written alone',
    ['test/storage/together.test.ts', 'C22: one that cannot be written'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I5.handed-after-commit',
    'a message goes to the worker only where its start is committed',
    [PORTS, 'I5: what was not made is not handed over'],
    {
      node: 'VariableStatement',
      becomes: 'let claimedAt: number | null = row.record.createdAt',
    },
  ),
  mutant(
    'C23.start-lease',
    'the message that a start claims is nobody else’s before its lease ends',
    [PORTS, 'C23: nobody else has it before its lease ends'],
    { node: 'VariableStatement', becomes: 'const dueAt = now' },
  ),
  mutant(
    'C23.handed-places',
    'a start claims its message only where the lane has a place for it',
    [HANDED, 'C23: starts at once claim no more than there are places'],
    { node: 'IfStatement', becomes: `if (!lane || state.phase !== 'running') return null` },
  ),
  mutant(
    'C23.place-held',
    'a place is held from before the commit of a claim',
    [HANDED, 'C23: starts at once claim no more than there are places'],
    {
      node: 'ExpressionStatement',
      becomes: 'void promise.then((claimed) => claimed && begin())',
    },
  ),
  mutant(
    'C23.handed-late',
    'what was claimed in a commit that took too long, or when a drain began, is given back',
    [HANDED, 'C23: a process that stood still during the commit'],
    { node: 'IfStatement', becomes: 'return place.run(claimed)' },
  ),
]
