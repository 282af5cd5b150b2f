// What the shield's rules would have stopped in the stored log, as a report: by rule, the worst values first.
// It must not show an address: a rule counts it under a keyed hash.

import { setTimeout as sleep } from 'node:timers/promises'
import { OverloadedError } from '../kernel/errors.ts'
import type { ShieldRule } from '../kernel/shield-rules.ts'
import type { FactDeps } from '../shield/facts.ts'
import type { FoundValue, Sums } from '../shield/found.ts'
import type { WatchedLog } from '../shield/log-ports.ts'
import { type Progress, type ReplayQuery, replay, type StoppedStart } from '../shield/replay.ts'

/** Of each rule. */
const MAX_SHOWN = 20

export type Money = { micros: number; currency: string }
export type StoppedSums = { starts: number; approved: number; costs: Money[] }
export type StoppedValue = StoppedSums &
  Pick<FoundValue, 'service' | 'since' | 'until' | 'stops'> & { value: string }

export type WhatIf = {
  since: number
  until: number
  events: number
  /** Of recipients that were not approved before: the others are never stopped. */
  starts: number
  isComplete: boolean
  /** By any rule. */
  all: StoppedSums
  rules: (StoppedSums & { rule: ShieldRule; stops: number; values: StoppedValue[] })[]
}

const sumsOf = ({ starts, approved, micros }: Sums): StoppedSums => {
  const costs = [...micros].map(([currency, sum]) => ({ micros: sum, currency }))
  return { starts, approved, costs: costs.filter((one) => one.currency !== '') }
}

/** Of an address its domain alone. */
export const shownValue = (rule: ShieldRule, value: string) =>
  rule === 'address' ? `•••${value.slice(value.indexOf('@'))}` : value

const toValue = (found: FoundValue): StoppedValue => {
  const { rule, value, service, since, until, stops } = found
  return { ...sumsOf(found), value: shownValue(rule, value), service, since, until, stops }
}

export type WhatIfQuery = ReplayQuery & {
  /** Default: all. */
  rules?: readonly ShieldRule[]
  onSlice?: (progress: Progress) => Promise<void>
  onStopped?: (start: StoppedStart) => void
}

/** @throws StoreUnavailableError, and what `onSlice` throws */
export function createWhatIf(deps: FactDeps & { log: WatchedLog }) {
  return async ({ rules, onSlice, onStopped, ...query }: WhatIfQuery): Promise<WhatIf> => {
    const { found, events, starts, isComplete } = await replay(
      {
        ...deps,
        ...(rules && { rules }),
        ...(onSlice && { onSlice }),
        ...(onStopped && { onStopped }),
      },
      query,
    )
    const values = Map.groupBy(found.values(), ({ rule }) => rule)
    return {
      ...{ since: query.since, until: query.until, events, starts, isComplete },
      all: sumsOf(found.all()),
      rules: found.rules().flatMap(({ rule, stops, ...sums }) => {
        if (rules && !rules.includes(rule)) return []
        const own = (values.get(rule) ?? []).sort((a, b) => b.starts - a.starts)
        return [{ rule, stops, ...sumsOf(sums), values: own.slice(0, MAX_SHOWN).map(toValue) }]
      }),
    }
  }
}
export type ReadWhatIf = ReturnType<typeof createWhatIf>

/** Some ten seconds of reading; longer logs are read by the command. */
const MAX_EVENTS = 200_000
/** Between two slices: requests have as much of the event loop as the reading has. */
const PAUSE_MS = 5

/** Beside requests: one at a time on a node. @throws OverloadedError where one runs */
export function createWhatIfBeside(whatIf: ReadWhatIf) {
  let isRunning = false
  return async (query: Omit<WhatIfQuery, 'onSlice' | 'onStopped' | 'maxEvents'>) => {
    if (isRunning) throw new OverloadedError('another what-if is running')
    isRunning = true
    try {
      return await whatIf({
        ...{ ...query, maxEvents: MAX_EVENTS },
        onSlice: () => sleep(PAUSE_MS),
      })
    } finally {
      isRunning = false
    }
  }
}
