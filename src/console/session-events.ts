// In the log: who signed in and out, and by which way.

import { actorOf } from '../admin/people.ts'
import type { EventDetails } from '../events/types.ts'
import { adminOf } from '../http/admin-caller.ts'
import type { ConsoleDeps } from './page-route.ts'
import type { Session } from './sessions.ts'
import type { Page } from './shell.ts'

export function appendSession(
  { c }: Page,
  deps: ConsoleDeps,
  { access }: Session,
  type: 'admin.signed_in' | 'admin.signed_out',
  details: EventDetails = {},
): Promise<void> {
  const actor = actorOf(adminOf(c, deps, access), access.service)
  const at = deps.clock.now()
  const about = { budgetIndex: null, verificationId: null, details }
  return deps.events.append([{ ...actor, at, type, ...about }])
}
