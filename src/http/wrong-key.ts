// A key that is not good, at the API or at the console's sign-in: counted for who watches.
// It must not keep anything of the key, nor make a row of each guess: the log of refusals is bounded.

import { NO_SERVICE } from '../kernel/actor.ts'
import { addressKey } from '../limits/client-address.ts'
import type { SignInLimitName } from '../verification/policy.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { readUserAgent } from './schemas/requests.ts'

type Deps = Pick<AppDeps, 'refusals' | 'resolveAddress' | 'parseAddress' | 'metrics'>

/** What an address is counted as: the /64 of an IPv6 one, whose holder picks addresses in it at will. */
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
