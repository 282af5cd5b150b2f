// What rules stopped, or would have, since the last commit: rows whose sums are added to those of the store.

import { costChanges } from '../counts/charges.ts'
import type { ModeOf, Stop } from './judge.ts'
import type { StopRow } from './log-ports.ts'
import type { Sink } from './pass.ts'

export function createPending(modeOf: ModeOf) {
  const rows = new Map<string, StopRow>()
  const rowOf = (stop: Stop, currency: string): StopRow => {
    const { rule, service, value, since } = stop
    const name = [rule, service, value, since, currency].join('\n')
    const known = rows.get(name)
    if (known) return known
    const about = { ...stop, mode: modeOf(service, rule), currency }
    const made = { ...about, starts: 0, approved: 0, micros: 0 }
    rows.set(name, made)
    return made
  }
  const sink: Sink = {
    begin(begun) {
      for (const stop of begun) rowOf(stop, '')
    },
    addStart(stopped) {
      for (const stop of stopped) rowOf(stop, '').starts += 1
    },
    addApproval(stopped) {
      for (const stop of stopped) rowOf(stop, '').approved += 1
    },
    addCost(stopped, event, isBefore) {
      for (const { currency, micros, sign } of costChanges(event, isBefore))
        if (currency !== '')
          for (const stop of stopped) rowOf(stop, currency).micros += sign * micros
    },
  }
  return {
    sink,
    rows: () => [...rows.values()],
    clear: () => rows.clear(),
  }
}
