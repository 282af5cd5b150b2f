// GET and POST /v/{token}: the page on which a person enters a code, and what it loads. Loaded with its first request.
// It must not lead anywhere but to its start's return_url, answer a second browser, nor take a form of another site.

import { createHash, randomBytes } from 'node:crypto'
import { newBrowserSecret } from '../../front/browser.ts'
import type { Door } from '../../front/desk.ts'
import { ASSETS, type Assets, createAssets } from '../../front/pages/assets.ts'
import type { Look } from '../../front/pages/frame.ts'
import { hostedPage } from '../../front/pages/hosted-page.ts'
import { type Notice, readNotice, writeNotice } from '../../front/pages/notice.ts'
import { cutCode } from '../../front/typed-code.ts'
import { isFactorChannel } from '../../kernel/channel.ts'
import type { Refusal } from '../../verification/api.ts'
import type { Logo } from '../../verification/policy.ts'
import { readReturnUrl, returnWith } from '../../verification/return-url.ts'
import { keepSecret, secretOf } from '../browser-secret.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { addressOf } from '../end-user.ts'
import { allowPicture } from '../middleware/security-headers.ts'
import { joinTrace } from '../middleware/trace.ts'
import {
  answerPage,
  answerSafely,
  readPageForm,
  refuseForm,
  say,
  wordsFor,
} from '../person-page.ts'
import { countedAs } from '../refuse.ts'
import { type App, namesRoute, refusesMethod } from '../register.ts'
import { createRequestRate } from '../request-rate.ts'
import { readUserAgent } from '../schemas/requests.ts'

const NAME = '/v/{token}'
const PATH = '/v/:token'
const ASSET_NAME = `${ASSETS}/{name}`
/** Each asset has its address by what is in it. */
const FOR_GOOD = 'public, max-age=31536000, immutable'
/** An office behind one address, where people reload the page while they wait. */
const REQUESTS = { max: 300, windowMs: 60_000, most: 10_000 } as const
const FORM_ID_BYTES = 16
const FORM_ID = /^[\w-]{22}$/
/** In the query of a browser that was given its cookie: where it comes back without, it keeps none. */
const GIVEN = 'opened'

/** service/compose.ts fills it. */
export type HostedPageDeps = Pick<
  AppDeps,
  'approvals' | 'clock' | 'desk' | 'logger' | 'resolveAddress' | 'tracing'
> & { logos: ReadonlyMap<string, Logo> }

type Deps = HostedPageDeps & { assets: Assets; rate: ReturnType<typeof createRequestRate> }
/** A browser at a door that it may use. */
type Visit = { c: AppContext; door: Door; look: Look; path: string }

/**
 * A browser is the first one once it comes back with its cookie: an answer that was lost, or overtaken by a second press,
 * must not leave the page to a browser that nobody has.
 */
const needsCookie = (c: AppContext, { door }: Door) =>
  c.req.method === 'GET' && c.req.query(GIVEN) === undefined && !door?.browserMac

/** What stands before a page: limit, token, and the browser, which is the first one or the only one. */
async function enter(c: AppContext, deps: Deps): Promise<Visit | Response> {
  const { desk, rate, assets, clock } = deps
  const wait = rate.refuse(countedAs(addressOf(c, deps)))
  if (wait !== undefined) {
    c.header('Retry-After', String(wait))
    return say(c, 429, 'busy')
  }
  const token = c.req.param('token') ?? ''
  const door = await desk.open(token)
  if (!door) return say(c, 404, 'gone')
  const { brandName, brandColor, name } = door.service
  const look = { brand: brandName, colour: brandColor, logo: assets.logoOf(name) }
  const id = door.verificationId
  const path = `/v/${token}`
  const maxAgeSeconds = Math.max(1, Math.ceil((door.shownUntil - clock.now()) / 1000))
  const kept = secretOf(c, desk, door)
  const secret = kept ?? newBrowserSecret()
  // mutant: C87.first-with-its-cookie
  if (kept === undefined && needsCookie(c, door)) {
    keepSecret(c, desk, id, { secret, maxAgeSeconds })
    return c.redirect(`${path}?${GIVEN}`, 303)
  }
  const binding = await desk.bind(door, secret)
  if (binding === 'gone') return say(c, 404, 'gone')
  if (binding === 'taken') return say(c, 403, 'taken', { door, look })
  if (deps.tracing) joinTrace(deps.tracing, 'own')(c)
  if (kept === undefined) keepSecret(c, desk, id, { secret, maxAgeSeconds })
  return { c, door, look, path }
}

/** Of its start, where the service still lists it. */
export function returnUrlOf({ door, service }: Door): string | null {
  const url = door?.returnUrl ?? null
  return url === null ? null : (readReturnUrl(service, url) ?? null) // mutant: C87.still-listed
}

/** With what the login flow exchanges; null: there is nowhere to go, or nothing to exchange any more. */
export function onwardOf(
  door: Door,
  { approvals, clock }: Pick<Deps, 'approvals' | 'clock'>,
): string | null {
  const url = returnUrlOf(door)
  if (url === null || (door.door?.exchangedAt ?? null) !== null) return null
  const approval = approvals.approvalCodeFor(door.record, clock.now())
  return approval && returnWith(url, { approval, verification: door.verificationId })
}

