// Puts a page of the console into the app: behind its session, in its frame, and looks at every form's origin and token.
// It must not be gone around. These pages are not in the OpenAPI document: they are no API.

import type { Handler } from 'hono'
import type { Scope } from '../access/ports.ts'
import type { AppContext, AppEnv } from '../http/deps.ts'
import { readBytes } from '../http/middleware/body.ts'
import { allowFormPage } from '../http/middleware/security-headers.ts'
import { RequestAbortedError, refusalOf } from '../http/problem.ts'
import { type App, refusesMethod } from '../http/register.ts'
import { ERRORS } from '../kernel/errors.ts'
import { readTheme, readToken } from './cookies.ts'
import type { ConsoleDeps } from './deps.ts'
import { isLedFromElsewhere, isSameOrigin } from './origin.ts'
import type { Page, SignedInPage } from './page.ts'
import { bouncePage, messagePage } from './pages/message-page.ts'
import { isSame, type Session } from './sessions.ts'

type Answer = Response | Promise<Response>
type Status = 400 | 401 | 403 | 413 | 415 | 500 | 503

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

function say(page: Page, status: Status, title: string, advice: string): Answer {
  return page.c.html(messagePage(page, { title, advice }), status)
}

function answerFault(page: Page, deps: ConsoleDeps, error: unknown): Answer {
  const { c } = page
  const refused = refusalOf(error)
  const fields = { request_id: c.get('requestId'), route: c.get('route') ?? null, err: error }
  if (error instanceof RequestAbortedError) throw error
  if (refused) {
    deps.logger.warn(fields, 'page refused')
    const { status, title } = ERRORS[refused.error]
    return say(page, status as Status, title, refused.detail)
  }
  deps.logger.error(fields, 'page failed')
  const advice = `The log of the service has the cause, under ${c.get('requestId')}.`
  return say(page, 500, 'The page could not be made', advice)
}

/** A proxy that takes a path away says so (Traefik, Spring and others): the console's links would lead past it. */
function isUnderPath(c: AppContext): boolean {
  return /[^/\s]/.test(c.req.header('X-Forwarded-Prefix') ?? '')
}

function refusePath(page: Page): Answer {
  const advice =
    'The proxy before it takes a path away (X-Forwarded-Prefix), and links of the console begin at the root. Give it a host name of its own, such as verify.example.com.'
  return say(page, 400, 'The console cannot be served under a path', advice)
}

function add(
  app: App,
  deps: ConsoleDeps,
  at: { method: 'get' | 'post'; path: string },
  run: (page: Page) => Answer,
): void {
  const named: Handler<AppEnv> = (c, next) => {
    c.set('route', at.path)
    return next()
  }
  app.on([at.method.toUpperCase()], [at.path], named, async (c) => {
    const { pathname, search } = new URL(c.req.url)
    const page: Page = {
      c,
      nonce: allowFormPage(c),
      theme: readTheme(c),
      path: pathname + search,
    }
    try {
      return isUnderPath(c) ? refusePath(page) : await run(page) // mutant: C69.console-path-notice
    } catch (error) {
      return answerFault(page, deps, error)
    }
  })
  app.all(at.path, named, refusesMethod(at.method))
}

/** What a page fetches by itself says so; who lies about it is signed out the sooner. */
const AUTOMATIC = 'X-Automatic'

async function sessionOf(c: AppContext, deps: ConsoleDeps): Promise<Session | undefined> {
  const token = readToken(c)
  if (token === undefined) return undefined
  const { sessions } = deps
  const isAutomatic = c.req.header(AUTOMATIC) !== undefined
  const session = await (isAutomatic ? sessions.look(token) : sessions.resume(token)) // mutant: C33.poll-no-renewal
  if (!session) return undefined
  const { service } = session.access
  const policy = service === null ? null : (deps.services.get(service) ?? null)
  c.set('caller', { ...session.access, service: policy })
  return session
}

async function readForm(page: Page): Promise<URLSearchParams | Response> {
  // mutant: C33.origin-check
  if (!isSameOrigin(page.c))
    return say(page, 403, 'This did not come from the console', 'Open the page here and try again.')
  if (!FORM_TYPE.test(page.c.req.header('Content-Type') ?? ''))
    return say(page, 415, 'Unsupported content type', 'Submit this through the console.')
  const bytes = await readBytes(page.c.env.incoming)
  if (!bytes) return say(page, 413, 'The form is too large', 'Enter less text.')
  return new URLSearchParams(bytes.toString('utf8'))
}

/** For anybody: before the sign-in. */
export function openPage(
  app: App,
  deps: ConsoleDeps,
  path: string,
  run: (page: Page) => Answer,
): void {
  add(app, deps, { method: 'get', path }, run)
}

export function openForm(
  app: App,
  deps: ConsoleDeps,
  path: string,
  run: (page: Page, form: URLSearchParams) => Answer,
): void {
  add(app, deps, { method: 'post', path }, async (page) => {
    const form = await readForm(page)
    return form instanceof URLSearchParams ? run(page, form) : form
  })
}

/** Behind a session that may look; who has none goes to the sign-in and comes back. */
export function showPage(
  app: App,
  deps: ConsoleDeps,
  path: string,
  run: (page: SignedInPage) => Answer,
): void {
  add(app, deps, { method: 'get', path }, async (page) => {
    const session = await sessionOf(page.c, deps)
    if (session) return run({ ...page, session })
    if (isLedFromElsewhere(page.c)) return page.c.html(bouncePage(page), 200)
    return page.c.redirect(`/admin/sign-in?to=${encodeURIComponent(page.path)}`, 303)
  })
}

/** What a session does: with its scope, and its form's token. */
export function takeForm(
  app: App,
  deps: ConsoleDeps,
  at: { path: string; scope: Scope },
  run: (page: SignedInPage, form: URLSearchParams) => Answer,
): void {
  add(app, deps, { method: 'post', path: at.path }, async (page) => {
    const session = await sessionOf(page.c, deps)
    if (!session) return say(page, 401, 'You are signed out', 'Sign in, then do it again.')
    const form = await readForm(page)
    if (!(form instanceof URLSearchParams)) return form
    // mutant: C33.csrf-token
    if (!isSame(form.get('form_token') ?? '', session.formToken))
      return say(page, 403, 'This form has expired', 'Reload the page and submit again.')
    if (session.access.scopes.has(at.scope)) return run({ ...page, session }, form)
    const advice = `It needs a key with the scope ${at.scope}.`
    return say(page, 403, 'Your key may not do this', advice)
  })
}
