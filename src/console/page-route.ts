// Puts pages of the console into the app: behind a session, in their frame, each form checked for its origin and token.
// It must not be bypassed. These pages are not in the OpenAPI document: they are no API.

import type { Scope } from '../access/ports.ts'
import { adminOf } from '../http/admin-caller.ts'
import type { AppContext, AppDeps } from '../http/deps.ts'
import { readBytes } from '../http/middleware/body.ts'
import { allowFormPage } from '../http/middleware/security-headers.ts'
import { RequestAbortedError, refusalOf } from '../http/problem.ts'
import { type App, namesRoute, refusesMethod } from '../http/register.ts'
import { FORM_TYPE, isSameOrigin } from '../http/same-origin.ts'
import { ERRORS } from '../kernel/errors.ts'
import { readTheme, readToken } from './cookies.ts'
import type { OidcParts } from './flows.ts'
import { isLedFromElsewhere } from './origin.ts'
import { isSame } from './session-holders.ts'
import type { Session, Sessions } from './sessions.ts'
import { bouncePage, messagePage, type Page, type SignedInPage } from './shell.ts'
import type { WrongKeys } from './wrong-keys.ts'

/** service/compose-admin.ts fills it. */
export type ConsoleDeps = AppDeps & {
  sessions: Sessions
  wrongKeys: WrongKeys
  /** Null: people sign in with keys alone. */
  oidc: OidcParts | null
}

export type Answer = Response | Promise<Response>
type Status = 400 | 401 | 403 | 404 | 413 | 415 | 500 | 503

/** Sent with every automatic request of a page; a page that omits it is only signed out later. */
const AUTOMATIC = 'X-Automatic'

export const say = (page: Page, status: Status, title: string, advice: string): Answer =>
  page.c.html(messagePage(page, title, advice), status)

function answerFault(page: Page, deps: ConsoleDeps, error: unknown): Answer {
  if (error instanceof RequestAbortedError) throw error
  const { c } = page
  const id = c.get('requestId')
  const fields = { request_id: id, route: c.get('route') ?? null, err: error }
  const refused = refusalOf(error)
  if (refused) {
    deps.logger.warn(fields, 'page refused')
    const { status, title } = ERRORS[refused.error]
    return say(page, status as Status, title, refused.detail)
  }
  deps.logger.error(fields, 'page failed')
  return say(
    page,
    500,
    'The page could not be shown',
    `The cause is in the log of the service, under ${id}.`,
  )
}

/** A proxy that strips a path says so (Traefik, Spring and others): the console's links would lead past it. */
function isUnderPath(c: AppContext): boolean {
  return /[^/\s]/.test(c.req.header('X-Forwarded-Prefix') ?? '')
}

const UNDER_PATH = [
  'The console cannot be served under a path',
  'The proxy strips a path (X-Forwarded-Prefix), but the console’s links start at the root. Give it a host name of its own, such as verify.example.com.',
] as const

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

export type Pages = ReturnType<typeof createPages>

export function createPages(app: App, deps: ConsoleDeps) {
  const add = (method: 'get' | 'post', path: string, run: (page: Page) => Answer) => {
    app.on([method.toUpperCase()], [path], namesRoute(path), async (c) => {
      const { pathname, search } = new URL(c.req.url)
      const page = { c, nonce: allowFormPage(c), theme: readTheme(c), path: pathname + search }
      try {
        return isUnderPath(c) ? say(page, 400, ...UNDER_PATH) : await run(page) // mutant: C69.console-path-notice
      } catch (error) {
        return answerFault(page, deps, error)
      }
    })
    app.all(path, namesRoute(path), refusesMethod(method))
  }
  const signedIn = (page: Page, session: Session): SignedInPage => {
    return { ...page, session, admin: adminOf(page.c, deps, session.access) }
  }

  return {
    /** For anybody: before the sign-in. */
    openPage: (path: string, run: (page: Page) => Answer) => add('get', path, run),

    openForm(path: string, run: (page: Page, form: URLSearchParams) => Answer) {
      add('post', path, async (page) => {
        const form = await readForm(page)
        return form instanceof URLSearchParams ? run(page, form) : form
      })
    },

    /** For a session of any scope. Without one, a visitor signs in first and then returns. */
    showPage(path: string, run: (page: SignedInPage) => Answer) {
      add('get', path, async (page) => {
        const session = await sessionOf(page.c, deps)
        if (session) return run(signedIn(page, session))
        if (isLedFromElsewhere(page.c)) return page.c.html(bouncePage(page), 200)
        return page.c.redirect(`/admin/sign-in?to=${encodeURIComponent(page.path)}`, 303)
      })
    },

    /** For a session with this scope, from a form with its token. */
    takeForm(
      path: string,
      scope: Scope,
      run: (page: SignedInPage, form: URLSearchParams) => Answer,
    ) {
      add('post', path, async (page) => {
        const session = await sessionOf(page.c, deps)
        if (!session) return say(page, 401, 'You are signed out', 'Sign in, then try again.')
        const form = await readForm(page)
        if (!(form instanceof URLSearchParams)) return form
        // mutant: C33.csrf-token
        if (!isSame(form.get('form_token') ?? '', session.formToken))
          return say(page, 403, 'This form has expired', 'Reload the page and submit again.')
        if (session.access.scopes.has(scope)) return run(signedIn(page, session), form)
        return say(page, 403, 'You are not allowed to do this', `It needs the scope ${scope}.`)
      })
    },
  }
}
