// What the shield's rules stopped lately, or would have, as the store has it: by rule, with what each does by service now.
// It must not read without bound: the newest stops count, and the report says whether there are more.

import { type Clock, DAY_MS } from '../kernel/clock.ts'
import { SHIELD_RULES, type ShieldMode, type ShieldRule } from '../kernel/shield-rules.ts'
import type { ShieldStore, StopRow } from '../shield/log-ports.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import { type Money, type StoppedSums, shownValue } from './shield.ts'

const DAYS = 30
const MAX_ROWS = 2_000
const MAX_SHOWN = 5

export type RecentStop = StoppedSums &
  Pick<StopRow, 'service' | 'since' | 'until' | 'mode'> & { value: string }
export type ShieldReport = {
  since: number
  /** False: older stops of this time are left out. */
  isWhole: boolean
  rules: (StoppedSums & {
    rule: ShieldRule
    /** Of the services: one where all are alike. */
    modes: ShieldMode[]
    stops: number
    /** Newest first. */
    newest: RecentStop[]
  })[]
}

function addMoney(costs: Money[], currency: string, micros: number): void {
  const sum = costs.find((one) => one.currency === currency)
  if (sum) sum.micros += micros
  else costs.push({ currency, micros })
}

function sumsOf(rows: readonly StopRow[]): StoppedSums {
  const sums: StoppedSums = { starts: 0, approved: 0, costs: [] }
  for (const { starts, approved, currency, micros } of rows) {
    sums.starts += starts
    sums.approved += approved
    if (currency !== '') addMoney(sums.costs, currency, micros)
  }
  return sums
}

function stopsOf(rows: readonly StopRow[]): RecentStop[] {
  const one = Map.groupBy(rows, ({ since, service, value }) => `${since}\n${service}\n${value}`)
  return [...one.values()].flatMap((own): RecentStop[] => {
    const [row] = own
    if (!row) return []
    const { rule, value, service, since, until, mode } = row
    return [{ ...sumsOf(own), value: shownValue(rule, value), service, since, until, mode }]
  })
}

/** @throws StoreUnavailableError */
export function createShieldReport(deps: {
  store: Pick<ShieldStore, 'stops'>
  services: ReadonlyMap<string, Pick<ServicePolicy, 'shield'>>
  clock: Clock
}) {
  const { store, services, clock } = deps
  const modesOf = (service: string | null, rule: ShieldRule): ShieldMode[] => {
    const own = [...services].filter(([name]) => (service ?? name) === name)
    return [...new Set(own.map(([, { shield }]) => shield[rule]))]
  }
  return async (service: string | null): Promise<ShieldReport> => {
    const since = clock.now() - DAYS * DAY_MS
    const rows = await store.stops({ service, since, limit: MAX_ROWS })
    const byRule = Map.groupBy(rows, ({ rule }) => rule)
    return {
      since,
      isWhole: rows.length < MAX_ROWS,
      rules: SHIELD_RULES.map((rule) => {
        const own = byRule.get(rule) ?? []
        const stops = stopsOf(own)
        const about = { rule, modes: modesOf(service, rule), stops: stops.length }
        return { ...about, ...sumsOf(own), newest: stops.slice(0, MAX_SHOWN) }
      }),
    }
  }
}
export type ReadShield = ReturnType<typeof createShieldReport>
