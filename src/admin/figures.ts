// The figures of a summary from the sums that were read: totals, rows of a breakdown, reasons. Pure.
// It must not make a number up: a share of nothing is null, and so is a time that nobody reported.

import type { Span } from '../counts/buckets.ts'
import type { Change } from '../counts/changes.ts'
import type { Counted } from '../counts/counter.ts'
import { readRoute } from '../counts/names.ts'
import { type CountStore, DIMENSIONS, STAGES, type Tally, TIMES } from '../counts/ports.ts'
import { EMPTY } from '../counts/rows.ts'
import { quantileOf } from '../counts/times.ts'

export const BREAKDOWNS = ['provider', 'country', 'channel', 'purpose', 'service'] as const
export type Breakdown = (typeof BREAKDOWNS)[number]
/** What a summary can be narrowed to, and then be broken down by as well. */
export const NARROWED_BY = ['channel', 'provider', 'country'] as const
export type Narrowing = { dimension: (typeof NARROWED_BY)[number]; value: string }

export type SummaryQuery = {
  /** Null: every service. */
  service: string | null
  span: Span
  by: Breakdown
  /** Null: everything. With it `by` is one of NARROWED_BY. */
  only: Narrowing | null
}

export type Spent = { currency: string; messages: number; parts: number; micros: number }
export type Quantiles = { medianMs: number; p95Ms: number }
export type Figures = Tally & {
  /** Approved, of the verifications that ended. Null: none did. */
  conversion: number | null
  /** Null: nobody knows, or it is not counted for this row. */
  deliver: Quantiles | null
  approve: Quantiles | null
  /** `currency` '': messages without a price. */
  costs: Spent[]
}
export type Group = { value: string; now: Figures; before: Figures }
export type Summary = SummaryQuery & {
  since: number
  until: number
  counted: Counted
  now: Figures
  before: Figures
  /** The largest first. */
  groups: Group[]
  /** Refused requests by reason; empty where the summary is narrowed. */
  reasons: { reason: string; now: number; before: number }[]
  binMs: number
  bins: (Tally & { at: number })[]
  changes: Change[]
}

const MEDIAN = 0.5
const P95 = 0.95

export type Read = {
  tallies: Awaited<ReturnType<CountStore['tallies']>>
  costs: Awaited<ReturnType<CountStore['costs']>>
  times: Awaited<ReturnType<CountStore['times']>>
}
type Place = { group: number; dimension: number; value: string }
type IsWanted = (place: Place) => boolean

export function addUp(rows: readonly Tally[]): Tally {
  const sum = { ...EMPTY }
  for (const row of rows) for (const stage of STAGES) sum[stage] += row[stage]
  return sum
}

function addCosts(rows: Read['costs']): Spent[] {
  const byCurrency = new Map<string, Spent>()
  for (const { currency, messages, parts, micros } of rows) {
    const sum = byCurrency.get(currency) ?? { currency, messages: 0, parts: 0, micros: 0 }
    sum.messages += messages
    sum.parts += parts
    sum.micros += micros
    byCurrency.set(currency, sum)
  }
  const kept = [...byCurrency.values()].filter(({ messages }) => messages > 0)
  return kept.sort((a, b) => b.micros - a.micros)
}

function quantiles(rows: Read['times'], kind: number): Quantiles | null {
  const own = rows.filter((row) => row.kind === kind)
  const byBucket = [...Map.groupBy(own, ({ bucket }) => bucket)].map(([bucket, same]) => {
    return { bucket, n: same.reduce((sum, { n }) => sum + n, 0) }
  })
  const [medianMs, p95Ms] = [quantileOf(byBucket, MEDIAN), quantileOf(byBucket, P95)]
  return medianMs === null || p95Ms === null ? null : { medianMs, p95Ms }
}

function rowsOf({ tallies, costs, times }: Read, isWanted: IsWanted): Read {
  return {
    tallies: tallies.filter(isWanted),
    costs: costs.filter(isWanted),
    times: times.filter(isWanted),
  }
}