/** @param stays the script asks for the page as it is: another tab has left, or will */
async function show(visit: Visit, deps: Deps, stays: boolean): Promise<Response> {
  const { c, door, look, path } = visit
  const onward = onwardOf(door, deps)
  if (onward !== null && !stays) return c.redirect(onward, 303)
  const url = returnUrlOf(door)
  const { view } = deps.desk.show(door)
  const page = hostedPage({
    ...{ view, look, path, mayAct: door.actions, words: wordsFor(c, door) },
    ...{ script: deps.assets.script, notice: stays ? null : readNotice(c.req.query('n')) },
    formId: randomBytes(FORM_ID_BYTES).toString('base64url'),
    // The page itself leads on, where there is something to exchange.
    back: onward === null ? url : path,
  })
  return answerPage(c, page, 200, url && new URL(url).origin)
}

/** Null: the page says how it is. */
function noticeOf(refused: Refusal): Notice | null {
  switch (refused.error) {
    case 'code_incorrect':
      return { kind: 'wrong' }
    case 'invalid_request':
      return { kind: 'shape' }
    case 'rate_limited':
    case 'resend_too_early':
      return { kind: 'wait', seconds: Math.ceil(refused.retryAfterSeconds ?? 1) }
    case 'overloaded':
    case 'store_unavailable':
      return { kind: 'busy' }
    default:
      return null
  }
}

type Result = { kind: string } | Refusal

/** One form sent twice, by a second press or the back button, has one effect: with the same code. */
function keyOf(form: URLSearchParams, part: string): string | null {
  const id = form.get('form') ?? ''
  const digest = createHash('sha256').update(part).digest('base64url')
  return FORM_ID.test(id) ? `page\n${id}\n${digest}` : null // mutant: C87.one-form-one-check
}

function run({ c, door }: Visit, form: URLSearchParams, deps: Deps): Promise<Result> | null {
  const { desk } = deps
  const { channel, codeLength } = door.record
  const userAgent = readUserAgent(c.req.header('User-Agent'))
  const endUser = { clientIp: addressOf(c, deps), userAgent }
  switch (form.get('do')) {
    case 'check': {
      const code = cutCode(form.get('code') ?? '', isFactorChannel(channel) ? null : codeLength)
      return desk.check(door, code, endUser, keyOf(form, code))
    }
    case 'resend':
      return desk.resend(door, endUser, keyOf(form, 'resend'))
    case 'next':
      return desk.next(door, endUser, keyOf(form, 'next'))
    default:
      return null
  }
}

/** The answer to a form is always another page (RFC 9110 §15.4.4): reloading it sends nothing again. */
async function act(visit: Visit, form: URLSearchParams, deps: Deps): Promise<Response> {
  const { c, door, path } = visit
  const result = door.actions ? await run(visit, form, deps) : null
  if (result?.kind === 'approved') {
    const after = await deps.desk.again(door)
    return c.redirect((after && onwardOf(after, deps)) ?? path, 303)
  }
  const isRefused = result?.kind === 'refused'
  const notice = isRefused ? noticeOf(result as Refusal) : result && ({ kind: 'resent' } as const)
  return c.redirect(notice ? `${path}?n=${writeNotice(notice)}` : path, 303)
}

function addAssets(app: App, { assets }: Deps): void {
  app.on(['GET'], [`${ASSETS}/:name`], namesRoute(ASSET_NAME), (c) => {
    const asset = assets.find(c.req.param('name') ?? '')
    if (!asset) return c.body(null, 404)
    if (asset.type.startsWith('image/')) allowPicture(c)
    c.header('Cache-Control', FOR_GOOD)
    return c.body(asset.bytes, 200, { 'Content-Type': asset.type })
  })
  app.all(`${ASSETS}/:name`, namesRoute(ASSET_NAME), refusesMethod('get'))
}

export function addHostedPage(app: App, given: HostedPageDeps): void {
  const rate = createRequestRate({ ...REQUESTS, now: () => given.clock.now() })
  const deps: Deps = { ...given, rate, assets: createAssets(given.logos) }
  addAssets(app, deps)
  app.on(['GET'], [PATH], namesRoute(NAME), async (c) => {
    // Whoever only looks whether it is there is no browser.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/html' })
    return answerSafely(c, deps, async () => {
      const visit = await enter(c, deps)
      const stays = c.req.query('live') !== undefined
      return visit instanceof Response ? visit : show(visit, deps, stays)
    })
  })
  app.on(['POST'], [PATH], namesRoute(NAME), (c) =>
    answerSafely(c, deps, async () => {
      const refused = refuseForm(c)
      if (refused) return refused
      const visit = await enter(c, deps)
      if (visit instanceof Response) return visit
      const form = await readPageForm(c)
      return form instanceof Response ? form : act(visit, form, deps)
    }),
  )
  app.all(PATH, namesRoute(NAME), refusesMethod('get, post'))
}
