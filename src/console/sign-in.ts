// GET /admin/sign-in, POST /admin/session (in) and POST /admin/session/end (out): one field, for the key.
// It must not reveal why a key is wrong, repeat it, nor let anybody's wrong keys lock a right one out.

import { addressOf } from '../http/end-user.ts'
import { recordWrongKey } from '../http/refuse.ts'
import { clearToken, keyCookieIsSecure, readToken, writeToken } from './cookies.ts'
import { isInClear, ownPath } from './origin.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { appendSession } from './session-events.ts'
import { bouncePage, type Page } from './shell.ts'
import { type Notice, signInPage } from './sign-in-page.ts'

/** Longer than any key, which is not worth hashing. */
const MAX_KEY_LENGTH = 512

const pageFor = (page: Page, deps: ConsoleDeps, to: string, notice: Notice | null) =>
  signInPage(page, { to, notice, oidc: deps.oidc?.config ?? null })

/** Counted after the key was checked (by SHA-256): with the limit first, strangers could lock the right key out. */
async function refuseKey(page: Page, deps: ConsoleDeps, to: string): Promise<Response> {
  const { c } = page
  const address = addressOf(c, deps)
  const full = await deps.wrongKeys.count(address)
  const at = { where: 'console', route: 'admin/session', address } as const
  recordWrongKey(c, deps, { ...at, full: full?.limit ?? null })
  if (!full) return c.html(pageFor(page, deps, to, 'refused'), 403)
  c.header('Retry-After', String(full.retryAfterSeconds))
  return c.html(pageFor(page, deps, to, 'limited'), 429)
}

async function signIn(page: Page, deps: ConsoleDeps, form: URLSearchParams): Promise<Response> {
  const { c } = page
  const { sessions } = deps
  const to = ownPath(form.get('to'))
  if (isInClear(c)) return c.html(pageFor(page, deps, to, 'in_clear'), 400)
  const key = form.get('key')?.trim() ?? ''
  const signedIn = key.length > MAX_KEY_LENGTH ? undefined : await sessions.begin(key)
  if (!signedIn) return refuseKey(page, deps, to) // mutant: C33.right-key-first
  const previous = readToken(c)
  if (previous !== undefined) await sessions.end(previous)
  await appendSession(page, deps, signedIn.session, 'admin.signed_in')
  writeToken(c, signedIn.token, keyCookieIsSecure(c, deps))
  return c.redirect(to, 303)
}

export function addSignIn(pages: Pages, deps: ConsoleDeps): void {
  pages.openPage('/admin/sign-in', async (page) => {
    const { c } = page
    const to = ownPath(c.req.query('to'))
    const token = readToken(c)
    if (token !== undefined && (await deps.sessions.resume(token))) return c.redirect(to, 303)
    const out = c.req.query('out')
    const outHere = out === 'here' && deps.oidc ? 'signed_out_here' : 'signed_out'
    return c.html(pageFor(page, deps, to, out === undefined ? null : outHere), 200)
  })
  pages.openForm('/admin/session', (page, form) => signIn(page, deps, form))
  pages.takeForm('/admin/session/end', 'admin:read', async (page) => {
    const { c, session } = page
    await deps.sessions.end(readToken(c) ?? '')
    await appendSession(page, deps, session, 'admin.signed_out')
    clearToken(c)
    if (!session.isByOidc || !deps.oidc) return c.redirect('/admin/sign-in?out', 303)
    const url = await deps.oidc.provider.signOutUrl()
    // No redirect: the policy of the page that held the form allows it to lead to this origin alone.
    return url === undefined
      ? c.redirect('/admin/sign-in?out=here', 303)
      : c.html(bouncePage({ ...page, path: url }, `Signing out with ${deps.oidc.config.name}`))
  })
}
