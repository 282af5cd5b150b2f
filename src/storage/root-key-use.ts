// The use of root keys, by key and service, as both engines count it.
// It must not read a store.

import type { UnderKey } from '../factors/ports.ts'

/** Of the open verifications, those that expire first are checked: rows of a lost key are older than the rest. */
export const MAX_LOOKED_AT = 2_000
/** Of each number: beyond it an operator needs no exact one. */
export const UNDER_KEY_BOUND = 1_000
/** Keys times services: beyond it one sentence more helps nobody. */
export const MAX_ROWS = 100

type Counted = { keyId: string; service: string; count: number }

/** One row for each key and service, by key, then by service. */
export function joinUse(
  factors: readonly Counted[],
  verifications: readonly Counted[],
): UnderKey[] {
  const rows = new Map<string, UnderKey>()
  const rowOf = ({ keyId, service }: Counted): UnderKey => {
    const name = `${keyId} ${service}`
    const row = rows.get(name) ?? { keyId, service, factors: 0, verifications: 0, isMore: false }
    rows.set(name, row)
    return row
  }
  const add = (one: Counted, name: 'factors' | 'verifications') => {
    const row = rowOf(one)
    row[name] += one.count
    row.isMore ||= row[name] >= UNDER_KEY_BOUND
  }
  for (const one of factors) add(one, 'factors')
  for (const one of verifications) add(one, 'verifications')
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}
