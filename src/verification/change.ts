// The shape of a decision: what a store writes of it, and what is answered from the row as it leaves it.
// It must hold no rule: transitions.ts decides.

import type { EventDetails, EventType, WebhookToWrite } from '../events/types.ts'
import type { Channel } from '../kernel/channel.ts'
import type { StepsChange } from '../kernel/steps.ts'
import type { Refusal } from './api.ts'
import type { FactorUse, VerificationRecord } from './state.ts'

export type LoggedEvent = {
  type: EventType
  details: EventDetails
  /** Left out where one of this type is younger. */
  atMostEveryMs?: number
  /** Written with it. */
  webhooks?: readonly WebhookToWrite[]
}

/** The change that a store writes: all of it, or nothing. */
export type Change = {
  /** Columns that change; the others stay. */
  set: Partial<
    Pick<
      VerificationRecord,
      | 'status'
      | 'channel'
      | 'attempts'
      | 'failed'
      | 'lastAttemptAt'
      | 'sends'
      | 'lastSendAt'
      | 'endedAt'
      | 'outcome'
    >
  >
  /** Code and hash are erased, and the session is free for the next start. */
  ends: boolean
  /** Why each delivery that no worker holds is canceled; null: they stay. */
  cancelQueued: string | null
  /** A message that is due now. `provider`: whoever is to carry it; null: nobody is known that may. */
  delivery: { send: number; channel: Channel; provider: string | null } | null
  /** In this order, before those of canceled deliveries. */
  events: readonly LoggedEvent[]
  /** What becomes of the steps that wait, after all of that. */
  steps?: StepsChange
}

/** A change with what is answered from the row as it leaves it. */
export type Effect<Result> = {
  change: Change
  /** @param codesLeft of the set that a recovery code was used of; null: of none */
  answer: (after: VerificationRecord, codesLeft: number | null) => Result
}
export type Decision<Result> =
  | { kind: 'refused'; refusal: Refusal }
  | (Effect<Result> & {
      kind: 'change'
      /** The step or code that the change uses up. Where it was used before, or no longer exists, `otherwise` happens instead. */
      use?: { factor: FactorUse; otherwise: Effect<Result> } | undefined
      /** By the store's clock; later the row is decided on again, as late. */
      notAfter?: number
    })

/** On the row as it is. `isLate`: the store's clock is past the `notAfter` of the decision before. */
export type Decide<Result> = (
  record: VerificationRecord,
  now: number,
  isLate?: boolean,
) => Decision<Result>
