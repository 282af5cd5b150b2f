// How a sound record is doctored: what a promise broken in the service would leave behind, put in by hand.
// It must not know a rule: the cases do.

import type { Asked, Outcome } from './history.ts'
import type { Struck } from './nemesis.ts'
import type { ChaosRecord } from './record.ts'
import { CANCELED, CHAINED, tryIdOf } from './sound-record.ts'
import type { EventRow, Tables } from './tables.ts'

export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
export type Doctored = Mutable<Omit<ChaosRecord, 'rules'>> & Pick<ChaosRecord, 'rules'>

export const events = (record: Doctored) => record.tables.events as EventRow[]
export const row = (record: Doctored, id: string) =>
  record.tables.verifications.find((one) => one.id === id) as Mutable<Tables['verifications'][0]>
export const delivery = (record: Doctored, id: string) =>
  record.tables.deliveries.find((one) => one.verification === id) as Mutable<
    Tables['deliveries'][0]
  >
export const find = (record: Doctored, id: string, type: string, attempt?: number) =>
  events(record).find(
    (one) =>
      one.verification === id &&
      one.type === type &&
      (attempt === undefined || one.details.attempt === attempt),
  ) as Mutable<EventRow>

/** Put in right after `after`; the sequence is the place in the list. */
export function insert(record: Doctored, after: EventRow, more: Partial<EventRow>): void {
  const at = events(record).indexOf(after)
  events(record).splice(at + 1, 0, { ...after, details: { ...after.details }, ...more })
}

/** Of the one chain (sound-record.ts). */
export const chained = {
  try: (record: Doctored, send: number, tryNumber: number) =>
    record.tables.sendTries.find(
      (one) => one.verification === CHAINED && one.send === send && one.tryNumber === tryNumber,
    ) as Mutable<Tables['sendTries'][0]>,
  message: (record: Doctored, send: number, tryNumber: number) =>
    record.messages.find((one) => one.tryId === tryIdOf(CHAINED, send, tryNumber)) as Mutable<
      ChaosRecord['messages'][0]
    >,
}

export const asked = (record: Doctored, logical: string) =>
  record.asked.find((one) => one.logical === logical) as Mutable<Asked>
export function answer(
  record: Doctored,
  logical: string,
  status: number,
  body = {},
  more = {},
): void {
  const outcome: Outcome = { kind: 'answered', status, body, retryAfter: null, isReplayed: false }
  asked(record, logical).outcome = { ...outcome, ...more }
}
export function ask(record: Doctored, like: string, more: Partial<Asked>): void {
  record.asked.push({ ...structuredClone(asked(record, like)), ...more })
}

export type Case = [rule: string, what: string, doctor: (record: Doctored) => void, said: RegExp]

/** So many more starts like the approved one, in its budgets. */
export function crowd(record: Doctored, count: number, more: object): void {
  for (let n = 0; n < count; n += 1) {
    const id = `vrf_1${String(n).padStart(31, '0')}`
    record.tables.verifications.push({
      ...{ ...row(record, CANCELED), id, sends: 0, request: `crowd ${n}`, ...more },
    })
    const end = find(record, CANCELED, 'verification.canceled')
    insert(record, end, { verification: id })
  }
}
/** The canceled one has two messages of its own. */
export const numberOf = (r: Doctored) => ({ clientIp: null, budget: row(r, CANCELED).budget })
export const redisKill = (record: Doctored) =>
  record.struck.push({
    fault: 'kill-redis',
    at: row(record, CANCELED).createdAt,
    tookMs: 0,
    on: '',
  })

/** The first message came twice, `beforeMs` ahead of PostgreSQL's end. */
export function crashBesideDouble(
  record: Doctored,
  beforeMs: number,
  fault: Struck['fault'] = 'restart-postgres-immediate',
): void {
  const first = record.messages[0] as Doctored['messages'][0]
  record.messages.push({ ...first })
  record.struck.push({ fault, at: first.at + beforeMs, tookMs: 1_000, on: '' })
}

/** A retry of which PostgreSQL's end took the claim, so long after it went out. */
export function loseClaim(record: Doctored, afterMs: number): void {
  const [first] = record.messages
  if (!first) return
  record.messages.push({ ...first, tryId: tryIdOf(first.verification, 1, 9) })
  const fault = 'restart-postgres-immediate'
  record.struck.push({ fault, at: first.at + afterMs, tookMs: 1_000, on: '' })
}
