// A refusal that never reached the domain: answered, and recorded where the service is known; wrong keys are counted.
// It must not be used for the domain's refusals, which are recorded there, nor keep anything of a wrong key.

import { NO_SERVICE } from '../kernel/actor.ts'
import { addressKey } from '../limits/client-address.ts'
import type { FieldError, Refusal } from '../verification/api.ts'
import type { SignInLimitName } from '../verification/policy.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { peerOf } from './end-user.ts'
import { answerProblem, refusal } from './problem.ts'
import { readUserAgent } from './schemas/requests.ts'

/** `start`, `check`, `factors/confirm`, … as the domain names them. */
function routeName(path: string): string {
  if (/^\/(?:factors|approvals)\//.test(path))
    return path.slice(1).replace('{id}/', '').replace('{id}', 'delete')
  return /^\/verify\/(?:\{id\}\/)?(\w+)$/.exec(path)?.[1] ?? path
}

export function refuse(
  c: AppContext,
  deps: Pick<AppDeps, 'refusals' | 'resolveAddress'>,
  refused: Refusal,
): ReturnType<typeof answerProblem> {
  const caller = c.get('caller')
  if (caller?.service) {
    deps.refusals.record({
      error: refused.error,
      limit: null,
      subject: caller.keyId,
      source: null,
      route: routeName(c.get('route') ?? ''),
      budgetIndex: null,
      verificationId: null,
      seal: null,
      about: {},
      actor: {
        service: caller.service.name,
        keyId: caller.keyId,
        clientIp: deps.resolveAddress(peerOf(c)),
        // The header is the login flow's own; the end user's is in a body that was not accepted.
        userAgent: null,
      },
    })
  }
  return answerProblem(c, refused)
}

export function refuseFields(
  c: AppContext,
  deps: Pick<AppDeps, 'refusals' | 'resolveAddress'>,
  errors: FieldError[],
): ReturnType<typeof answerProblem> {
  const detail = 'Some fields are invalid; see errors.'
  return refuse(c, deps, refusal('invalid_request', detail, { errors }))
}

type Deps = Pick<AppDeps, 'refusals' | 'resolveAddress' | 'parseAddress' | 'metrics'>

/** The address as it is counted: for IPv6 its /64, whose holder can use any address in it. */
export function countedAs(address: string | null): string {
  return address === null ? 'unix' : addressKey(address) // mutant: C33.ipv6-site-counted
}

/** @param full the limit of the sign-in that is full; null: none */
export function recordWrongKey(
  c: AppContext,
  deps: Deps,
  at: {
    where: 'api' | 'console'
    route: string
    address: string | null
    full: SignInLimitName | null
  },
): void {
  const { where, route, address, full } = at
  deps.metrics.countWrongKey(where)
  deps.refusals.record({
    error: full === null ? 'unauthenticated' : 'rate_limited',
    limit: full,
    subject: countedAs(address),
    route,
    budgetIndex: null,
    verificationId: null,
    source: null,
    seal: null,
    about: {},
    actor: {
      service: NO_SERVICE,
      keyId: null,
      clientIp: address,
      userAgent: readUserAgent(c.req.header('User-Agent')),
    },
  })
}
