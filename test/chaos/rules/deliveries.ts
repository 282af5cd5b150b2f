// I5 and I6 over the whole history: every message that was owed goes out or says why not, and each delivery is moved
// by one worker at a time, in the order that the event log shows.
// It must go by the events' sequence: it is drawn under the row's lock, so it is the order in which things happened.

import { tryId } from '../../../src/kernel/ids.ts'
import { type ChaosRecord, ENDINGS, eventsOf, genuineByTry, keyOf, type Rule } from '../record.ts'
import type { Report } from '../reporter.ts'
import type { DeliveryRow, EventRow, SendTryRow, VerificationRow } from '../tables.ts'
import { isKnownOf } from './receipts.ts'

type Phase =
  | 'queued'
  | 'sending'
  | 'reclaimed'
  | 'sent'
  | 'failed'
  | 'canceled'
  | 'undelivered'
  | 'delivered'
/** What a worker leaves alone; a receipt may still say that it arrived. */
const FINAL: ReadonlySet<Phase> = new Set([
  ...(['sent', 'failed', 'canceled', 'undelivered', 'delivered'] as const),
])

type Seen = {
  record: ChaosRecord
  verification: VerificationRow
  delivery: DeliveryRow
  tries: ReadonlyMap<number, SendTryRow>
  /** What its provider reported of a try. */
  reports: ReadonlyMap<string, readonly Report[]>
}

type Walk = {
  phase: Phase
  tryNumber: number
  dueAt: number
  claimedAt: number
  end: EventRow | undefined
}

const PHASE_AFTER: Readonly<Record<string, Phase>> = {
  'delivery.attempted': 'sending',
  'delivery.reclaimed': 'reclaimed',
  'delivery.retrying': 'queued',
  'delivery.sent': 'sent',
  'delivery.failed': 'failed',
  'delivery.canceled': 'canceled',
}

const REPORTS: ReadonlySet<string> = new Set(['delivery.delivered', 'delivery.undelivered'])

/** Whether a claim was right. A try may begin again under its number: a claim given back unsent writes no event. */
function faultsOfClaim(walk: Walk, event: EventRow, { record, verification }: Seen): string[] {
  const faults: string[] = []
  const tryNumber = Number(event.details.attempt)
  const isGivenBack = walk.phase === 'sending' && tryNumber === walk.tryNumber
  if (walk.phase === 'sending' && !isGivenBack) faults.push('claimed while another worker held it')
  if (walk.end) faults.push(`claimed after its end (${walk.end.type})`)
  if (verification.expiresAt - event.at < record.rules.minRemainingMs)
    faults.push('claimed with too little time left')
  return faults
}

/** A retry that would come too late is a failure. */
const RESULTS_OF: Readonly<Record<string, readonly string[]>> = {
  'delivery.sent': ['sent'],
  'delivery.retrying': ['retry'],
  'delivery.failed': ['failed', 'retry'],
}

/** Told by a receipt before the worker's answer, or in place of one that was lost. */
function isByReceipt(walk: Walk, event: EventRow, { delivery, reports, record }: Seen): boolean {
  const tryNumber = Number(event.details.attempt)
  const isOpen = walk.phase === 'sending' || walk.phase === 'queued' || walk.phase === 'reclaimed'
  if (event.type !== 'delivery.sent' || !isOpen || tryNumber !== walk.tryNumber) return false
  const own = reports.get(tryId(delivery.verification, delivery.send, tryNumber))
  return isKnownOf(own, event.at, record.rules)
}

/** Only the worker of the newest try moves a delivery: with its own result, and not before it had it. */
function faultsOfMove(walk: Walk, event: EventRow, seen: Seen): string[] {
  const { tries, record } = seen
  const { type, at } = event
  const isAtClaim = type === 'delivery.failed' && walk.phase !== 'sending'
  if (isAtClaim || isByReceipt(walk, event, seen)) return []
  if (walk.phase !== 'sending') return [`${type} while it was ${walk.phase}`]
  const tryNumber = Number(event.details.attempt)
  if (tryNumber !== walk.tryNumber) return [`${type} of try ${tryNumber}, not ${walk.tryNumber}`]
  const own = tries.get(tryNumber)
  const result = own?.result ?? 'nothing'
  if (!own || own.durationMs === null || !RESULTS_OF[type]?.includes(result))
    return [`${type} of try ${tryNumber}, whose own worker says ${result}`]
  const earlyMs = own.startedAt + own.durationMs - at
  return earlyMs > record.rules.clockErrorMs
    ? [`${type} of try ${tryNumber}, ${earlyMs} ms before its own worker had its result`]
    : []
}

