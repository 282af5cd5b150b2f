// Who asks under /admin/api: what the key must have, and who the log says it was.
// It must not let a key of one service be more than that.

import type { z } from '@hono/zod-openapi'
import type { Admin } from '../admin/ports.ts'
import type { Person } from '../admin/recipients.ts'
import { adminOf } from './admin-from-request.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { refusal } from './problem.ts'
import { refuse } from './refuse.ts'
import type { PersonBody } from './schemas/people.ts'

export const READ = { scope: 'admin:read', service: 'optional' } as const
export const WRITE = { scope: 'admin', service: 'optional' } as const

/** For routes behind `requireKey`. */
export function callingAdmin(c: AppContext, deps: Pick<AppDeps, 'resolveAddress'>): Admin {
  const caller = c.get('caller')
  if (!caller) throw new Error('the route is not behind requireKey')
  return adminOf(c, deps, { service: caller.service?.name ?? null, keyId: caller.keyId }) // mutant: C35.admin-acts-service
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
  return refuse(
    c,
    deps,
    refusal('invalid_request', 'Some fields are invalid; see errors.', { errors }),
  )
}

/** Whom a body names: a subject, or the one recipient that `to` means to the services that the key sees. */
export function readPerson(
  c: AppContext,
  deps: AppDeps,
  { to, subject, country }: z.infer<typeof PersonBody>,
): { person: Person } | { refused: ReturnType<typeof refuse> } {
  if (subject !== undefined) return { person: { to: null, subject } }
  const { service } = callingAdmin(c, deps)
  const about = { service, country: country?.toUpperCase() ?? null }
  const [person, another] = deps.admin.recipients.readingsOf(to ?? '', about)
  const detail = person
    ? 'is a number in several countries: give it with + and its country code, or give country'
    : 'must be a phone number or an address'
  return person && !another ? { person } : { refused: refuseField(c, deps, 'to', detail) } // mutant: C74.ambiguous-no-erase
}
