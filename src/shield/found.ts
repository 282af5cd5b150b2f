// What rules stopped, or would have: starts, approved ones among them and money, by rule and by value. Pure.
// It must not grow with an attack: past a bound a value counts in its rule's sums alone.

import { costChanges } from '../counts/charges.ts'
import { SHIELD_RULES, type ShieldRule } from '../kernel/shield-rules.ts'
import type { Stop } from './judge.ts'
import type { Sink } from './pass.ts'

const MAX_VALUES = 5_000

export type Sums = {
  starts: number
  /** Of those starts: people who would have been stopped for nothing. */
  approved: number
  /** By currency; '': no price was known. */
  micros: Map<string, number>
}
export type FoundValue = Sums & {
  rule: ShieldRule
  service: string
  value: string
  /** Of the first and the last stop. */
  since: number
  until: number
  stops: number
}

const nothing = (): Sums => ({ starts: 0, approved: 0, micros: new Map() })

function addMoney(sums: Sums, currency: string, micros: number): void {
  sums.micros.set(currency, (sums.micros.get(currency) ?? 0) + micros)
}

export function createFound() {
  /** Of starts, whichever rules stopped them. */
  const all = nothing()
  const byRule = new Map(SHIELD_RULES.map((rule) => [rule, { ...nothing(), stops: 0 }]))
  const values = new Map<string, FoundValue>()

  const knownValue = ({ rule, service, value, since, until }: Stop): FoundValue | undefined => {
    const name = `${rule}\n${service}\n${value}`
    const known = values.get(name)
    if (known) return known
    if (values.size >= MAX_VALUES) return undefined
    const made = { ...nothing(), rule, service, value, since, until, stops: 0 }
    values.set(name, made)
    return made
  }
  const sumsOf = (stop: Stop): Sums[] =>
    [byRule.get(stop.rule), knownValue(stop)].filter((sums) => sums !== undefined)
  const add = (stopped: readonly Stop[], change: (sums: Sums) => void) => {
    if (stopped.length === 0) return
    change(all)
    for (const stop of stopped) for (const sums of sumsOf(stop)) change(sums)
  }

  return {
    begin(begun: readonly Stop[]) {
      for (const stop of begun) {
        const rule = byRule.get(stop.rule)
        if (rule) rule.stops += 1
        const value = knownValue(stop)
        if (!value) continue
        value.stops += 1
        value.until = stop.until
      }
    },
    addStart: (stopped: readonly Stop[]) =>
      add(stopped, (sums) => {
        sums.starts += 1
      }),
    addApproval: (stopped: readonly Stop[]) =>
      add(stopped, (sums) => {
        sums.approved += 1
      }),
    addCost: ((stopped, event, isBefore) => {
      for (const { currency, micros, sign } of costChanges(event, isBefore))
        add(stopped, (sums) => addMoney(sums, currency, sign * micros))
    }) satisfies Sink['addCost'],
    all: () => all,
    rules: () => [...byRule].map(([rule, sums]) => ({ rule, ...sums })),
    /** In no order. */
    values: (): FoundValue[] => [...values.values()],
  }
}
export type Found = ReturnType<typeof createFound>
