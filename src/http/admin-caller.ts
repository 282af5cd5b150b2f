// Who asks under /admin/api: what the key must have, and who the log says it was.
// It must not let a key of one service be more than that.

import { adminOf } from '../admin/acting.ts'
import type { Admin } from '../admin/admin.ts'
import type { Person } from '../admin/recipients.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { refusal } from './problem.ts'
import { refuse } from './refuse.ts'

export const LOOKS = { scope: 'admin:read', service: 'optional' } as const
export const ACTS = { scope: 'admin', service: 'optional' } as const

/** For routes behind `requireKey`. */
export function callingAdmin(c: AppContext, deps: Pick<AppDeps, 'resolveAddress'>): Admin {
  const caller = c.get('caller')
  if (!caller) throw new Error('the route is not behind requireKey')
  return adminOf(c, deps, { service: caller.service?.name ?? null, keyId: caller.keyId })
}

/** One answer for what does not exist and what is another service's. */
export function refuseUnknown(c: AppContext, deps: AppDeps): ReturnType<typeof refuse> {
  return refuse(c, deps, refusal('verification_not_found', 'There is no attempt with this id.'))
}

export function refuseField(
  c: AppContext,
  deps: AppDeps,
  field: string,
  detail: string,
): ReturnType<typeof refuse> {
  const errors = [{ field, detail }]
  return refuse(c, deps, refusal('invalid_request', 'Fields are at fault: see errors.', { errors }))
}

/** Undefined: `person` can be somebody. */
export function refuseUnreadable(
  c: AppContext,
  deps: AppDeps,
  person: Person,
): ReturnType<typeof refuse> | undefined {
  const { service } = callingAdmin(c, deps)
  if (deps.console.recipients.indexesOf(person, service) !== undefined) return undefined
  return refuseField(c, deps, 'to', 'must be a phone number or an address')
}
