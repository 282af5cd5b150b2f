// The sign-in: one field, for the key.
// It must not repeat what was typed, nor say what was wrong with it.

import { html } from 'hono/html'
import type { Page } from '../page.ts'
import { plainPage } from './plain-page.ts'
import { type Html, themeSwitch } from './shell.ts'

const NOTICES = {
  signed_out: { kind: 'good', text: 'You are signed out.' },
  refused: {
    kind: 'bad',
    text: 'This key cannot open the console. It needs the scope admin or admin:read.',
  },
  limited: {
    kind: 'bad',
    text: 'This key cannot open the console, and many wrong ones were tried. A right key still works: copy it again.',
  },
  in_clear: {
    kind: 'bad',
    text: 'This page came over plain http, where a key must not go. Open the console by https, or on the machine itself as localhost (ssh -L).',
  },
} as const

export type Notice = keyof typeof NOTICES

export function signInPage(page: Page, shown: { to: string; notice: Notice | null }): Html {
  const notice = shown.notice && NOTICES[shown.notice]
  const told = notice
    ? html`<p class="note ${notice.kind}" id="notice" role="${notice.kind === 'bad' ? 'alert' : 'status'}">${notice.text}</p>`
    : ''
  const wrong = notice?.kind === 'bad' ? html` aria-invalid="true" aria-describedby="notice"` : ''
  const card = html`<h1>Sign in</h1>
${told}
<form method="post" action="/admin/session">
<input type="hidden" name="to" value="${shown.to}">
<label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus spellcheck="false"${wrong}>
<button class="main">Sign in</button>
</form>
<p class="soft">The value of <code>ADMIN_KEY</code>, or a key made with <code>countersign keys create</code> and the scope <code>admin</code> or <code>admin:read</code>.</p>`
  return plainPage(page, 'Sign in', card, themeSwitch(page))
}
