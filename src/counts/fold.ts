// From events to the rows that they add to: which stage each one is, and what it is about. Pure.
// It must not count anything of a decoy or a test recipient: both would hide what happens to real people.

import { type EventDetails, type EventType, textOr } from '../events/types.ts'
import { beginOf } from './buckets.ts'
import { type CostChange, costChanges } from './charges.ts'
import type { NameOf } from './names.ts'
import {
  type CountedEvent,
  type CountPlace,
  type CountRows,
  type PricedEvent,
  type Stage,
  TIMES,
  type TimeKind,
} from './ports.ts'
import { type About, type Cell, EMPTY, toRows } from './rows.ts'
import { bucketOf } from './times.ts'

const STAGE_OF: Partial<Record<EventType, Stage>> = {
  'verification.started': 'started',
  'delivery.sent': 'sent',
  'delivery.delivered': 'delivered',
  'delivery.undelivered': 'undelivered',
  'delivery.retrying': 'retried',
  'delivery.failed': 'failed',
  'verification.approved': 'approved',
  'verification.canceled': 'unapproved',
  'verification.expired': 'unapproved',
  'verification.max_attempts_reached': 'unapproved',
  'request.refused': 'refused',
}

/** Of a code that its caller checks, what the caller reported; where nobody did, it is in no share of those that ended. */
function stageOf({ type, details }: CountedEvent): Stage | undefined {
  if (type === 'verification.closed')
    return details.outcome === 'approved' ? 'approved' : 'unapproved'
  const stage = STAGE_OF[type]
  return stage === 'unapproved' && details.checked_by !== undefined ? undefined : stage
}

function aboutOf(event: CountedEvent, at: number, details: EventDetails): About {
  const { service, type } = event
  const minute = beginOf('minute', at)
  const [channel, country] = [textOr(details.channel), textOr(details.country)]
  if (type === 'request.refused') {
    const reason = textOr(details.limit) ?? textOr(details.error) ?? ''
    const nothing = { provider: '', purpose: '' }
    return {
      at: minute,
      service,
      channel: channel ?? '',
      country: country ?? '',
      ...nothing,
      reason,
    }
  }
  return {
    at: minute,
    service,
    channel: channel ?? event.messageChannel ?? event.lastChannel ?? event.channel ?? '',
    country: event.country ?? '',
    provider: textOr(details.provider) ?? event.lastProvider ?? '',
    purpose: event.purpose ?? '',
    reason: null,
  }
}

/** Null: nothing took a time. */
function timeOf(event: CountedEvent): [TimeKind, number] | null {
  const { type, details, at, createdAt } = event
  if (type === 'delivery.delivered' && typeof details.after_ms === 'number')
    return ['deliver', details.after_ms]
  return stageOf(event) === 'approved' && createdAt !== null
    ? ['approve', Math.max(0, at - createdAt)]
    : null
}

/** Only ever a whole number: a row must not take a fraction or a text. */
const timesOf = ({ details }: CountedEvent) =>
  typeof details.count === 'number' && details.count >= 1 ? Math.floor(details.count) : 1

const isCounted = ({ type, kind }: CountedEvent) => type === 'request.refused' || kind === 'real' // mutant: C76.real-alone

/** Events that are alike are one cell, of which the rows are made: a minute has few of them. */
function createCells() {
  const cells = new Map<string, Cell>()
  return {
    of(about: About): Cell {
      const name = JSON.stringify(Object.values(about))
      const found = cells.get(name)
      if (found) return found
      const made = { ...about, tally: { ...EMPTY }, costs: new Map(), times: new Map() }
      cells.set(name, made)
      return made
    },
    all: () => cells.values(),
  }
}

function addCost({ costs }: Cell, { currency, parts, micros, sign }: CostChange): void {
  const sum = costs.get(currency) ?? { currency, messages: 0, parts: 0, micros: 0 }
  sum.messages += sign
  sum.parts += sign * parts
  sum.micros += sign * micros
  costs.set(currency, sum)
}

function addTime({ times }: Cell, [name, ms]: [TimeKind, number]): void {
  const [kind, bucket] = [TIMES[name], bucketOf(ms)]
  const sum = times.get(`${kind} ${bucket}`) ?? { kind, bucket, n: 0 }
  sum.n += 1
  times.set(`${kind} ${bucket}`, sum)
}

/** What another event is before: counted in a step that is over, or earlier in this one. */
function createOrder(events: readonly CountedEvent[], from: Pick<CountPlace, 'sequence'>) {
  const inStep = new Set(events.map(({ sequence }) => sequence))
  return (event: CountedEvent) => (other: PricedEvent) =>
    other.sequence < event.sequence ||
    (!inStep.has(other.sequence) && other.sequence <= from.sequence)
}

/**
 * @param about.now for how long rows are kept from; the minute of an event is its own time's
 * @param about.from how far the log was counted before
 */
export function fold(
  events: readonly CountedEvent[],
  { now, from, nameOf }: { now: number; from: Pick<CountPlace, 'sequence'>; nameOf: NameOf },
): CountRows {
  const cells = createCells()
  const beforeOf = createOrder(events, from)
  for (const event of events.filter(isCounted)) {
    for (const change of costChanges(event, beforeOf(event)))
      addCost(cells.of(aboutOf(event, change.at, change.details)), change)
    const stage = stageOf(event)
    if (!stage || event.details.double === true) continue // mutant: C76.double-once
    const cell = cells.of(aboutOf(event, event.at, event.details))
    const time = timeOf(event)
    cell.tally[stage] += stage === 'refused' ? timesOf(event) : 1
    if (time) addTime(cell, time)
  }
  return toRows(cells.all(), now, nameOf)
}
