// GET /admin/sign-in, POST /admin/session (in) and POST /admin/session/end (out): one field, for the key.
// It must not reveal why a key is wrong, repeat it, nor let anybody's wrong keys lock a right one out.

import { html } from 'hono/html'
import { actorOf } from '../admin/people.ts'
import { adminOf } from '../http/admin-caller.ts'
import { addressOf } from '../http/end-user.ts'
import { recordWrongKey } from '../http/refuse.ts'
import { clearToken, readToken, writeToken } from './cookies.ts'
import { isInClear, ownPath } from './origin.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import type { Session } from './sessions.ts'
import { cardPage, type Html, type Page, themeSwitch } from './shell.ts'

/** Longer than any key, which is not worth hashing. */
const MAX_KEY_LENGTH = 512

const NOTICES = {
  signed_out: ['good', 'You are signed out.'],
  refused: ['bad', 'This key cannot open the console. It needs the scope admin, admin:support or admin:read.'],
  limited: [
    'bad',
    'This key cannot open the console, and many wrong ones were tried. A correct key still works: copy it again.',
  ],
  in_clear: [
    'bad',
    'This page came over plain http, where a key must not be sent. Open the console over https, or on the machine itself as localhost (ssh -L).',
  ],
} as const

function signInPage(page: Page, to: string, shown: keyof typeof NOTICES | null): Html {
  const [kind, text] = shown ? NOTICES[shown] : [null, '']
  const notice = kind
    ? html`<p class="note ${kind}" id="notice" role="${kind === 'bad' ? 'alert' : 'status'}">${text}</p>`
    : ''
  const wrong = kind === 'bad' ? html` aria-invalid="true" aria-describedby="notice"` : ''
  const card = html`<h1>Sign in</h1>
${notice}
<form method="post" action="/admin/session">
<input type="hidden" name="to" value="${to}">
<label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus spellcheck="false"${wrong}>
<button class="main">Sign in</button>
</form>
<p class="soft">The value of <code>ADMIN_KEY</code>, or a key created with <code>countersign keys create</code> and the scope <code>admin</code>, <code>admin:support</code> or <code>admin:read</code>.</p>`
  return cardPage(page, 'Sign in', card, themeSwitch(page))
}

function append(
  { c }: Page,
  deps: ConsoleDeps,
  { access }: Session,
  type: 'admin.signed_in' | 'admin.signed_out',
): Promise<void> {
  const actor = actorOf(adminOf(c, deps, access), access.service)
  const at = deps.clock.now()
  const about = { budgetIndex: null, verificationId: null, details: {} }
  return deps.events.append([{ ...actor, at, type, ...about }])
}

/** Counted after the key was checked (by SHA-256): with the limit first, strangers could lock the right key out. */
async function refuseKey(page: Page, deps: ConsoleDeps, to: string): Promise<Response> {
  const { c } = page
  const address = addressOf(c, deps)
  const full = await deps.wrongKeys.count(address)
  const at = { where: 'console', route: 'admin/session', address } as const
  recordWrongKey(c, deps, { ...at, full: full?.limit ?? null })
  if (!full) return c.html(signInPage(page, to, 'refused'), 403)
  c.header('Retry-After', String(full.retryAfterSeconds))
  return c.html(signInPage(page, to, 'limited'), 429)
}

async function signIn(page: Page, deps: ConsoleDeps, form: URLSearchParams): Promise<Response> {
  const { c } = page
  const { sessions } = deps
  const to = ownPath(form.get('to'))
  if (isInClear(c)) return c.html(signInPage(page, to, 'in_clear'), 400)
  const key = form.get('key')?.trim() ?? ''
  const signedIn = key.length > MAX_KEY_LENGTH ? undefined : await sessions.begin(key)
  if (!signedIn) return refuseKey(page, deps, to) // mutant: C33.right-key-first
  const previous = readToken(c)
  if (previous !== undefined) await sessions.end(previous)
  await append(page, deps, signedIn.session, 'admin.signed_in')
  writeToken(c, deps, signedIn.token)
  return c.redirect(to, 303)
}

export function addSignIn(pages: Pages, deps: ConsoleDeps): void {
  pages.openPage('/admin/sign-in', async (page) => {
    const { c } = page
    const to = ownPath(c.req.query('to'))
    const token = readToken(c)
    if (token !== undefined && (await deps.sessions.resume(token))) return c.redirect(to, 303)
    const notice = c.req.query('out') === undefined ? null : 'signed_out'
    return c.html(signInPage(page, to, notice), 200)
  })
  pages.openForm('/admin/session', (page, form) => signIn(page, deps, form))
  pages.takeForm('/admin/session/end', 'admin:read', async (page) => {
    const { c, session } = page
    await deps.sessions.end(readToken(c) ?? '')
    await append(page, deps, session, 'admin.signed_out')
    clearToken(c)
    return c.redirect('/admin/sign-in?out', 303)
  })
}
