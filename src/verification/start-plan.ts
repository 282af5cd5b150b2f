// What a start does that differs between a message and a factor, decided before anything is asked of store or limits.

import type { Caller, Refusal, StartCommand, StartResult, Success } from './api.ts'
import type { About } from './domain.ts'
import type { Recall } from './idempotency.ts'
import type { LimitKey } from './limit-ports.ts'
import type { ObtainedCode, PreparedCode } from './obtain-code.ts'
import type { SessionSlot } from './ports.ts'
import type { NewVerification } from './state.ts'

/** Of the same session: the answer where there is a verification to go on with. */
export type Continued = { result: StartResult; verificationId: string }

/** What a start does that differs between a message and a factor. */
export type StartPlan = {
  about: Partial<About>
  /** The recipient or subject, in clear. */
  party: string
  budgetIndexes: Buffer[]
  slot: SessionSlot | null
  limitKeys: LimitKey[]
  /** A session's pending verification may be sent again where that is due. */
  resends: boolean
  /** Why there is nothing to start; asked before anything is counted. */
  refuseMissing?: () => Promise<Refusal | undefined>
  /** Undefined: the hasher's queue is full. Null: no code is made. */
  obtain: () => ObtainedCode | null | undefined
  record: (now: number, code: PreparedCode | null) => NewVerification
  isLandline: boolean
}
export type PlannedStart = StartPlan | { refusal: Refusal; about: Partial<About> }

export type StartContext = {
  caller: Caller
  command: StartCommand
  plan: StartPlan
  recall: Recall<Success<'started'> | Success<'continued'>>
}
