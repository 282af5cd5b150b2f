// From events to the rows that they add to: which stage each one is, and in which rows it counts. Pure.
// It must not count anything of a decoy or a test recipient: both would hide what happens to real people.

import type { EventType } from '../events/types.ts'
import { beginOf, KEPT_MS } from './buckets.ts'
import { type CostChange, costChanges } from './charges.ts'
import {
  type CostRow,
  type CountedEvent,
  type CountKey,
  type CountPlace,
  type CountRow,
  type CountRows,
  DIMENSIONS,
  type Dimension,
  EVERY_SERVICE,
  LEVELS,
  type Level,
  type PricedEvent,
  STAGES,
  type Stage,
  type Tally,
  TIMES,
  type TimeKind,
  type TimeRow,
} from './ports.ts'
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

/** Login flows name purposes as they like, and settings name providers: past this many, further ones are `other`. */
export const MAX_NAMES = 100
export const OTHER = 'other'
/** Those that are bounded so, and remembered in the level `ever`. */
export const NAMED = ['provider', 'purpose'] as const
const EVER = new Set<Dimension>(['all', 'service', ...NAMED])
/** Rows of a time or a reason are enough by these. */
const TIMED = new Set<Dimension>(['all', 'service', 'channel', 'provider', 'country', 'purpose'])

export type NameOf = (service: string, dimension: 'provider' | 'purpose', value: string) => string

export function createNames(
  stored: readonly Pick<CountKey, 'service' | 'dimension' | 'value'>[],
): NameOf {
  const known = new Map<string, Set<string>>()
  const setOf = (service: string, dimension: number) => {
    const key = `${dimension} ${service}`
    const found = known.get(key) ?? new Set()
    known.set(key, found)
    return found
  }
  for (const { service, dimension, value } of stored) setOf(service, dimension).add(value)
  return (service, dimension, value) => {
    const set = setOf(service, DIMENSIONS[dimension])
    if (set.size < MAX_NAMES) set.add(value)
    return set.has(value) ? value : OTHER // mutant: C76.bounded-names
  }
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const routeOf = (channel: string, country: string, provider: string) =>
  `${channel}/${country}/${provider}`

/** @returns what `routeOf` was given */
export function readRoute(value: string): { channel: string; country: string; provider: string } {
  const [channel = '', country = '', ...rest] = value.split('/')
  return { channel, country, provider: rest.join('/') }
}

type Values = Partial<Record<Dimension, string>>

function valuesOf(event: CountedEvent, service: string, nameOf: NameOf): Values {
  const { details } = event
  if (event.type === 'request.refused') {
    const reason = textOr(details.limit) ?? textOr(details.error) ?? ''
    const [channel, country] = [textOr(details.channel), textOr(details.country)]
    return { all: '', channel: channel ?? '', country: country ?? '', reason }
  }
  const channel =
    textOr(details.channel) ?? event.messageChannel ?? event.lastChannel ?? event.channel ?? ''
  const country = event.country ?? ''
  const carrier = textOr(details.provider) ?? event.lastProvider ?? ''
  const provider = nameOf(service, 'provider', carrier)
  const purpose = nameOf(service, 'purpose', event.purpose ?? '')
  return {
    all: '',
    channel,
    provider,
    country,
    purpose,
    route: routeOf(channel, country, provider),
  }
}

/** A minute that is removed soon is not written; whole days are, however old the log is. */
const isKept = (level: Level, at: number, now: number) =>
  level === 'ever' || at >= now - KEPT_MS[level]

function keysOf(event: CountedEvent, now: number, nameOf: NameOf): [Dimension, CountKey][] {
  const { at, service } = event
  const scopes = service === EVERY_SERVICE ? [service] : [service, EVERY_SERVICE]
  const levels = (Object.keys(LEVELS) as Level[]).filter((level) => isKept(level, at, now))
  return scopes.flatMap((scope) => {
    const values = valuesOf(event, scope, nameOf)
    const all = scope === EVERY_SERVICE ? { ...values, service } : values
    return (Object.entries(all) as [Dimension, string][]).flatMap(([dimension, value]) =>
      levels
        .filter((level) => level !== 'ever' || EVER.has(dimension))
        .map((level): [Dimension, CountKey] => [
          dimension,
          {
            level: LEVELS[level],
            at: beginOf(level, at),
            service: scope,
            dimension: DIMENSIONS[dimension],
            value,
          },
        ]),
    )
  })
}

/** Null: nothing took a time. */
function timeOf({ type, details, at, createdAt }: CountedEvent): [TimeKind, number] | null {
  if (type === 'delivery.delivered' && typeof details.after_ms === 'number')
    return ['deliver', details.after_ms]
  return type === 'verification.approved' && createdAt !== null
    ? ['approve', Math.max(0, at - createdAt)]
    : null
}

/** Only ever a whole number: a row must not take a fraction or a text. */
const timesOf = ({ details }: CountedEvent) =>
  typeof details.count === 'number' && details.count >= 1 ? Math.floor(details.count) : 1

const isCounted = ({ type, kind }: CountedEvent) => type === 'request.refused' || kind === 'real' // mutant: C76.real-alone

export const EMPTY = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Tally

/** Rows of the same key are one. */
function createSums() {
  const counts = new Map<string, CountRow>()
  const costs = new Map<string, CostRow>()
  const times = new Map<string, TimeRow>()
  const rowOf = <Row>(rows: Map<string, Row>, key: unknown[], make: () => Row): Row => {
    const name = JSON.stringify(key)
    const row = rows.get(name) ?? make()
    rows.set(name, row)
    return row
  }
  return {
    count(key: CountKey, stage: Stage, n: number) {
      rowOf(counts, Object.values(key), () => ({ ...key, ...EMPTY }))[stage] += n
    },
    cost(key: CountKey, { currency, parts, micros, sign }: CostChange) {
      const row = rowOf(costs, [...Object.values(key), currency], () => {
        return { ...key, currency, messages: 0, parts: 0, micros: 0 }
      })
      row.messages += sign
      row.parts += sign * parts
      row.micros += sign * micros
    },
    time(key: CountKey, kind: number, bucket: number) {
      rowOf(times, [...Object.values(key), kind, bucket], () => {
        return { ...key, kind, bucket, n: 0 }
      }).n += 1
    },
    rows: (): CountRows => ({
      counts: [...counts.values()],
      costs: [...costs.values()],
      times: [...times.values()],
    }),
  }
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
  const sums = createSums()
  const beforeOf = createOrder(events, from)
  for (const event of events.filter(isCounted)) {
    for (const change of costChanges(event, beforeOf(event)))
      for (const [, key] of keysOf({ ...event, ...change }, now, nameOf))
        if (key.level !== LEVELS.ever) sums.cost(key, change)
    const stage = STAGE_OF[event.type]
    if (!stage || event.details.double === true) continue // mutant: C76.double-once
    const time = timeOf(event)
    const n = stage === 'refused' ? timesOf(event) : 1
    for (const [dimension, key] of keysOf(event, now, nameOf)) {
      sums.count(key, stage, n)
      if (time && TIMED.has(dimension) && key.level !== LEVELS.ever)
        sums.time(key, TIMES[time[0]], bucketOf(time[1]))
    }
  }
  return sums.rows()
}
