// The rows that cells of counts add to: one for each level, for the service and for every service, by each dimension. Pure.

import { beginOf, KEPT_MS } from './buckets.ts'
import { NAMED, type NameOf, routeOf } from './names.ts'
import {
  type CostRow,
  type CountKey,
  type CountRow,
  type CountRows,
  DIMENSIONS,
  type Dimension,
  EVERY_SERVICE,
  LEVELS,
  type Level,
  STAGES,
  type Tally,
  type TimeRow,
} from './ports.ts'

/** What has happened in one minute, alike in all that rows tell apart. `reason`: of refused requests; null: of a verification. */
export type About = {
  /** When the minute began. */
  at: number
  service: string
  channel: string
  country: string
  provider: string
  purpose: string
  reason: string | null
}
export type Cell = About & {
  tally: Tally
  costs: Map<string, Pick<CostRow, 'currency' | 'messages' | 'parts' | 'micros'>>
  times: Map<string, Pick<TimeRow, 'kind' | 'bucket' | 'n'>>
}

export const EMPTY = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Tally

/** Rows of all time: what the metrics have, and the names that are known. */
const EVER = new Set<Dimension>(['all', 'service', ...NAMED])
/** By these alone a time is added up. */
const TIMED = new Set<Dimension>(['all', 'service', 'channel', 'provider', 'country', 'purpose'])
const LEVEL_NAMES = Object.keys(LEVELS) as Level[]

function valuesOf(cell: Cell, scope: string, nameOf: NameOf): [Dimension, string][] {
  const { service, channel, country, reason } = cell
  const all: [Dimension, string][] = [
    ['all', ''],
    ['channel', channel],
    ['country', country],
  ]
  if (scope === EVERY_SERVICE) all.push(['service', service])
  if (reason !== null) return [...all, ['reason', reason]]
  const provider = nameOf(scope, 'provider', cell.provider)
  return [
    ...all,
    ['provider', provider],
    ['purpose', nameOf(scope, 'purpose', cell.purpose)],
    ['route', routeOf(channel, country, provider)],
  ]
}

/** A minute that is removed soon is not written; whole days are, however old the log is. */
const isKept = (level: Level, at: number, now: number) =>
  level === 'ever' || at >= now - KEPT_MS[level]

/** Rows of the same key are one. */
function createSums() {
  const counts = new Map<string, CountRow>()
  const costs = new Map<string, CostRow>()
  const times = new Map<string, TimeRow>()
  const rowOf = <Row>(rows: Map<string, Row>, name: string, make: () => Row): Row => {
    const row = rows.get(name) ?? make()
    rows.set(name, row)
    return row
  }
  return {
    add(key: CountKey, name: string, cell: Cell, withTimes: boolean) {
      const row = rowOf(counts, name, () => ({ ...key, ...EMPTY }))
      for (const stage of STAGES) row[stage] += cell.tally[stage]
      if (key.level === LEVELS.ever) return
      for (const [currency, cost] of cell.costs) {
        const sum = rowOf(costs, `${currency} ${name}`, () => {
          return { ...key, currency, messages: 0, parts: 0, micros: 0 }
        })
        sum.messages += cost.messages
        sum.parts += cost.parts
        sum.micros += cost.micros
      }
      if (!withTimes) return
      for (const [of, { kind, bucket, n }] of cell.times)
        rowOf(times, `${of} ${name}`, () => ({ ...key, kind, bucket, n: 0 })).n += n
    },
    rows: (): CountRows => ({
      counts: [...counts.values()],
      costs: [...costs.values()],
      times: [...times.values()],
    }),
  }
}

/** @param now for how long rows are kept from */
export function toRows(cells: Iterable<Cell>, now: number, nameOf: NameOf): CountRows {
  const sums = createSums()
  for (const cell of cells) {
    const { service } = cell
    const levels = LEVEL_NAMES.filter((level) => isKept(level, cell.at, now))
    const scopes = service === EVERY_SERVICE ? [service] : [service, EVERY_SERVICE]
    for (const scope of scopes)
      for (const [name, value] of valuesOf(cell, scope, nameOf)) {
        const dimension = DIMENSIONS[name]
        for (const level of levels) {
          if (level === 'ever' && !EVER.has(name)) continue
          const at = beginOf(level, cell.at)
          const key = { level: LEVELS[level], at, service: scope, dimension, value }
          const text = `${key.level} ${at} ${dimension} ${scope.length} ${scope} ${value}`
          sums.add(key, text, cell, TIMED.has(name))
        }
      }
  }
  return sums.rows()
}
