// What a check answers once its attempt is charged.

import type { ApprovalToSign, Approved, CheckResult, Refusal } from './api.ts'
import type { Asked } from './front-ports.ts'
import type { Budget } from './limit-ports.ts'
import { describeAttempts } from './refuse.ts'
import { attemptsRemaining, type VerificationRecord } from './state.ts'
import { viewOf } from './view.ts'

/** Null: nothing was asked to be signed. */
export function approvalOf(
  { endedAt }: VerificationRecord,
  asked: Asked | null,
  now: number,
): ApprovalToSign | null {
  if (!asked || asked.nonce === null) return null
  return { nonce: asked.nonce, showsParty: asked.showsParty, approvedAt: endedAt ?? now }
}

export type CheckAnswer = Approved | Refusal

/** Of this request: none is kept under its key. */
export function withBudgets(result: CheckResult, budgets: Budget[]): CheckResult {
  return result.kind === 'approved' && !result.replayed ? { ...result, budgets } : result
}

type Checked = {
  valid: boolean
  after: VerificationRecord
  codesLeft: number | null
  party: string
  asked: Asked | null
}

export function answerCheck(
  now: number,
  { valid, after, codesLeft, party, asked }: Checked,
): CheckAnswer {
  const verification = viewOf(after, party, now)
  if (valid) {
    const approval = approvalOf(after, asked, now)
    return {
      ...{ kind: 'approved', verification, budgets: [], replayed: false },
      ...{ recoveryCodesRemaining: codesLeft, approval },
    }
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
