// What a check answers once its attempt is charged.

import type { Approved, CheckResult, Refusal } from './api.ts'
import type { Budget } from './limit-ports.ts'
import { describeAttempts } from './refuse.ts'
import { attemptsRemaining, type VerificationRecord } from './state.ts'
import { viewOf } from './view.ts'

export type CheckAnswer = Approved | Refusal

/** Of this request: none is kept under its key. */
export function withBudgets(result: CheckResult, budgets: Budget[]): CheckResult {
  return result.kind === 'approved' && !result.replayed ? { ...result, budgets } : result
}

export function answerCheck(
  now: number,
  valid: boolean,
  after: VerificationRecord,
  codesLeft: number | null,
  party: string,
): CheckAnswer {
  const verification = viewOf(after, party, now)
  if (valid) {
    const recoveryCodesRemaining = codesLeft
    return { kind: 'approved', verification, budgets: [], replayed: false, recoveryCodesRemaining }
  }
  const left = attemptsRemaining(after, now)
  return {
    kind: 'refused',
    error: 'code_incorrect',
    detail:
      left === 0 ? 'that was the last attempt; start a new verification' : describeAttempts(left),
    attemptsRemaining: left,
    verification,
  }
}
