// A key that is not good, at the API or at the console's sign-in: counted for who watches.
// It must not keep anything of the key, nor make a row of each guess: the log of refusals is bounded.

import { countedAs } from '../admin/wrong-keys.ts'
import { NO_SERVICE } from '../kernel/actor.ts'
import type { SignInLimitName } from '../verification/policy.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { readUserAgent } from './schemas/requests.ts'

type Deps = Pick<AppDeps, 'refusals' | 'resolveAddress' | 'parseAddress' | 'metrics'>

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