function figures({ tallies, costs, times }: Read): Figures {
  const tally = addUp(tallies)
  const ended = tally.approved + tally.unapproved
  return {
    ...tally,
    conversion: ended === 0 ? null : tally.approved / ended,
    deliver: quantiles(times, TIMES.deliver),
    approve: quantiles(times, TIMES.approve),
    costs: addCosts(costs),
  }
}

/** The groups of what is read; OVER: what BEFORE has too much. */
export const NOW = 0
export const BEFORE = 1
export const OVER = 2

function negated<Row extends Place>(rows: readonly Row[], sums: readonly (keyof Row)[]): Row[] {
  return rows.map((row) => {
    if (row.group !== OVER) return row
    return {
      ...row,
      ...Object.fromEntries(sums.map((sum) => [sum, -Number(row[sum])])),
      group: BEFORE,
    }
  })
}

/** Figures are sums, so a row with the sign turned takes its part off again. */
export const takeOff = ({ tallies, costs, times }: Read): Read => ({
  tallies: negated(tallies, STAGES),
  costs: negated(costs, ['messages', 'parts', 'micros']),
  times: negated(times, ['n']),
})

const both = (read: Read) => ({
  now: figures(rowsOf(read, ({ group }) => group === NOW)),
  before: figures(rowsOf(read, ({ group }) => group === BEFORE)),
})

/** The value of a row in the breakdown; undefined: it is none of it. */
function breakdownOf({ by, only }: SummaryQuery): (place: Place) => string | undefined {
  if (!only) return ({ dimension, value }) => (dimension === DIMENSIONS[by] ? value : undefined)
  return ({ dimension, value }) => {
    if (dimension !== DIMENSIONS.route) return undefined
    const route: Record<string, string> = readRoute(value)
    return route[only.dimension] === only.value ? route[by] : undefined
  }
}

/** What its rows had was all taken off again. */
const isNothing = ({ now, before }: Group) =>
  STAGES.every((stage) => now[stage] === 0 && before[stage] === 0) // mutant: C76.nothing-left

const sizeOf = ({ now, before }: Group) =>
  now.started + now.sent + now.failed + now.approved + (before.started + before.sent) / 2

/** Each row is read once: by a filter for each value, a day of 60 countries took longer here than in the store. */
export function groupsOf({ tallies, costs, times }: Read, query: SummaryQuery): Group[] {
  const shownValue = breakdownOf(query)
  const byValue = Map.groupBy(tallies, shownValue)
  const costsByValue = Map.groupBy(costs, shownValue)
  const timesByValue = Map.groupBy(times, shownValue)
  byValue.delete(undefined)
  return [...byValue]
    .map(([value = '', own]) => {
      const [ownCosts = [], ownTimes = []] = [costsByValue.get(value), timesByValue.get(value)]
      return { value, ...both({ tallies: own, costs: ownCosts, times: ownTimes }) }
    })
    .filter((group) => !isNothing(group))
    .sort((a, b) => sizeOf(b) - sizeOf(a) || (a.value < b.value ? -1 : 1))
}

export function reasonsOf({ tallies }: Read): Summary['reasons'] {
  const rows = tallies.filter(({ dimension }) => dimension === DIMENSIONS.reason)
  return [...Map.groupBy(rows, ({ value }) => value)]
    .map(([reason, own]) => {
      const of = (group: number) => addUp(own.filter((row) => row.group === group)).refused
      return { reason, now: of(NOW), before: of(BEFORE) }
    })
    .filter(({ now, before }) => now > 0 || before > 0)
    .sort((a, b) => b.now - a.now || b.before - a.before)
}

/** Of one narrowing: its value; of everything: the one row there is. */
export function totalOf(read: Read, { only }: SummaryQuery) {
  const [wanted, name] = [DIMENSIONS[only?.dimension ?? 'all'], only?.value ?? '']
  return both(rowsOf(read, ({ dimension, value }) => dimension === wanted && value === name))
}
