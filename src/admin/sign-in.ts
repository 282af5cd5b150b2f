// GET /admin/sign-in, POST /admin/session (in) and POST /admin/session/end (out).
// It must not tell why a key is not good, nor look at one before the limit was asked.

import type { AppDeps } from '../http/deps.ts'
import type { App } from '../http/register.ts'
import { readUserAgent } from '../http/schemas/requests.ts'
import { type Actor, NO_SERVICE } from '../kernel/actor.ts'
import { clearToken, readToken, writeToken } from './cookies.ts'
import { addressOf, isInClear, ownPath } from './origin.ts'
import type { Page } from './page.ts'
import { openForm, openPage, takeForm } from './page-route.ts'
import { signInPage } from './pages/sign-in-page.ts'
import type { Session } from './sessions.ts'

/** Longer than any key: hashing more would be work for nothing. */
const MAX_KEY_LENGTH = 512

function actorOf(page: Page, deps: AppDeps, session: Session | null): Actor {
  return {
    service: session?.access.service ?? NO_SERVICE,
    keyId: session?.access.keyId ?? null,
    clientIp: addressOf(page.c, deps),
    userAgent: readUserAgent(page.c.req.header('User-Agent')),
  }
}

function recordRefusal(page: Page, deps: AppDeps, error: string, limit: 'sign_in_per_ip' | null) {
  const actor = actorOf(page, deps, null)
  const found = { budgetIndex: null, verificationId: null }
  const subject = actor.clientIp ?? ''
  deps.refusals.record({ error, limit, actor, subject, route: 'admin/session', ...found })
}

function append(
  page: Page,
  deps: AppDeps,
  session: Session,
  type: 'admin.signed_in' | 'admin.signed_out',
): Promise<void> {
  const actor = actorOf(page, deps, session)
  const at = deps.clock.now()
  const found = { budgetIndex: null, verificationId: null }
  return deps.events.append([{ ...actor, at, type, ...found, details: {} }])
}

async function signIn(page: Page, deps: AppDeps, form: URLSearchParams): Promise<Response> {
  const { c } = page
  const { sessions, limiter, signInKey } = deps.console
  const to = ownPath(form.get('to'))
  if (isInClear(c)) return c.html(signInPage(page, { to, notice: 'in_clear' }), 400)
  const admission = await limiter.admit([signInKey(addressOf(c, deps))])
  if (admission.kind === 'refused') {
    recordRefusal(page, deps, 'rate_limited', 'sign_in_per_ip')
    c.header('Retry-After', String(admission.retryAfterSeconds))
    return c.html(signInPage(page, { to, notice: 'limited' }), 429)
  }
  const key = form.get('key')?.trim() ?? ''
  const begun = key.length > MAX_KEY_LENGTH ? undefined : await sessions.begin(key)
  if (!begun) {
    recordRefusal(page, deps, 'unauthenticated', null)
    return c.html(signInPage(page, { to, notice: 'refused' }), 403)
  }
  const former = readToken(c)
  if (former !== undefined) await sessions.end(former)
  await append(page, deps, begun.session, 'admin.signed_in')
  writeToken(c, deps, begun.token)
  return c.redirect(to, 303)
}

export function addSignIn(app: App, deps: AppDeps): void {
  openPage(app, deps, '/admin/sign-in', async (page) => {
    const to = ownPath(page.c.req.query('to'))
    const token = readToken(page.c)
    if (token !== undefined && (await deps.console.sessions.resume(token)))
      return page.c.redirect(to, 303)
    const notice = page.c.req.query('out') === undefined ? null : 'signed_out'
    return page.c.html(signInPage(page, { to, notice }), 200)
  })
  openForm(app, deps, '/admin/session', (page, form) => signIn(page, deps, form))
  takeForm(app, deps, { path: '/admin/session/end', scope: 'admin:read' }, async (page) => {
    const { c, session } = page
    await deps.console.sessions.end(readToken(c) ?? '')
    await append(page, deps, session, 'admin.signed_out')
    clearToken(c)
    return c.redirect('/admin/sign-in?out', 303)
  })
}
