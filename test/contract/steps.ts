// The steps of a verification as tests take them: each a transition of the domain, applied by the store that is given.
// It must not know the engine.

import type { Actor } from '../../src/kernel/actor.ts'
import type { Channel } from '../../src/kernel/channel.ts'
import type { AnsweredBefore, IdempotencyWrite } from '../../src/verification/answer-ports.ts'
import type { Decide } from '../../src/verification/change.ts'
import type { ChangeOutcome, NumberLimit, VerificationStore } from '../../src/verification/ports.ts'
import type { FactorUse, VerificationRecord } from '../../src/verification/state.ts'
import {
  decideCancel,
  decideChargeOnly,
  decideCheck,
  decideContinue,
  decideResend,
} from '../../src/verification/transitions.ts'
import { ACTOR } from './rows.ts'

type Key = { id: string; service: string; now: number; actor?: Actor }
export type CheckEffect = {
  valid: boolean
  record: VerificationRecord
  codesRemaining: number | null
}
export type CheckOutcome =
  | { kind: 'approved'; record: VerificationRecord; codesRemaining: number | null }
  | { kind: 'wrong'; record: VerificationRecord }
  | { kind: 'refused'; error: string }
  | { kind: 'number_limited'; retryAt: number }
  | { kind: 'gone' }
  | AnsweredBefore

export type CheckStep = Key & {
  valid: boolean
  use?: FactorUse | null
  /** When it was admitted; `now` where it is left out. */
  admittedAt?: number
  numberLimit?: NumberLimit | null
  idempotency?: IdempotencyWrite<CheckEffect> | null
}
export type ChargeStep = Key & { numberLimit?: NumberLimit | null }
export type ResendStep = Key & {
  expectedSends: number
  channel: Channel
  provider?: string
  idempotency?: IdempotencyWrite<VerificationRecord> | null
}
export type EndStep = Key & { idempotency?: IdempotencyWrite<VerificationRecord> | null }

export type Steps = ReturnType<typeof createSteps>

export function createSteps(store: VerificationStore) {
  /** Decided on the row as it is: what a racer changes in between, the store sees. */
  const change = async <Result>(
    { id, service, now, actor = ACTOR }: Key,
    rest: Pick<
      Parameters<typeof store.change<Result>>[0],
      'decide' | 'numberLimit' | 'idempotency'
    >,
  ): Promise<ChangeOutcome<Result>> => {
    const record = await store.find(service, id)
    return record ? store.change<Result>({ record, now, actor, ...rest }) : { kind: 'gone' }
  }
  const byRecord = (after: VerificationRecord) => after
  return {
    async check(step: CheckStep): Promise<CheckOutcome> {
      const { valid, use = null, now, admittedAt = now, numberLimit, idempotency = null } = step
      const answer = (isValid: boolean, record: VerificationRecord, left: number | null) => ({
        valid: isValid,
        record,
        codesRemaining: left,
      })
      const outcome = await change<CheckEffect>(step, {
        decide: decideCheck({ valid, use }, admittedAt, answer),
        ...(numberLimit !== undefined && { numberLimit }),
        idempotency,
      })
      if (outcome.kind === 'refused') return { kind: 'refused', error: outcome.refusal.error }
      if (outcome.kind !== 'changed') return outcome
      const { record, codesRemaining } = outcome.result
      return outcome.result.valid
        ? { kind: 'approved', record, codesRemaining }
        : { kind: 'wrong', record }
    },
    /** An attempt that is charged and never judged, as an older program leaves it that dies in between. */
    async charge(step: ChargeStep) {
      const { numberLimit = null } = step
      const decide: Decide<null> = (record, now) => decideChargeOnly(record)(record, now)
      return change<null>(step, { decide, numberLimit, idempotency: null })
    },
    async resend(step: ResendStep) {
      const outcome = await change<VerificationRecord>(step, {
        decide: decideResend(
          step.expectedSends,
          { channel: step.channel, provider: step.provider ?? null },
          byRecord,
        ),
        idempotency: step.idempotency ?? null,
      })
      return outcome.kind === 'changed'
        ? { kind: 'resent' as const, record: outcome.result }
        : outcome
    },
    async cancel(step: EndStep) {
      const outcome = await change<VerificationRecord>(step, {
        decide: decideCancel(byRecord),
        idempotency: step.idempotency ?? null,
      })
      return outcome.kind === 'changed'
        ? { kind: 'ended' as const, record: outcome.result }
        : outcome
    },
    async continue(step: Key & { idempotency?: IdempotencyWrite<null> | null }) {
      const outcome = await change<null>(step, {
        decide: decideContinue(() => null),
        idempotency: step.idempotency ?? null,
      })
      return outcome.kind === 'answered_before' ? outcome : undefined
    },
  }
}
