// An engine's work for a store: plain data in and out, for a connection in another thread or on a server.
// It must not decide: what is written was decided in this process (change.ts, outbox.ts, factors.ts).

import type { DeliveryChange, LoadedDelivery } from '../delivery/change.ts'
import type { LaneKey, SettleDelivery } from '../delivery/outbox-ports.ts'
import type {
  ConfirmInput,
  ConfirmOutcome,
  CreateFactorInput,
  FactorStore,
} from '../factors/ports.ts'
import type { Actor } from '../kernel/actor.ts'
import type { StoredDeliveryStatus } from '../kernel/channel.ts'
import type { KeptTrace, TraceContext } from '../kernel/tracing.ts'
import type { AnsweredBefore, AnswerToKeep } from '../verification/answer-ports.ts'
import type { Change } from '../verification/change.ts'
import type {
  CreateInput,
  CreateOutcome,
  NumberLimit,
  VerificationStore,
} from '../verification/ports.ts'
import type { FactorUse, VerificationRecord } from '../verification/state.ts'
import type { SuppressedKey, Suppression } from '../verification/suppression.ts'
import type { EngineReceipts } from './engine-receipts.ts'
import type { Store } from './store.ts'

export type KeyToKeep = Omit<AnswerToKeep, 'answer'>

export type EffectToApply = {
  change: Change
  /** Sealed; null: the request had no key. */
  answer: Uint8Array | null
}

export type ChangeToApply = {
  service: string
  id: string
  /** Of the row that this was decided on (`stampOf`). */
  stamp: string
  now: number
  /** By the engine's own clock, where it has one. Null: whenever. */
  notAfter: number | null
  actor: Actor
  effect: EffectToApply
  /** Where the factor's code was used before, `otherwise` happens in place of `effect`. */
  use: { factor: FactorUse; codesLeft: number | null; otherwise: EffectToApply } | null
  numberLimit: NumberLimit | null
  key: KeyToKeep | null
  /** Of the request; undefined: it is not traced. */
  trace?: TraceContext | undefined
}

export type Applied =
  | AnsweredBefore
  | { kind: 'gone' }
  | { kind: 'number_limited'; retryAt: number }
  /** Changed since it was read: to be decided on again. */
  | { kind: 'stale'; record: VerificationRecord }
  | { kind: 'late'; at: number }
  /** The set has another number of codes left than the answer says. */
  | { kind: 'recount'; codesLeft: number }
  /** `codesLeft`: before this one was used. */
  | { kind: 'done' | 'spent'; codesLeft: number | null }

export type PastEnd = { record: VerificationRecord; at: number }
export type SweepToApply = {
  items: readonly Pick<ChangeToApply & EffectToApply, 'service' | 'id' | 'stamp' | 'change'>[]
  at: number
  now: number
  limit: number
}

/** `record`: as its first change leaves it. */
export type RowToCreate = Omit<CreateInput, 'record' | 'idempotency'> & {
  record: VerificationRecord
  kept: AnswerToKeep | null
  /** Of its message, written with it. Null: the message is queued. */
  claim: DeliveryChange | null
}
/** `claimedAt`: by the engine's time; null: its message is queued, if it has one. */
export type RowCreated =
  | Exclude<CreateOutcome, { kind: 'created' }>
  | { kind: 'created'; claimedAt: number | null }

/** `token`: of the row as it is now; `newToken`: for whoever takes it; `at`: the engine's time. */
export type DueRow = LoadedDelivery & { token: string | null; newToken: string; at: number }

/** A delivery as it looked when a change of it was decided. */
export type DeliveryGuard = {
  verificationId: string
  send: number
  token: string | null
  status: StoredDeliveryStatus
  tries: number
}
/** The answer of a try is written whatever becomes of the delivery. */
export type TryAnswer = Pick<SettleDelivery, 'durationMs' | 'result'> & { tryNumber: number }
export type DeliveryToApply = DeliveryGuard & { change: DeliveryChange; answer: TryAnswer | null }
/** In the place of its change in the list. */
export type DeliveryApplied =
  | { kind: 'applied' | 'fenced' }
  | { kind: 'changed'; at: number; row: LoadedDelivery }

/** A lane, and how many of its due rows at the most. */
export type LaneClaim = LaneKey & { limit: number }

export type FactorToCreate = Omit<CreateFactorInput, 'idempotency'> & { kept: AnswerToKeep | null }
export type ConfirmToApply = Omit<ConfirmInput, 'idempotency'> & { kept: AnswerToKeep | null }

/** `before`: the id of the row that this was decided on; null: there was none. */
export type SuppressionToReplace = {
  key: SuppressedKey
  before: string | null
  row: Suppression
  actor: Actor
}

/** Of one request, as it lies in the store. */
export type TraceRow = KeptTrace & { verificationId: string }

export type Engine = Omit<
  Store,
  'verifications' | 'outbox' | 'factors' | 'suppressions' | 'traces'
> & {
  verifications: Omit<VerificationStore, 'create' | 'change' | 'sweep'> & {
    create(row: RowToCreate): Promise<RowCreated>
    apply(change: ChangeToApply): Promise<Applied>
    /** Those that time has ended, `graceMs` ago at least; `at`: the engine's time. */
    pastEnd(input: { now: number; graceMs: number; limit: number }): Promise<PastEnd[]>
    /** One transaction: each where its row is still so, then codes that cannot be sent any more. @returns how many rows were changed */
    sweep(input: SweepToApply): Promise<number>
  }
  outbox: EngineReceipts &
    Pick<Store['outbox'], 'dueLanes' | 'pastSends' | 'backlog' | 'depths'> & {
      /** A worker claims here from now on. */
      served?(): void
      due(input: { lanes: readonly LaneClaim[]; now: number }): Promise<DueRow[]>
      /** One transaction. */
      apply(changes: readonly DeliveryToApply[], now: number): Promise<DeliveryApplied[]>
    }
  factors: Omit<FactorStore, 'create' | 'confirm'> & {
    create(factor: FactorToCreate): ReturnType<FactorStore['create']>
    /** `spent`: the right code's step was used before; nothing was changed. */
    confirm(input: ConfirmToApply): Promise<ConfirmOutcome | { kind: 'spent' } | undefined>
  }
  suppressions: Omit<Store['suppressions'], 'add'> & {
    /** One transaction with its event. @returns whether the row was still so */
    replace(input: SuppressionToReplace): Promise<boolean>
  }
  traces: { find(verificationIds: readonly string[]): Promise<TraceRow[]> }
}
