// What left its usual band: the last hours against the same hours of fourteen days. Pure.
// It must not report noise: few cases are no change, and a band is never narrower than chance makes it.

import { DAY_MS, HOUR_MS } from '../kernel/clock.ts'
import { beginOf } from './buckets.ts'
import { readRoute } from './names.ts'
import { type Buckets, DIMENSIONS, LEVELS, type Tally } from './ports.ts'
import { EMPTY } from './rows.ts'

/** The hour that is running and the one before it: whole hours are what is kept of other days. */
const HOURS = 2
const DAYS = 14
/** Fewer days with anything at these hours are no custom yet. */
const MIN_DAYS = 5
/** Fewer cases say nothing. */
const FLOOR = 20
/** Of a share: a smaller difference is nothing to act on. */
const MIN_BAND = 0.1
/** Of a volume, as a part of what is usual. */
const MIN_VOLUME_BAND = 0.5
/** Standard deviations, by chance and from day to day. */
const WIDTH = 3
const VOLUME_WIDTH = 4
/** The median absolute deviation times this estimates a standard deviation. */
const MAD_TO_SIGMA = 1.4826
/** A route that explains so much of what its provider or country lost is reported in their place. */
const EXPLAINS = 0.8
/** A part whose volume changed by so much more or less than the whole's is reported beside it. */
const PROPORTION = 2
const MAX_CHANGES = 10

/**
 * `acceptance`: tries that a provider took, of all; `arrival`: messages that arrived, of those that were reported;
 * `conversion`: verifications that were approved, of those that ended; `volume`: starts, or a provider's messages.
 */
export type ChangeKind = 'acceptance' | 'arrival' | 'conversion' | 'volume'
export type ChangedDimension = 'all' | 'provider' | 'country' | 'route'
export type Change = {
  kind: ChangeKind
  dimension: ChangedDimension
  value: string
  /** A share; of `volume` a number. */
  now: number
  usual: number
  /** Of a share: how many of how many now. Of a volume: both the number. */
  part: number
  whole: number
  tally: Tally
  since: number
}

const DIMENSION_OF: readonly ChangedDimension[] = ['all', 'provider', 'country', 'route']
export const CHANGED_DIMENSIONS = DIMENSION_OF.map((name) => DIMENSIONS[name])
const nameOf = (dimension: number) => DIMENSION_OF.find((name) => DIMENSIONS[name] === dimension)

export const changesSince = (now: number) => beginOf('hour', now) - (HOURS - 1) * HOUR_MS

/** Group 0 is now, group n the same hours n days ago: those are the same as long as `changesSince` is. */
export function changeBuckets(now: number): { running: Buckets; usual: Buckets } {
  const since = changesSince(now)
  const hoursOf = (group: number) =>
    Array.from({ length: HOURS }, (_, n) => {
      return { group, level: LEVELS.hour, at: since + n * HOUR_MS - group * DAY_MS }
    })
  const days = Array.from({ length: DAYS }, (_, n) => hoursOf(n + 1))
  return { running: hoursOf(0), usual: days.flat() }
}

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

function spread(numbers: readonly number[], median: number): number {
  return MAD_TO_SIGMA * medianOf(numbers.map((one) => Math.abs(one - median)))
}

const SHARES = {
  acceptance: (tally: Tally) => [tally.sent, tally.retried + tally.failed],
  arrival: (tally: Tally) => [tally.delivered, tally.undelivered],
  conversion: (tally: Tally) => [tally.approved, tally.unapproved],
} as const satisfies Record<string, (tally: Tally) => readonly [number, number]>

type Found = Pick<Change, 'kind' | 'now' | 'usual' | 'part' | 'whole'>
type Days = readonly Tally[]

function shareChange(kind: keyof typeof SHARES, now: Tally, days: Days): Found | undefined {
  const [good, bad] = SHARES[kind](now)
  const whole = good + bad
  const before = days.map(SHARES[kind]).filter(([a, b]) => a + b > 0)
  const wholeBefore = before.reduce((sum, [a, b]) => sum + a + b, 0)
  // mutant: C77.floor
  if (whole < FLOOR || wholeBefore < FLOOR || before.length < MIN_DAYS) return undefined
  const shares = before.map(([a, b]) => a / (a + b))
  const usual = medianOf(shares)
  const chance = Math.sqrt((usual * (1 - usual)) / whole)
  const band = Math.max(MIN_BAND, WIDTH * chance, WIDTH * spread(shares, usual))
  if (Math.abs(good / whole - usual) <= band) return undefined
  return { kind, now: good / whole, usual, part: good, whole }
}

