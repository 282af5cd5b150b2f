// Under which keys the limits are counted that an admin may lift for one person.
// It must not hand out the key of any other counter.

import { type LimitKeyDeps, sendLimitKeys } from './budgets.ts'
import { isLiftable, type Liftable } from './liftable.ts'
import type { LimitKey } from './limit-ports.ts'
import type { Party } from './party.ts'
import type { ServicePolicy } from './policy.ts'

/** @param name null: each that is counted. @returns nothing for a subject, to whom no message goes */
export function liftableKeys(
  deps: LimitKeyDeps,
  service: ServicePolicy,
  party: Party,
  name: Liftable | null,
): LimitKey[] {
  if (party.kind === 'subject') return []
  const about = { service, recipient: party, clientIp: null }
  return [false, true]
    .flatMap((authenticated) => sendLimitKeys(deps, { ...about, authenticated }))
    .filter((key) => isLiftable(key.name) && (name === null || key.name === name)) // mutant: C73.shared-limits-kept
}
