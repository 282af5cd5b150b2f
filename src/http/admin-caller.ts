// The caller under /admin/api or in the console: its name in the log, and the person a request is about.
// It must not let a key of one service reach another one's data.

import type { z } from '@hono/zod-openapi'
import type { Admin } from '../admin/ports.ts'
import type { Person } from '../admin/recipients.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { addressOf } from './end-user.ts'
import { type answerProblem, refusal } from './problem.ts'
import { refuse, refuseFields } from './refuse.ts'
import type { PersonBody } from './schemas/people.ts'
import { readUserAgent } from './schemas/requests.ts'

type Refused = ReturnType<typeof answerProblem>
type RefusingDeps = Pick<AppDeps, 'refusals' | 'resolveAddress'>

/** @param key its service; null: all */
export function adminOf(
  c: AppContext,
  deps: Pick<AppDeps, 'resolveAddress'>,
  { service, keyId }: Pick<Admin, 'service' | 'keyId'>,
): Admin {
  const userAgent = readUserAgent(c.req.header('User-Agent'))
  return { service, keyId, clientIp: addressOf(c, deps), userAgent }
}

/** The service a key is bound to; null: every service. */
export function serviceOf(c: AppContext): string | null {
  return c.get('caller')?.service?.name ?? null
}

/** For routes behind `requireKey`. */
export function callingAdmin(c: AppContext, deps: Pick<AppDeps, 'resolveAddress'>): Admin {
  const caller = c.get('caller')
  if (!caller) throw new Error('the route is not behind requireKey')
  return adminOf(c, deps, { service: caller.service?.name ?? null, keyId: caller.keyId }) // mutant: C35.admin-acts-service
}

/** The same answer for an id that does not exist and for one of another service. */
export function refuseUnknown(c: AppContext, deps: RefusingDeps): Refused {
  return refuse(
    c,
    deps,
    refusal('verification_not_found', 'There is no verification with this id.'),
  )
}

export function refuseField(
  c: AppContext,
  deps: RefusingDeps,
  field: string,
  detail: string,
): Refused {
  return refuseFields(c, deps, [{ field, detail }])
}

/** A key of one service may name that service, or none. Undefined: it does so. */
export function refuseOtherService(
  c: AppContext,
  deps: RefusingDeps,
  named: string | undefined,
): Refused | undefined {
  const service = serviceOf(c)
  if (service === null || named === undefined || named === service) return undefined
  return refuseField(c, deps, 'service', 'is not the service of the key')
}

/** The person that a body names: a subject, or the one recipient that `to` means in the services the key sees. */
export function readPerson(
  c: AppContext,
  deps: RefusingDeps & { admin: Pick<AppDeps['admin'], 'recipients'> },
  { to, subject, country }: z.infer<typeof PersonBody>,
): { person: Person } | { refused: Refused } {
  if (subject !== undefined) return { person: { to: null, subject } }
  const about = { service: serviceOf(c), country: country?.toUpperCase() ?? null }
  const [person, another] = deps.admin.recipients.readingsOf(to ?? '', about)
  const detail = person
    ? 'is a valid number in several countries: write it with + and its country code, or give country'
    : 'must be a phone number or an address'
  return person && !another ? { person } : { refused: refuseField(c, deps, 'to', detail) } // mutant: C74.ambiguous-no-erase
}

type Named = {
  to?: string | undefined
  subject?: string | undefined
  country?: string | undefined
}

/** The indexes that a search filters by: those of every spelling of a recipient; undefined: it names nobody. */
export function readIndexes(
  c: AppContext,
  deps: RefusingDeps & Pick<AppDeps, 'eventIndexes'>,
  given: Named,
  field: 'to' | 'recipient' = 'to',
): { budgetIndexes: readonly Uint8Array[] | undefined } | { refused: Refused } {
  const { to = null, subject = null } = given
  if (to === null && subject === null) return { budgetIndexes: undefined }
  const country = given.country?.toUpperCase() ?? null
  const budgetIndexes = deps.eventIndexes({ service: serviceOf(c), to, country, subject })
  if (budgetIndexes) return { budgetIndexes }
  return { refused: refuseField(c, deps, field, 'must be a phone number or an address') }
}

/** The same of a body that may name a service, too. */
export function readSearch(
  c: AppContext,
  deps: Parameters<typeof readIndexes>[1],
  given: Named & { service?: string | undefined },
): ReturnType<typeof readIndexes> {
  const refused = refuseOtherService(c, deps, given.service)
  return refused ? { refused } : readIndexes(c, deps, given)
}
