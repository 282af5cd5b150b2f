// GET /admin/sign-in, POST /admin/session (in) and POST /admin/session/end (out).
// It must not tell why a key is not good, nor let anybody's wrong ones keep a right one out.

import { addressOf } from '../http/end-user.ts'
import type { App } from '../http/register.ts'
import { readUserAgent } from '../http/schemas/requests.ts'
import { recordWrongKey } from '../http/wrong-key.ts'
import { type Actor, NO_SERVICE } from '../kernel/actor.ts'
import { clearToken, readToken, writeToken } from './cookies.ts'
import type { ConsoleDeps } from './deps.ts'
import { isInClear, ownPath } from './origin.ts'
import type { Page } from './page.ts'
import { openForm, openPage, takeForm } from './page-route.ts'
import { signInPage } from './pages/sign-in-page.ts'
import type { Session } from './sessions.ts'

/** Longer than any key: hashing more would be work for nothing. */
const MAX_KEY_LENGTH = 512

function actorOf(page: Page, deps: ConsoleDeps, { access }: Session): Actor {
  return {
    service: access.service ?? NO_SERVICE,
    keyId: access.keyId,
    clientIp: addressOf(page.c, deps),
    userAgent: readUserAgent(page.c.req.header('User-Agent')),
  }
}

function append(
  page: Page,
  deps: ConsoleDeps,
  session: Session,
  type: 'admin.signed_in' | 'admin.signed_out',
): Promise<void> {
  const actor = actorOf(page, deps, session)
  const at = deps.clock.now()
  const found = { budgetIndex: null, verificationId: null }
  return deps.events.append([{ ...actor, at, type, ...found, details: {} }])
}

/** Looked at first, by SHA-256: a limit that was asked before would let strangers lock the right key out. */
async function refuseKey(page: Page, deps: ConsoleDeps, to: string): Promise<Response> {
  const { c } = page
  const address = addressOf(c, deps)
  const full = await deps.wrongKeys.count(address)
  const at = { where: 'console', route: 'admin/session', address } as const
  recordWrongKey(c, deps, { ...at, full: full?.limit ?? null })
  if (!full) return c.html(signInPage(page, { to, notice: 'refused' }), 403)
  c.header('Retry-After', String(full.retryAfterSeconds))
  return c.html(signInPage(page, { to, notice: 'limited' }), 429)
}

async function signIn(page: Page, deps: ConsoleDeps, form: URLSearchParams): Promise<Response> {
  const { c } = page
  const { sessions } = deps
  const to = ownPath(form.get('to'))
  if (isInClear(c)) return c.html(signInPage(page, { to, notice: 'in_clear' }), 400)
  const key = form.get('key')?.trim() ?? ''
  const begun = key.length > MAX_KEY_LENGTH ? undefined : await sessions.begin(key)
  if (!begun) return refuseKey(page, deps, to) // mutant: C33.right-key-first
  const former = readToken(c)
  if (former !== undefined) await sessions.end(former)
  await append(page, deps, begun.session, 'admin.signed_in')
  writeToken(c, deps, begun.token)
  return c.redirect(to, 303)
}

export function addSignIn(app: App, deps: ConsoleDeps): void {
  openPage(app, deps, '/admin/sign-in', async (page) => {
    const to = ownPath(page.c.req.query('to'))
    const token = readToken(page.c)
    if (token !== undefined && (await deps.sessions.resume(token))) return page.c.redirect(to, 303)
    const notice = page.c.req.query('out') === undefined ? null : 'signed_out'
    return page.c.html(signInPage(page, { to, notice }), 200)
  })
  openForm(app, deps, '/admin/session', (page, form) => signIn(page, deps, form))
  takeForm(app, deps, { path: '/admin/session/end', scope: 'admin:read' }, async (page) => {
    const { c, session } = page
    await deps.sessions.end(readToken(c) ?? '')
    await append(page, deps, session, 'admin.signed_out')
    clearToken(c)
    return c.redirect('/admin/sign-in?out', 303)
  })
}