function faultsOf(walk: Walk, event: EventRow, seen: Seen): string[] {
  const { rules } = seen.record
  const faults: string[] = []
  // What it says, and what it moves, is another rule's (receipts.ts).
  if (REPORTS.has(event.type)) return faults
  if (FINAL.has(walk.phase)) faults.push(`${event.type} after it was ${walk.phase}`)
  if (event.at - walk.dueAt > rules.stuckMs)
    faults.push(`lay ${event.at - walk.dueAt} ms before ${event.type}`)
  if (event.type === 'delivery.attempted') faults.push(...faultsOfClaim(walk, event, seen))
  if (event.type === 'delivery.reclaimed') {
    if (walk.phase !== 'sending') faults.push(`reclaimed while it was ${walk.phase}`)
    if (event.at - walk.claimedAt < rules.leaseMs)
      faults.push(`reclaimed ${event.at - walk.claimedAt} ms after its claim`)
  }
  if (/\.(sent|retrying|failed)$/.test(event.type)) faults.push(...faultsOfMove(walk, event, seen))
  return faults
}

/** A report moves the delivery where it is of its newest try, or of one that nothing follows. */
function phaseAfterReport(walk: Walk, { type, details }: EventRow): Phase {
  if (type === 'delivery.delivered') return 'delivered'
  const isMovedOn = walk.phase === 'sent' || walk.phase === 'sending'
  const isNewest = Number(details.attempt) === walk.tryNumber
  if (isMovedOn && isNewest) return details.next_provider ? 'queued' : 'undelivered'
  const isTheirs = walk.phase === 'queued' && details.fault === 'recipient'
  return isTheirs ? 'undelivered' : walk.phase
}

function advance(walk: Walk, event: EventRow, { record }: Seen): Walk {
  const { at, details } = event
  if (REPORTS.has(event.type)) {
    const phase = phaseAfterReport(walk, event)
    return phase === walk.phase ? walk : { ...walk, phase, dueAt: at }
  }
  const phase = PHASE_AFTER[event.type] ?? walk.phase
  const next = { ...walk, phase, dueAt: at }
  const { leaseMs } = record.rules
  if (phase === 'sending')
    return { ...next, tryNumber: Number(details.attempt), claimedAt: at, dueAt: at + leaseMs }
  if (event.type === 'delivery.retrying')
    return { ...next, dueAt: at + Number(details.retry_in_ms) }
  return next
}

/** One delivery from its queueing to its last event. */
function walkThrough(seen: Seen, events: readonly EventRow[]): string[] {
  const { delivery } = seen
  let walk: Walk = {
    ...{ phase: 'queued', tryNumber: 0, claimedAt: 0, end: undefined },
    dueAt: delivery.queuedAt,
  }
  const faults: string[] = []
  for (const event of events) {
    const isLater = Number(event.details.send) > delivery.send
    const isStep = event.type === 'delivery.attempted' && event.details.step !== undefined
    const isReplaced = isLater && (event.type === 'verification.resent' || isStep)
    if (ENDINGS.has(event.type) || isReplaced) walk = { ...walk, end: walk.end ?? event }
    const isOfIt = event.type in PHASE_AFTER || REPORTS.has(event.type)
    if (!isOfIt || event.details.send !== delivery.send) continue
    faults.push(...faultsOf(walk, event, seen))
    walk = advance(walk, event, seen)
  }
  if (!FINAL.has(walk.phase)) faults.push(`was left ${walk.phase}`)
  if (delivery.status !== walk.phase)
    faults.push(`is ${delivery.status}, and was last seen ${walk.phase}`)
  if (delivery.dueAt !== null) faults.push('is still due')
  return faults
}

/** No claim after the end, no move by a worker whose lease ran out, nothing after the last word, nothing left lying. */
export const deliveriesInOrder: Rule = (record) => {
  const { tables } = record
  const events = eventsOf(tables.events)
  const byId = new Map(tables.verifications.map((row) => [row.id, row]))
  const tries = Map.groupBy(tables.sendTries, keyOf)
  const reports = genuineByTry(record)
  const sends = tables.deliveries.filter(({ send }) => send > 0)
  return sends.flatMap((delivery) => {
    const verification = byId.get(delivery.verification) as VerificationRow
    const own = tries.get(keyOf(delivery)) ?? []
    const seen = {
      ...{ record, verification, delivery, reports },
      tries: new Map(own.map((row) => [row.tryNumber, row])),
    }
    return walkThrough(seen, events.get(delivery.verification) ?? []).map((fault) => ({
      rule: 'deliveries in order',
      said: `${keyOf(delivery)}: ${fault}`,
    }))
  })
}
