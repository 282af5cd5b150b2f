// What happened, as counts by minute, hour and day: their words, and the store as whoever counts and reads them needs it.
// It must not hold anything about a person: a row is a number of times, and what they have in common.

import type { EventDetails, EventType } from '../events/types.ts'
import type { DeliveryKind } from '../kernel/channel.ts'

/** Each event is counted once in a row of each level. `ever` has one row for all time, which never goes back. */
export const LEVELS = { minute: 0, hour: 1, day: 2, ever: 3 } as const
export type Level = keyof typeof LEVELS

/**
 * What a row's `value` names, by the number that is stored; a number is never given to another. `route` is channel, country
 * and provider together, `reason` the error or limit of refused requests.
 */
export const DIMENSIONS = {
  all: 0,
  service: 1,
  channel: 2,
  provider: 3,
  country: 4,
  purpose: 5,
  route: 6,
  reason: 7,
} as const
export type Dimension = keyof typeof DIMENSIONS

/**
 * `sent`: a provider took a message. `retried`: it took none, and there will be another try. `failed`: the message was given
 * up. `approved` and `unapproved` are verifications that ended. `refused`: requests.
 */
export const STAGES = [
  'started',
  'sent',
  'delivered',
  'undelivered',
  'retried',
  'failed',
  'approved',
  'unapproved',
  'refused',
] as const
export type Stage = (typeof STAGES)[number]
export type Tally = Record<Stage, number>

/** `deliver`: from the request to the provider until it arrived. `approve`: from the start. By the number that is stored. */
export const TIMES = { deliver: 0, approve: 1 } as const
export type TimeKind = keyof typeof TIMES

/** Rows of this service alone; of every service together. */
export const EVERY_SERVICE = ''

/** Of a row. `at`: when its minute, hour or day began (UTC). */
export type CountKey = {
  level: number
  at: number
  service: string
  dimension: number
  value: string
}
export type CountRow = CountKey & Tally
/** Of messages that went out or may have; `currency` '': no price was known. */
export type CostRow = CountKey & {
  currency: string
  messages: number
  parts: number
  micros: number
}
/** How often it took a time of this bucket (times.ts). */
export type TimeRow = CountKey & { kind: number; bucket: number; n: number }
export type CountRows = { counts: CountRow[]; costs: CostRow[]; times: TimeRow[] }

/** How far the log is counted. `version` is another after each step. */
export type CountPlace = {
  sequence: number
  /** The time of that event. */
  at: number
  version: number
  /** Lower sequences that may still be committed, and are counted when they are. */
  awaited: readonly number[]
}

/** Types of the answer of a try, with our price of it; and of receipts, with what its provider charges. */
export const ANSWERS = [
  'delivery.sent',
  'delivery.retrying',
  'delivery.failed',
  'delivery.canceled',
] as const satisfies readonly EventType[]
export const RECEIPTS = [
  'delivery.delivered',
  'delivery.undelivered',
] as const satisfies readonly EventType[]

/** One that says what a try cost, or answers it. */
export type PricedEvent = { sequence: number; at: number; type: EventType; details: EventDetails }

/** An event, and what is counted of its verification. `kind` null: it has none. */
export type CountedEvent = PricedEvent & {
  service: string
  kind: DeliveryKind | null
  country: string | null
  purpose: string | null
  channel: string | null
  createdAt: number | null
  /** Of the message that the event is about. */
  messageChannel: string | null
  /** Of the newest try, where the event ends its verification. */
  lastProvider: string | null
  lastChannel: string | null
  /** Of an event that may say what a try cost: the others of its verification that may. */
  priced: readonly PricedEvent[]
}

/** Named, so that several spans are read at once. */
export type Buckets = { group: number; level: number; at: number }[]
export type CountQuery = {
  service: string
  buckets: Buckets
  dimensions: readonly number[]
  /** Of values that hold this text alone, to add up fewer. Default: of every value. */
  holding?: string
}
type Grouped<Row> = Omit<Row, keyof CountKey> & {
  group: number
  dimension: number
  value: string
}

/** @throws StoreUnavailableError everywhere */
export type CountStore = {
  /** What is not counted yet, oldest first, and the place behind it. */
  next(
    limit: number,
  ): Promise<{ from: CountPlace; events: CountedEvent[]; to: CountPlace; hasMore: boolean }>
  /**
   * One transaction: adds the rows up and moves the place, if it is still at `from`. @returns whether it was: else others
   * counted, or what was read has been erased since
   */
  apply(input: { from: CountPlace; to: CountPlace; rows: CountRows }): Promise<boolean>
  /** Sums by group, dimension and value. */
  tallies(query: CountQuery): Promise<Grouped<CountRow>[]>
  costs(query: CountQuery): Promise<Grouped<CostRow>[]>
  times(query: CountQuery): Promise<Grouped<TimeRow>[]>
  /** The values of these dimensions that ever were counted, by service: few, for they are bounded (fold.ts). */
  names(dimensions: readonly number[]): Promise<Pick<CountKey, 'service' | 'dimension' | 'value'>[]>
  /** Removes rows of a level that begin before. @returns how many; 0: nothing is left */
  purge(input: { level: number; before: number; limit: number }): Promise<number>
}
