// Lines that keep a chain: each step goes out once, in its time, counted, or not at all (C54, I17, I18).
// It must name for each the fastest test that sees it.

import { type Mutant, mutant } from '../mutation.ts'

const STEPS = 'test/delivery/steps.test.ts'
const CHAIN = 'test/verification/chain.test.ts'
const PORTS = 'test/storage/sqlite/ports.test.ts'
const RUN = 'test/delivery/run-step.test.ts'

export const STEP_MUTANTS: readonly Mutant[] = [
  mutant(
    'C54.step-counts-as-send',
    'a step is left out where the verification has had all its messages',
    [STEPS, 'of one without sends does not go out'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I17.ended-step',
    'a step that is due looks whether its verification has ended',
    [STEPS, 'I17: of an ended one does not go out'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C54.newest-moves-next',
    'only the newest message of an open verification moves the step after it',
    [STEPS, 'replaced'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'I18.step-counted',
    'a step is counted in the limits before it goes out',
    [RUN, 'that a limit refuses is not sent'],
    { node: 'ReturnStatement', becomes: "return 'admitted'" },
  ),
  mutant(
    'C54.put-off-not-claimed',
    'SQLite: a step that a resend has put off is not claimed by whoever found it due',
    [PORTS, 'C54: a step that was put off between a look and a claim is not claimed'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C54.delivered-ends-chain',
    'a message that was delivered ends its chain',
    [STEPS, 'delivered: the chain has ended'],
    { node: 'BinaryExpression', becomes: 'null' },
  ),
  mutant(
    'C54.one-step-a-call',
    'a call for the next step that finds it gone out moves no other',
    [CHAIN, 'C54: a call for the next one that finds it gone out moves no other'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C54.continued-waits',
    'a start that continues a session sends nothing while a step waits',
    [CHAIN, 'C54: a start in the same session does not send while a step waits'],
    { node: 'BinaryExpression', becomes: 'true' },
  ),
  mutant(
    'C54.lease-kept',
    'SQLite: a step that a worker has leased is not made due for another one, which would count it again',
    [PORTS, 'C54: a step that a worker has leased keeps its lease'],
    { node: 'CallExpression', nth: 2, becomes: 'isNext' },
  ),
]
