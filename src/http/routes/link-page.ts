// GET and POST /l/{token}: the link of a mail. Programs open it before people do: they fetch it, run its script, send its form.
// Nothing but a POST of the browser that asked may change or cost anything. Loaded with its first request.

import type { Door } from '../../front/desk.ts'
import { logoPaths } from '../../front/pages/assets.ts'
import { linkPage } from '../../front/pages/link-page.ts'
import type { Logo } from '../../verification/policy.ts'
import { statusAt } from '../../verification/state.ts'
import { secretOf } from '../browser-secret.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { addressOf } from '../end-user.ts'
import { joinTrace } from '../middleware/trace.ts'
import { answerPage, answerSafely, say, wordsFor } from '../person-page.ts'
import { countedAs } from '../refuse.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'
import { createRequestRate } from '../request-rate.ts'
import { isSameOrigin } from '../same-origin.ts'
import { readUserAgent } from '../schemas/requests.ts'
import { onwardOf, returnUrlOf } from './hosted-page.ts'

const NAME = '/l/{token}'
const PATH = '/l/:token'
/** Of this page alone: scanners of one company come from few addresses. */
const REQUESTS = { max: 300, windowMs: 60_000, most: 10_000 } as const

/** service/compose-front.ts fills it. */
export type LinkPageDeps = Pick<
  AppDeps,
  'approvals' | 'clock' | 'desk' | 'logger' | 'resolveAddress' | 'tracing'
> & { logos: ReadonlyMap<string, Logo> }
type Deps = Omit<LinkPageDeps, 'logos'> & { logoOf: (service: string) => string | null }
type Visit = { token: string; door: Door; isBound: boolean }

function enter(c: AppContext, deps: Deps, rate: ReturnType<typeof createRequestRate>) {
  const wait = rate.refuse(countedAs(addressOf(c, deps)))
  if (wait !== undefined) {
    c.header('Retry-After', String(wait))
    return say(c, 429, 'busy')
  }
  return visitOf(c, deps, c.req.param('token') ?? '')
}

async function visitOf(c: AppContext, { desk }: Deps, token: string): Promise<Visit | Response> {
  const door = await desk.openLink(token)
  if (!door) return say(c, 404, 'gone')
  const secret = secretOf(c, desk, door)
  return { token, door, isBound: secret !== undefined && desk.isBound(door, secret) }
}

function show(c: AppContext, { clock, logoOf }: Deps, visit: Visit, status: 200 | 403 = 200) {
  const { token, door, isBound } = visit
  const { record, service } = door
  const page = linkPage({
    words: wordsFor(c, door),
    look: { brand: service.brandName, colour: service.brandColor, logo: logoOf(service.name) },
    purpose: record.purpose,
    status: statusAt(record, clock.now()),
    ...{ isBound, path: `/l/${token}` },
  })
  const url = returnUrlOf(door)
  return answerPage(c, page, status, url && new URL(url).origin)
}

/** On to where the hosted page leads, with what the login flow exchanges. */
function leadOn(c: AppContext, deps: Deps, visit: Visit) {
  const onward = visit.isBound ? onwardOf(visit.door, deps) : null // mutant: C89.leads-the-asking-one
  return onward === null ? show(c, deps, visit) : c.redirect(onward, 303)
}

async function press(c: AppContext, deps: Deps, visit: Visit): Promise<Response> {
  const { token, door, isBound } = visit
  if (!isBound || !isSameOrigin(c)) return show(c, deps, { ...visit, isBound: false }, 403) // mutant: C89.asking-cookie
  const userAgent = readUserAgent(c.req.header('User-Agent'))
  const result = await deps.desk.approve(door, token, { clientIp: addressOf(c, deps), userAgent })
  if (result.kind === 'refused' && result.error === 'rate_limited') {
    c.header('Retry-After', String(Math.ceil(result.retryAfterSeconds ?? 1)))
    return say(c, 429, 'busy')
  }
  const after = await deps.desk.again(door)
  return after ? leadOn(c, deps, { ...visit, door: after }) : say(c, 404, 'gone')
}

export function addLinkPage(app: App, { logos, ...given }: LinkPageDeps): void {
  const rate = createRequestRate({ ...REQUESTS, now: () => given.clock.now() })
  const paths = logoPaths(logos)
  const deps: Deps = { ...given, logoOf: (service) => paths.get(service) ?? null }
  const answer = (
    act: (c: AppContext, deps: Deps, visit: Visit) => Response | Promise<Response>,
  ) => {
    return (c: AppContext) =>
      answerSafely(c, deps, async () => {
        c.header('X-Robots-Tag', 'noindex, nofollow')
        const visit = await enter(c, deps, rate)
        if (visit instanceof Response) return visit
        if (deps.tracing) joinTrace(deps.tracing, 'own')(c)
        return act(c, deps, visit)
      })
  }
  // Hono answers HEAD by GET's handler.
  app.on(['GET'], [PATH], namesRoute(NAME), answer(leadOn))
  app.on(['POST'], [PATH], namesRoute(NAME), answer(press))
  app.all(PATH, namesRoute(NAME), refusesMethod('get, post'))
}