const volumeOf = (dimension: ChangedDimension, { started, sent, failed }: Tally) =>
  dimension === 'all' || dimension === 'country' ? started : sent + failed

function volumeChange(
  dimension: ChangedDimension,
  now: Tally,
  days: Days,
  elapsed: number,
): Found | undefined {
  const volumes = days.map((day) => volumeOf(dimension, day) * elapsed) // mutant: C77.elapsed
  const usual = medianOf(volumes)
  const part = volumeOf(dimension, now)
  if (Math.max(part, usual) < FLOOR || days.length < MIN_DAYS) return undefined
  const chance = Math.sqrt(Math.max(usual, 1))
  const varies = VOLUME_WIDTH * Math.max(chance, spread(volumes, usual))
  if (Math.abs(part - usual) <= Math.max(MIN_VOLUME_BAND * usual, varies)) return undefined
  return { kind: 'volume', now: part, usual: Math.round(usual), part, whole: part }
}

/** How many of them it would have been, had it been as usual. */
const lostBy = ({ usual, whole, part, kind }: Change) =>
  Math.abs(kind === 'volume' ? usual - part : usual * whole - part)

function isOf(route: string, { dimension, value }: Change): boolean {
  const { provider, country } = readRoute(route)
  return dimension === 'all' || value === (dimension === 'provider' ? provider : country)
}

function isExplained(change: Change, all: readonly Change[]): boolean {
  if (change.dimension === 'route') return false
  return all.some((one) => {
    const isNarrower = one.dimension === 'route' || change.dimension === 'all'
    if (one.kind !== change.kind || one.dimension === 'all' || !isNarrower) return false
    if (one.dimension === 'route' && !isOf(one.value, change)) return false
    return lostBy(one) >= EXPLAINS * lostBy(change) // mutant: C77.narrowest-reported
  })
}

/** The whole grew or shrank about as much: no news of a part. */
function isProportionate(change: Change, all: readonly Change[]): boolean {
  if (change.kind !== 'volume' || change.dimension === 'all') return false
  const factorOf = ({ now, usual }: Change) => Math.max(now, 1) / Math.max(usual, 1)
  return all.some((one) => {
    if (one.kind !== 'volume' || one === change || one.dimension === 'route') return false
    if (one.dimension !== 'all' && (change.dimension !== 'route' || !isOf(change.value, one)))
      return false
    const times = factorOf(change) / factorOf(one)
    return times < PROPORTION && times > 1 / PROPORTION
  })
}

/** What somebody should look at: a share that fell. */
const isFall = ({ kind, now, usual }: Change) => kind !== 'volume' && now < usual

type Row = Tally & { group: number; dimension: number; value: string }

/** @param rows sums by the groups of `changeBuckets` */
export function findChanges(rows: readonly Row[], now: number): Change[] {
  const since = changesSince(now)
  const elapsed = Math.min(1, (now - since) / (HOURS * HOUR_MS))
  // Days before the first one that was counted are no days without traffic.
  const known = new Set(rows.filter(({ dimension }) => dimension === 0).map(({ group }) => group))
  const groups = Array.from({ length: DAYS }, (_, n) => n + 1).filter((group) => known.has(group))
  const byValue = Map.groupBy(rows, ({ dimension, value }) => `${dimension} ${value}`)
  const found = [...byValue.values()].flatMap((own): Change[] => {
    const { dimension: number, value } = own[0] as Row
    const dimension = nameOf(number)
    if (!dimension) return []
    const of = (group: number) => own.find((row) => row.group === group) ?? EMPTY
    const tally = of(0)
    const days = groups.map(of)
    const shares = (Object.keys(SHARES) as (keyof typeof SHARES)[]).map((kind) =>
      shareChange(kind, tally, days),
    )
    return [...shares, volumeChange(dimension, tally, days, elapsed)].flatMap((one) =>
      one ? [{ ...one, dimension, value, tally, since }] : [],
    )
  })
  return found
    .filter((change) => !isExplained(change, found) && !isProportionate(change, found))
    .sort((a, b) => Number(isFall(b)) - Number(isFall(a)) || lostBy(b) - lostBy(a))
    .slice(0, MAX_CHANGES)
}
