// The page of the sign-in: by the provider where one is set up, and by a key; and what went wrong, in words.
// It must not reveal why a key is wrong, nor anything that the provider said beyond the kind of its refusal.

import { html } from 'hono/html'
import type { Failed } from '../access/oidc/ports.ts'
import { isPlainName } from './origin.ts'
import { cardPage, type Html, type Page, themeSwitch } from './shell.ts'

/** Of the provider, as the settings have them. */
export type ProviderShown = { name: string; rolesClaim: string; consoleUrl: string }

export const START_PATH = '/admin/sign-in/oidc'

const KEY_NOTICES = {
  signed_out: ['good', 'You are signed out.'],
  signed_out_here: [
    'good',
    'You are signed out of the console. You may still be signed in with NAME.',
  ],
  refused: [
    'bad',
    'This key cannot open the console. It needs the scope admin, admin:support or admin:read.',
  ],
  limited: [
    'bad',
    'This key cannot open the console, and many wrong ones were tried. A correct key still works: copy it again.',
  ],
  in_clear: [
    'bad',
    'This page came over plain http, where a key must not be sent. Open the console over https, or on the machine itself as localhost (ssh -L).',
  ],
} as const

/** NAME is the provider's, CLAIM the claim's, ID the request's in the log. */
const OIDC_NOTICES = {
  unreachable:
    'NAME cannot be reached at the moment, so nobody can sign in with it. Sign in with a key, or try again in a minute.',
  set_up_wrong:
    'The sign-in with NAME is not set up correctly. The operator of this service finds the cause in its log, under ID. A key still works.',
  denied: 'NAME did not sign you in. Try again, or sign in with a key.',
  code_refused: 'This sign-in was used before, or took too long. Start it again.',
  untrusted:
    'The answer of NAME was not accepted: it is expired, or not meant for this sign-in. Start again. If that does not help, the operator of this service finds the cause in its log, under ID.',
  no_role:
    'NAME knows you, but none of your roles may open this console. Ask the operator of this service to add one of them to OIDC_ROLES.',
  no_role_claim:
    'NAME did not report your roles. Ask the operator of this service to have NAME put them into its tokens, as a list in the claim “CLAIM” (OIDC_ROLES_CLAIM).',
  busy: 'Many people are signing in with NAME at the moment. Try again in a few seconds.',
  lost: 'This sign-in was started in another browser, used before, or more than ten minutes ago. Start it again.',
  many: 'Too many sign-ins from your address were refused. Wait a few minutes, or sign in with a key.',
} as const satisfies Record<Failed['kind'] | 'lost' | 'many', string>

export type OidcNotice = keyof typeof OIDC_NOTICES
export type Notice = keyof typeof KEY_NOTICES | OidcNotice

/** A key is the way in. */
const isAway = (notice: Notice | null) =>
  notice !== null && ['unreachable', 'set_up_wrong', 'denied', 'busy', 'many'].includes(notice)

const isOfKey = (notice: Notice): notice is keyof typeof KEY_NOTICES =>
  Object.hasOwn(KEY_NOTICES, notice)

function noticeOf(page: Page, notice: Notice, oidc: ProviderShown | null): [string, string] {
  const [kind, text] = isOfKey(notice)
    ? KEY_NOTICES[notice]
    : (['bad', OIDC_NOTICES[notice]] as const)
  const names = {
    NAME: oidc?.name ?? '',
    CLAIM: oidc?.rolesClaim ?? '',
    ID: page.c.get('requestId'),
  }
  return [
    kind,
    text.replaceAll(/NAME|CLAIM|ID\b(?!_)/g, (word) => names[word as keyof typeof names]),
  ]
}

function keyForm(to: string, wrong: Html | ''): Html {
  return html`<form method="post" action="/admin/session">
<input type="hidden" name="to" value="${to}">
<label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus spellcheck="false"${wrong}>
<button class="main">Sign in</button>
</form>
<p class="soft">The value of <code>ADMIN_KEY</code>, or a key created with <code>countersign keys create</code> and the scope <code>admin</code>, <code>admin:support</code> or <code>admin:read</code>.</p>`
}

const IN_CLEAR = html`<p class="note">This console is served over plain http. Anybody who can read the traffic of this network can read what you see here and take over your session until it ends. Stay in a network of your own, or ask for https.</p>`

/** By the provider first: a key is the way in while it is down. */
function withProvider(oidc: ProviderShown, to: string, form: Html, isOpen: boolean): Html {
  const start = `${oidc.consoleUrl}${START_PATH}?to=${encodeURIComponent(to)}`
  return html`<a class="button main" href="${start}">Sign in with ${oidc.name}</a>
${isPlainName(oidc.consoleUrl) ? IN_CLEAR : ''}
<details class="key"${isOpen ? html` open` : ''}><summary>Sign in with a key</summary>${form}</details>`
}

export function signInPage(
  page: Page,
  about: { to: string; notice: Notice | null; oidc: ProviderShown | null },
): Html {
  const { to, notice, oidc } = about
  const [kind, text] = notice ? noticeOf(page, notice, oidc) : [null, '']
  const shown = kind
    ? html`<p class="note ${kind}" id="notice" role="${kind === 'bad' ? 'alert' : 'status'}">${text}</p>`
    : ''
  const isOfWrongKey = kind === 'bad' && notice !== null && isOfKey(notice)
  const wrong = isOfWrongKey ? html` aria-invalid="true" aria-describedby="notice"` : ''
  const form = keyForm(to, wrong)
  const way = oidc ? withProvider(oidc, to, form, isOfWrongKey || isAway(notice)) : form
  return cardPage(page, 'Sign in', html`<h1>Sign in</h1>\n${shown}\n${way}`, themeSwitch(page))
}
