// Proves from the record of a run that every promise was kept, or says which was not.
// It must stay a pure function: checker.test.ts shows each rule to fail on a doctored record.

import type { ChaosRecord, Rule, Violation } from './record.ts'
import {
  expectedAnswers,
  oneAnswerAKey,
  oneVerificationASession,
  toldIsKept,
} from './rules/answers.ts'
import {
  approvedOnce,
  comparedWithinAttempts,
  endsOnce,
  goodToTheEnd,
  oneCode,
} from './rules/checks.ts'
import { deliveriesInOrder } from './rules/deliveries.ts'
import { guessesWithinBudget, messagesWithinLimits } from './rules/limits.ts'
import { noCodeInLogs, quietLogs } from './rules/logs.ts'
import {
  everyMessageCounts,
  messagesFit,
  nothingAfterTheEnd,
  nothingStuck,
} from './rules/messages.ts'
import { receiptsForward } from './rules/receipts.ts'
import { stepsOnce } from './rules/steps.ts'

const RULES: readonly Rule[] = [
  approvedOnce,
  endsOnce,
  comparedWithinAttempts,
  oneCode,
  goodToTheEnd,
  deliveriesInOrder,
  messagesFit,
  nothingStuck,
  receiptsForward,
  stepsOnce,
  nothingAfterTheEnd,
  everyMessageCounts,
  messagesWithinLimits,
  guessesWithinBudget,
  expectedAnswers,
  oneAnswerAKey,
  oneVerificationASession,
  toldIsKept,
  quietLogs,
  noCodeInLogs,
]

export function findViolations(record: ChaosRecord): Violation[] {
  return RULES.flatMap((rule) => rule(record))
}
