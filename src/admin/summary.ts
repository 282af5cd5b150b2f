// Whether it is going well: figures of a span against the same span before it, by one dimension, from what was counted.
// It must not read the log: every number is a sum of rows, the same for the page, the API, the command and the metrics.

import { binMs, binsOf, cover, coverLess, SPANS, windowOf } from '../counts/buckets.ts'
import {
  CHANGED_DIMENSIONS,
  type Change,
  changeBuckets,
  changesSince,
  findChanges,
} from '../counts/changes.ts'
import type { Counted, Counter } from '../counts/counter.ts'
import {
  type Buckets,
  type CountQuery,
  type CountStore,
  DIMENSIONS,
  EVERY_SERVICE,
  LEVELS,
  type Tally,
} from '../counts/ports.ts'
import { type Clock, HOUR_MS } from '../kernel/clock.ts'
import {
  addUp,
  BEFORE,
  groupsOf,
  NOW,
  OVER,
  type Read,
  reasonsOf,
  type Summary,
  type SummaryQuery,
  takeOff,
  totalOf,
} from './figures.ts'

/** As long as a page and another console need to ask for the same. */
const KEPT_MS = 2_000
/** They compare hours. */
const CHANGES_KEPT_MS = 30_000
/** The same hours of other days are over: nothing is counted there any more, once the log is counted up to now. */
const USUAL_KEPT_MS = HOUR_MS
const MAX_KEPT = 50
/** By service: a few thousand rows each. */
const MAX_USUAL_KEPT = 8

/** What is read at once: the totals of both spans, and the breakdown. Times of a breakdown are read of this span alone. */
async function readAll(store: CountStore, query: SummaryQuery, now: number): Promise<Read> {
  const { service, span, by, only } = query
  const { since, until, before } = windowOf(span, now)
  const current = cover(NOW, since, until)
  const buckets = [...current, ...coverLess(BEFORE, OVER, before.since, before.until)]
  const total = only?.dimension ?? 'all'
  const broken = only ? 'route' : by
  const of = (...names: (keyof typeof DIMENSIONS)[]) => names.map((name) => DIMENSIONS[name])
  const about = { service: service ?? EVERY_SERVICE, buckets }
  const dimensions = of(total, broken, ...(only ? [] : (['reason'] as const)))
  // Of a route it may be another part: that is told apart afterwards.
  const holding = only?.value ?? ''
  const times = await store.times({ ...about, dimensions: of(total), holding })
  if (only) {
    const narrow = { ...about, dimensions, holding }
    return { tallies: await store.tallies(narrow), costs: await store.costs(narrow), times }
  }
  const tallies = await store.tallies({ ...about, dimensions })
  const costs = await store.costs({ ...about, dimensions: of(total, broken) })
  const ofRows: CountQuery = { ...about, buckets: current, dimensions: of(broken) }
  return { tallies, costs, times: [...times, ...(await store.times(ofRows))] }
}

async function readBins(
  store: CountStore,
  { service, span, only }: SummaryQuery,
  since: number,
  now: number,
) {
  const dimension = only?.dimension ?? 'all'
  const rows = await store.tallies({
    service: service ?? EVERY_SERVICE,
    buckets: binsOf(span, since),
    dimensions: [DIMENSIONS[dimension]],
    holding: only?.value ?? '',
  })
  const byBin = new Map(
    rows.filter(({ value }) => value === (only?.value ?? '')).map((row) => [row.group, row]),
  )
  const size = binMs(span)
  // Those that have begun.
  const count = Math.min(SPANS[span].bins, Math.floor((now - since) / size) + 1)
  return Array.from({ length: count }, (_, n) => {
    const row = byBin.get(n)
    return { ...addUp(row ? [row] : []), at: since + n * size }
  })
}

/** Values for a while: readers who ask for the same at once are one reading. */
function keepFor<Value>(ms: number, now: () => number, max = MAX_KEPT) {
  const kept = new Map<string, { value: Promise<Value>; until: number }>()
  return (key: string, make: () => Promise<Value>): Promise<Value> => {
    const found = kept.get(key)
    if (found && now() < found.until) return found.value
    for (const [name, { until }] of kept) if (kept.size >= max || now() >= until) kept.delete(name)
    const value = make()
    kept.set(key, { value, until: now() + ms })
    value.catch(() => kept.delete(key))
    return value
  }
}

/** @throws StoreUnavailableError everywhere */
export function createSummaries(deps: {
  store: CountStore
  counter: Pick<Counter, 'catchUp'>
  clock: Clock
  monotonicMs?: () => number
}) {
  const { store, counter, clock, monotonicMs = () => performance.now() } = deps
  const keep = keepFor<Summary>(KEPT_MS, monotonicMs)
  const keepChanges = keepFor<Change[]>(CHANGES_KEPT_MS, monotonicMs)
  const keepUsual = keepFor<Read['tallies']>(USUAL_KEPT_MS, monotonicMs, MAX_USUAL_KEPT)

  const readChanges = async (service: string, { isBehind }: Counted) => {
    const now = clock.now()
    const { running, usual } = changeBuckets(now)
    const read = (buckets: Buckets) =>
      store.tallies({ service, buckets, dimensions: CHANGED_DIMENSIONS })
    const readUsual = () => read(usual)
    const key = `${changesSince(now)} ${service}`
    const before = await (isBehind ? readUsual() : keepUsual(key, readUsual)) // mutant: C77.kept-when-counted
    return findChanges([...(await read(running)), ...before], now)
  }
  const make = async (query: SummaryQuery): Promise<Summary> => {
    const counted = await counter.catchUp()
    const now = clock.now()
    const { since, until } = windowOf(query.span, now)
    const read = takeOff(await readAll(store, query, now))
    const service = query.service ?? EVERY_SERVICE
    return {
      ...query,
      ...totalOf(read, query),
      since,
      until,
      counted,
      groups: groupsOf(read, query),
      reasons: reasonsOf(read),
      binMs: binMs(query.span),
      bins: await readBins(store, query, since, now),
      changes: await keepChanges(service, () => readChanges(service, counted)),
    }
  }
  return {
    of: (query: SummaryQuery): Promise<Summary> => keep(JSON.stringify(query), () => make(query)),
    /** Of all time, by service: it only ever grows. */
    async totals(): Promise<{ service: string; tally: Tally }[]> {
      await counter.catchUp()
      const rows = await store.tallies({
        service: EVERY_SERVICE,
        buckets: [{ group: NOW, level: LEVELS.ever, at: 0 }],
        dimensions: [DIMENSIONS.service],
      })
      return rows.map(({ value, ...tally }) => ({ service: value, tally: addUp([tally]) }))
    },
  }
}

export type Summaries = ReturnType<typeof createSummaries>
