// Spans of time as the fewest minutes, hours and days that cover them, so that a reading adds up few rows. Pure.

import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/clock.ts'
import { type Buckets, LEVELS, type Level } from './ports.ts'

export const SIZES = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const
type Sized = keyof typeof SIZES

/**
 * For how long rows are kept: each span and the same one before it, the same hours of fourteen days, and a comparison with
 * thirteen months ago.
 */
export const KEPT_MS: Readonly<Record<Sized, number>> = {
  minute: 49 * HOUR_MS,
  hour: 16 * DAY_MS,
  day: 400 * DAY_MS,
}

/**
 * `edge`: where a span begins, and up to the end of which it goes. `cut`: how exactly the span before it ends where this one is.
 * A day begins with an hour: the minutes of its edges were two thirds of what was read. `bins`: of a chart; each is whole minutes,
 * hours or days, and few of them: 48 bins of half an hour were 1,440 minutes to read.
 */
export const SPANS = {
  '1h': { ms: HOUR_MS, edge: 'minute', cut: 'minute', bins: 30 },
  '24h': { ms: DAY_MS, edge: 'hour', cut: 'minute', bins: 24 },
  '7d': { ms: 7 * DAY_MS, edge: 'hour', cut: 'hour', bins: 56 },
  '30d': { ms: 30 * DAY_MS, edge: 'day', cut: 'day', bins: 30 },
} as const satisfies Record<string, { ms: number; edge: Sized; cut: Sized; bins: number }>
export type Span = keyof typeof SPANS
export const SPAN_NAMES = Object.keys(SPANS) as Span[]

export const beginOf = (level: Level, at: number) =>
  level === 'ever' ? 0 : at - (at % SIZES[level])

const endOf = (level: Sized, at: number) => beginOf(level, at) + SIZES[level]

/** Up to the end of the minute, hour or day (UTC) that is running; and as much of the same span before it as has passed of this one. */
export function windowOf(span: Span, now: number) {
  const { ms, edge, cut } = SPANS[span]
  const until = endOf(edge, now)
  const since = until - ms
  return { since, until, before: { since: since - ms, until: endOf(cut, now) - ms } }
}

/** The minutes from `until` to the end of its hour, where they are fewer than those before: they are read in place of these. */
function laterMinutes(group: number, until: number): Buckets {
  const left = endOf('hour', until) - until
  const count = left < HOUR_MS / 2 ? left / MINUTE_MS : 0 // mutant: C76.later-minutes
  return Array.from({ length: count }, (_, n) => {
    return { group, level: LEVELS.minute, at: until + n * MINUTE_MS }
  })
}

/** As `cover`, with thirty minutes at its end at the most: what the group `over` has is to be taken off again. */
export function coverLess(group: number, over: number, since: number, until: number): Buckets {
  const later = laterMinutes(over, until)
  return [...cover(group, since, until + later.length * MINUTE_MS), ...later]
}

/** @param since and until are times of `edge`: a minute, an hour or a day begins there */
export function cover(group: number, since: number, until: number): Buckets {
  const found: Buckets = []
  for (let at = since; at < until; ) {
    const level = (['day', 'hour', 'minute'] as const).find(
      (one) => at % SIZES[one] === 0 && at + SIZES[one] <= until,
    )
    if (!level) throw new Error(`${at} is not the beginning of a minute`)
    found.push({ group, level: LEVELS[level], at })
    at += SIZES[level]
  }
  return found
}

/** Each bin of a chart is a group, in order. */
export function binsOf(span: Span, since: number): Buckets {
  const { ms, bins } = SPANS[span]
  const size = ms / bins
  return Array.from({ length: bins }, (_, n) => {
    const at = since + n * size
    return cover(n, at, at + size)
  }).flat()
}

export const binMs = (span: Span) => SPANS[span].ms / SPANS[span].bins
