// Recipients that get no messages: for how long, and the list of them as the service needs it.
// It must not be fed by anything but a recipient's own number, mailbox or word: a stranger would silence them.

import type { Actor } from '../kernel/actor.ts'
import type { Channel, SuppressionReason } from '../kernel/channel.ts'
import { DAY_MS } from '../kernel/clock.ts'

/** A mailbox that was full or a number that was not in use may be fine a week later. */
const FIRST_MS = 7 * DAY_MS
/** Each further time is twice as long, up to this. */
const LONGEST_MS = 90 * DAY_MS

export type Suppression = {
  id: string
  service: string
  channel: Channel
  /** Of the address as it was written to. */
  addressIndex: Uint8Array
  /** Of the person, for searches and erasure. */
  budgetIndex: Uint8Array
  /** With the id as context, as a verification's. */
  recipientSealed: Uint8Array
  /** The root key of what is sealed and indexed here. */
  keyId: string
  reason: SuppressionReason
  since: number
  /** Null: until it is lifted. */
  until: number | null
  /** How often so far, this time among them. */
  times: number
  /** Null where a person did it. */
  provider: string | null
  /** The provider's own. */
  code: string | null
}

/** One recipient on one channel. */
export type SuppressedKey = {
  channel: Channel
  /** Under every key of the ring; the service is a part of each. */
  addressIndexes: readonly Uint8Array[]
}

/** What a start is told. */
export type Suppressed = Pick<Suppression, 'channel' | 'reason' | 'until'>

export type NewSuppression = Omit<Suppression, 'since' | 'until' | 'times'>

export function isInForce({ until }: Pick<Suppression, 'until'>, now: number): boolean {
  return until === null || until > now
}

/** A STOP that a provider tells of, by refusing a message, may have ended with a START that nobody tells of. */
const TOLD_STOP_MS = DAY_MS

/** The person's own word reaches us in a message of theirs, which has no code. */
const isTold = ({ reason, code }: Pick<Suppression, 'reason' | 'code'>) =>
  reason === 'stop' && code !== null

/** What a person said outweighs what a provider has seen; START ends a STOP and no complaint. */
function weightOf(row: Pick<Suppression, 'reason' | 'code'>): number {
  if (row.reason === 'complaint') return 3
  if (row.reason === 'stop') return isTold(row) ? 1 : 2
  return 0
}

/** @param times how often so far, this time among them. @returns null: until it is lifted */
function suppressedUntil(
  row: Pick<Suppression, 'reason' | 'code'>,
  times: number,
  now: number,
): number | null {
  if (isTold(row)) return now + TOLD_STOP_MS
  if (row.reason === 'complaint' || row.reason === 'stop') return null
  return now + Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(times - 1, 10))
}

/**
 * The row as a report leaves it. Undefined: it changes nothing, as where it came twice.
 * @param before of the same recipient and channel, in force or over
 */
export function decideSuppression(
  before: Suppression | undefined,
  reported: NewSuppression,
  now: number,
): Suppression | undefined {
  const isKnown = before && isInForce(before, now) && weightOf(reported) <= weightOf(before)
  if (isKnown) return undefined // mutant: C59.twice-is-once
  const times = (before?.times ?? 0) + 1
  return { ...reported, times, since: now, until: suppressedUntil(reported, times, now) }
}

/** Absent: any. `service` null: every service. */
export type SuppressionFilter = {
  service: string | null
  budgetIndexes?: readonly Uint8Array[] | undefined
  channel?: Channel | undefined
  reason?: SuppressionReason | undefined
}

export type AddSuppression = {
  key: SuppressedKey
  row: NewSuppression
  now: number
  actor: Actor
}

/** Under another root key. */
export type Resealed = Pick<
  Suppression,
  'addressIndex' | 'budgetIndex' | 'recipientSealed' | 'keyId'
>

/** @throws StoreUnavailableError everywhere */
export type Suppressions = {
  /** One transaction with its event. @returns undefined where it changes nothing */
  add(input: AddSuppression): Promise<Suppression | undefined>
  /** In force or over. */
  find(key: SuppressedKey): Promise<Suppression | undefined>
  /**
   * One transaction with its event: the row is removed, and the next time counts from one. Undefined: there is no such row.
   * @param input.service null: whichever it is of
   */
  lift(input: {
    id: string
    service: string | null
    now: number
    actor: Actor
    details: Record<string, string>
  }): Promise<Suppression | undefined>
  /**
   * Newest first, those that are over included until they are purged. A slice may hold fewer than `limit` and still have a
   * cursor: it reads a bounded number of rows. @throws InvalidCursorError
   */
  list(
    filter: SuppressionFilter,
    cursor: string | null,
    limit: number,
  ): Promise<{ items: Suppression[]; nextCursor: string | null }>
  /** Removes those that were over before this time. @returns how many */
  purge(input: { before: number; limit: number }): Promise<number>
  /** The root keys that rows are under, a step through an index for each. */
  keyIds(): Promise<string[]>
  /** Of another root key than this one, by id. */
  notUnder(keyId: string, after: string, limit: number): Promise<Suppression[]>
  /** @returns false where the row was changed or removed since it was read */
  rewrap(input: { before: Suppression; after: Resealed }): Promise<boolean>
}
