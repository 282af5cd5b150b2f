// The key of a request and whether it suffices: 401 without a valid key, 403 without the scope.
// It must not reveal why a key is not valid.

import type { Scope } from '../../access/ports.ts'
import type { Caller } from '../../verification/api.ts'
import type { AppContext, AppDeps, Step } from '../deps.ts'
import { addressOf } from '../end-user.ts'
import { answerProblem, refusal } from '../problem.ts'
import { recordWrongKey, refuse } from '../refuse.ts'

/** `service`: whether the key must belong to one. */
export type Requirement = { scope: Scope; service: 'required' | 'optional' }

export const VERIFY = { scope: 'verify', service: 'required' } as const
export const READ = { scope: 'admin:read', service: 'optional' } as const
/** For one verification: reveal, cancel, send again. */
export const SUPPORT = { scope: 'admin:support', service: 'optional' } as const
export const WRITE = { scope: 'admin', service: 'optional' } as const

/** RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1). */
const BEARER = /^bearer +(?<token>\S.*)$/i

export function requireKey(deps: AppDeps, needed: Requirement): Step {
  return async (c) => {
    const token = BEARER.exec(c.req.header('Authorization') ?? '')?.groups?.token
    const access = token ? await deps.authenticator.authenticate(token.trim()) : undefined
    const service = access?.service == null ? null : deps.services.get(access.service)
    if (!access || service === undefined) {
      // A request without any key is no guess: every scanner sends them.
      // mutant: C33.api-wrong-keys
      if (token) {
        const at = { where: 'api', route: c.get('route') ?? '', full: null } as const
        recordWrongKey(c, deps, { ...at, address: addressOf(c, deps) })
      }
      const detail = 'Send an API key: Authorization: Bearer <key>.'
      return answerProblem(c, refusal('unauthenticated', detail))
    }
    c.set('caller', { ...access, service })
    // mutant: C35.route-scope
    if (!access.scopes.has(needed.scope))
      return refuse(c, deps, refusal('scope_missing', `The key needs the scope ${needed.scope}.`))
    if (needed.service === 'required' && service === null)
      return refuse(c, deps, refusal('scope_missing', 'The key must belong to a service.'))
    return undefined
  }
}

/** For routes behind `requireKey` with `service: 'required'`. */
export function callerOf(c: AppContext): Caller {
  const caller = c.get('caller')
  if (!caller?.service) throw new Error('the route is not behind requireKey')
  return { service: caller.service, keyId: caller.keyId }
}
