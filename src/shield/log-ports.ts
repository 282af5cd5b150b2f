// The log as the shield's rules read it, and the store that keeps what they have counted.
// It must not decide anything: rules.ts has the thresholds, levels.ts counts.

import type { PricedEvent } from '../counts/ports.ts'
import type { EventDetails, EventType } from '../events/types.ts'
import type { DeliveryKind, VerificationChannel } from '../kernel/channel.ts'
import type { ShieldMode, ShieldRule } from '../kernel/shield-rules.ts'

/** An event, and what rules ask of its verification. */
export type WatchedEvent = {
  sequence: number
  at: number
  type: EventType
  service: string
  details: EventDetails
  /** Null: of no verification, like what follows. */
  verificationId: string | null
  kind: DeliveryKind | null
  channel: VerificationChannel | null
  country: string | null
  createdAt: number | null
  clientIp: string | null
  recipientSealed: Uint8Array | null
  /** The recipient was approved here before this verification was started, within what is kept. Read for `JUDGED` alone. */
  isKnown: boolean
}

/** Types of events that rules count. */
export const JUDGED = [
  'verification.started',
  'verification.approved',
  'verification.closed',
  'delivery.failed',
] as const satisfies readonly EventType[]

/** One that may say what a try cost. `isKnown`: as above. */
export type PricedStart = PricedEvent & Pick<WatchedEvent, 'isKnown'> & { verificationId: string }

/** @throws StoreUnavailableError */
export type WatchedLog = {
  /** Every event behind `sequence`, in the order of their numbers. */
  after(sequence: number, limit: number): Promise<WatchedEvent[]>
  /** Of these verifications. */
  pricedOf(verificationIds: readonly string[]): Promise<PricedStart[]>
}

/** Of a block of numbers: the last digits of one, how often it was asked for, and when. */
export type MetLately = [tail: string, starts: number, at: number]

/** In memory; `KeptLevel` is stored as JSON: short, for there are thousands. */
export type Level = {
  /** The time that `sums` are of. */
  at: number
  /** Of each window, codes without an approval and approvals; of the conversion, starts and approvals, lately and usually. */
  sums: number[]
  /** Newest last. */
  people: MetLately[]
  /** How often starts like these were stopped, and when they are the last time. 0: never. */
  strikes: number
  since: number
  /** Excluded. */
  until: number
}

export type LevelKey = { rule: ShieldRule; service: string; value: string }
/** `people` is sealed: the last digits of a number, beside its block, are all of it. Null: nobody. */
export type KeptLevel = Omit<Level, 'people'> & { people: string | null }
export type StoredLevel = LevelKey & { level: KeptLevel }

/** What a stop stopped, or would have: a row for what has no price, and one for each currency. */
export type StopRow = LevelKey & {
  since: number
  until: number
  strikes: number
  /** Of its rule when it began. */
  mode: ShieldMode
  /** '': starts and approvals. */
  currency: string
  starts: number
  approved: number
  micros: number
}

/** @throws StoreUnavailableError everywhere */
export type ShieldStore = WatchedLog & {
  /** In the order of their keys. */
  levels(after: LevelKey | null, limit: number): Promise<StoredLevel[]>
  /**
   * One transaction: the reader's place from `from` to `to`, the levels that were changed, those that are gone, and sums that
   * are added to those of their stops. @returns false: another node has the place by now, and nothing was written
   */
  commit(input: {
    holder: string
    from: number
    to: number
    levels: readonly StoredLevel[]
    gone: readonly LevelKey[]
    stops: readonly StopRow[]
  }): Promise<boolean>
  /** Newest first. `service` null: of every service. */
  stops(query: { service: string | null; since: number; limit: number }): Promise<StopRow[]>
  /** Those that began before. @returns how many rows were removed */
  purge(input: { before: number; limit: number }): Promise<number>
}
