// Every line of defence, in the order of what it keeps.
// It must not leave an invariant out: scripts/testing-page.ts fails where one has no line.

import { BUDGETS } from './budgets.ts'
import { CASES } from './cases.ts'
import { CHECKS } from './checks.ts'
import type { Defence } from './defence.ts'
import { SENDS } from './sends.ts'

/** I before C, then by number. */
function rank(keeps: string): number {
  return (keeps.startsWith('I') ? 0 : 1000) + Number(keeps.slice(1))
}

export const DEFENCES: readonly Defence[] = [...CHECKS, ...SENDS, ...BUDGETS, ...CASES].sort(
  (a, b) => rank(a.keeps) - rank(b.keeps),
)
