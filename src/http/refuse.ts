// A refusal that never reached the domain: answered, and recorded where the service is known.
// It must not be used for the domain's refusals: those are recorded there.

import type { FieldError, Refusal } from '../verification/api.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { peerOf } from './end-user.ts'
import { answerProblem, refusal } from './problem.ts'

/** `start`, `check`, `factors/confirm`, … as the domain names them. */
function routeName(path: string): string {
  if (path.startsWith('/factors/'))
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
        // The header is the login flow's own; the end user's stands in a body that was not taken.
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
