// What stands before a view, and before its body is read: the limit of its address, token, origin, and the one browser.
// It must not tell a forged token from one that has ended.

import type { Door } from '../front/desk.ts'
import { BROWSER_HEADER, secretOf } from './browser-secret.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { addressOf } from './end-user.ts'
import { mayAsk } from './front-origins.ts'
import { answerProblem, refusal } from './problem.ts'
import { countedAs } from './refuse.ts'
import { createRequestRate, type RequestRate } from './request-rate.ts'

/** An office behind one address, where ten people wait for a code and each asks once in two seconds. */
const REQUESTS = { max: 300, windowMs: 60_000, most: 10_000 } as const
/** Of an address that answers JSON. */
const JSON_ENDING = /\.json$/

type Deps = Pick<AppDeps, 'clock' | 'desk' | 'resolveAddress'>
type Problem = ReturnType<typeof answerProblem>

export const unknownView = () =>
  refusal('view_not_found', 'The link is not valid, or what it led to has ended. Start over.')

/** For each route that shares its count of requests. */
export function createViewEntry() {
  let rate: RequestRate | undefined
  return async (c: AppContext, deps: Deps): Promise<Problem | undefined> => {
    rate ??= createRequestRate({ ...REQUESTS, now: () => deps.clock.now() })
    const wait = rate.refuse(countedAs(addressOf(c, deps)))
    if (wait !== undefined) {
      const detail = `Too many requests come from this address; try again in ${wait} s.`
      return answerProblem(c, refusal('rate_limited', detail, { retryAfterSeconds: wait }))
    }
    const door = await deps.desk.open((c.req.param('token') ?? '').replace(JSON_ENDING, ''))
    if (!door) return answerProblem(c, unknownView())
    if (!mayAsk(c, door.service)) {
      const detail = 'Add the origin of the page to FRONT_ORIGINS of the service.'
      return answerProblem(c, refusal('origin_not_allowed', detail))
    }
    return bindBrowser(c, deps, door)
  }
}

async function bindBrowser(
  c: AppContext,
  { desk }: Deps,
  door: Door,
): Promise<Problem | undefined> {
  const secret = secretOf(c, desk, door)
  if (secret === undefined) {
    const detail = 'must be 32 random bytes in base64url, the same for every request'
    const errors = [{ field: BROWSER_HEADER, detail }]
    return answerProblem(c, refusal('invalid_request', `${BROWSER_HEADER} ${detail}.`, { errors }))
  }
  const binding = await desk.bind(door, secret)
  if (binding === 'gone') return answerProblem(c, unknownView())
  if (binding !== 'bound') {
    const detail = 'It was opened in another browser before. Continue there, or start over.'
    return answerProblem(c, refusal('view_taken', detail))
  }
  c.set('door', door)
  return undefined
}

/** For routes behind `createViewEntry`. */
export function doorOf(c: AppContext): Door {
  const door = c.get('door')
  if (!door) throw new Error('the route has no view token in front of it')
  return door
}
