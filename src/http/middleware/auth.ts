// The key of a request and whether it suffices: 401 without a valid key, 403 without the scope.
// It must not reveal why a key is not valid.

import type { Scope } from '../../access/ports.ts'
import type { Caller, Refusal } from '../../verification/api.ts'
import type { AppContext, AppDeps, Step } from '../deps.ts'
import { addressOf } from '../end-user.ts'
import { answerProblem, refusal } from '../problem.ts'
import { recordWrongKey, refuse } from '../refuse.ts'

/** `service`: whether the key must belong to one. */
export type Requirement = { scope: Scope | readonly Scope[]; service: 'required' | 'optional' }

export const VERIFY = { scope: 'verify', service: 'required' } as const
/** For a code that the caller made and checks. */
export const RELAY = { scope: 'relay', service: 'required' } as const
/** Either: a `relay` key reaches its own kind alone. */
export const VERIFY_OR_RELAY = { scope: ['verify', 'relay'], service: 'required' } as const
export const READ = { scope: 'admin:read', service: 'optional' } as const
/** For one verification: reveal, cancel, send again. */
export const SUPPORT = { scope: 'admin:support', service: 'optional' } as const
export const WRITE = { scope: 'admin', service: 'optional' } as const

/** RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1). */
const BEARER = /^bearer +(?<token>\S.*)$/i

/** Any of them. */
export const scopesOf = ({ scope }: Requirement): readonly Scope[] =>
  typeof scope === 'string' ? [scope] : scope

const lacks = (words: string) => refusal('scope_missing', `The key needs the scope ${words}.`)

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
    const scopes = scopesOf(needed)
    // mutant: C35.route-scope
    if (!scopes.some((scope) => access.scopes.has(scope)))
      return refuse(c, deps, lacks(scopes.join(' or ')))
    if (needed.service === 'required' && service === null)
      return refuse(c, deps, refusal('scope_missing', 'The key must belong to a service.'))
    return undefined
  }
}

/** Why this key may not start so: a code is given by a caller that may do nothing else. */
export function lackingFor(
  { ownCodesOnly }: Caller,
  { code }: { code?: string | undefined },
): Refusal | undefined {
  if (!ownCodesOnly && code !== undefined) return lacks('relay') // mutant: C92.relay-gives-code
  return ownCodesOnly && code === undefined ? lacks('verify') : undefined
}

/** For routes behind `requireKey` with `service: 'required'`. */
export function callerOf(c: AppContext): Caller {
  const caller = c.get('caller')
  if (!caller?.service) throw new Error('the route is not behind requireKey')
  const { service, keyId, scopes } = caller
  return scopes.has('relay') ? { service, keyId, ownCodesOnly: true } : { service, keyId }
}
