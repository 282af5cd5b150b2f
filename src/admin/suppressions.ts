// Suppressed recipients for pages, API and commands: the list, and lifting one with a reason.
// It must not reach beyond the service that the admin's key is bound to.

import type { Clock } from '../kernel/clock.ts'
import type { Suppression, Suppressions } from '../verification/suppression.ts'
import { actorOf } from './people.ts'
import type { Admin } from './ports.ts'

/** Room for a sentence and the number of a ticket. */
export const MAX_LIFT_REASON = 200

export type SuppressionAdmin = ReturnType<typeof createSuppressionAdmin>

/** @throws StoreUnavailableError everywhere */
export function createSuppressionAdmin(deps: {
  suppressions: Pick<Suppressions, 'list' | 'lift'>
  clock: Clock
}) {
  const { suppressions, clock } = deps
  return {
    list: suppressions.list,
    /** Logged with its reason, which names nobody. Undefined: the admin sees no such suppression. */
    lift(admin: Admin, id: string, reason: string): Promise<Suppression | undefined> {
      return suppressions.lift({
        id,
        service: admin.service,
        now: clock.now(),
        actor: actorOf(admin, admin.service),
        details: { lift_reason: reason },
      })
    },
  }
}
