// The frame of every console page (skip link, navigation, who is signed in, light or dark), and pages of one card without it.
// It must not insert anything unescaped except the project's own styles and scripts.

import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Scope } from '../access/ports.ts'
import type { Admin } from '../admin/ports.ts'
import type { AppContext } from '../http/deps.ts'
import { THEMES, type Theme } from './cookies.ts'
import { LOCAL_TIME_SCRIPT } from './scripts.ts'
import type { Session } from './sessions.ts'
import { CONSOLE_STYLE } from './style.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** `path` is its address with the query, for the way back. */
export type Page = { c: AppContext; nonce: string; theme: Theme; path: string }
export type SignedInPage = Page & { session: Session; admin: Admin }

type Parts = {
  title: string
  body: Html
  /** The project's own texts, never a caller's. */
  style?: string
  script?: string
}

const NAVIGATION = {
  overview: 'Overview',
  verifications: 'Verifications',
  refusals: 'Refusals',
  webhooks: 'Webhooks',
  suppressions: 'Suppressions',
  texts: 'Texts',
  audit: 'Audit',
  health: 'Health',
  keys: 'Keys',
  settings: 'Settings',
} as const
const THEME_LABELS = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const

export const verificationPath = (id: string) => `/admin/verifications/${id}`

/** @param sealed opaque: an address holds nothing of a person */
export const personPath = (sealed: string) => `/admin/person?who=${sealed}`

/** @param frame the whole body, the main part included */
function documentOf(page: Page, parts: Omit<Parts, 'body'>, frame: Html): Html {
  const { nonce } = page
  const theme = page.theme === 'auto' ? '' : html` data-theme="${page.theme}"`
  const script = parts.script ? html`<script nonce="${nonce}">${raw(parts.script)}</script>` : ''
  return html`<!doctype html>
<html lang="en"${theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${parts.title} · Countersign</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${raw(CONSOLE_STYLE + (parts.style ?? ''))}</style>
</head>
<body>
${frame}
${script}
</body>
</html>`
}

export function themeSwitch(page: Page): Html {
  const buttons = THEMES.map(
    (theme) =>
      html`<button name="theme" value="${theme}" aria-pressed="${theme === page.theme ? 'true' : 'false'}">${THEME_LABELS[theme]}</button>`,
  )
  return html`<form method="post" action="/admin/theme" class="themes" role="group" aria-label="Colours"><input type="hidden" name="to" value="${page.path}">${buttons}</form>`
}

/** With the session's token. @param attributes further ones of the form */
export function postForm(
  page: SignedInPage,
  action: string,
  fields: Html,
  attributes: Html | '' = '',
): Html {
  return html`<form method="post" action="${action}"${attributes}><input type="hidden" name="form_token" value="${page.session.formToken}">${fields}</form>`
}

export function mayOf(scopes: ReadonlySet<Scope>): string {
  if (scopes.has('admin')) return 'full access'
  return scopes.has('admin:support') ? 'support' : 'read only'
}

/** @param current the page of the navigation that this one belongs to */
export function shell(
  page: SignedInPage,
  parts: Parts & { current: keyof typeof NAVIGATION },
): Html {
  const { keyName, access, isByOidc } = page.session
  const reach = access.service === null ? 'all services' : access.service
  const may = mayOf(access.scopes)
  const isAllowed = (name: string) => name !== 'keys' || access.scopes.has('admin')
  const names = Object.entries(NAVIGATION).filter(([name]) => isAllowed(name))
  const links = names.map(([name, label]) => {
    const here = name === parts.current ? html` aria-current="page"` : ''
    return html`<li><a href="/admin/${name}"${here}>${label}</a></li>`
  })
  const frame = html`<a class="skip" href="#main">Skip to the content</a>
<div class="frame">
<header class="rail"><div class="pinned">
<a class="word" href="/admin">Countersign</a>
<nav aria-label="Console"><ul>${links}</ul></nav>
<div class="who">
<p>Signed in ${isByOidc ? 'as' : 'with'} <strong>${keyName}</strong> ${reach}, ${may}</p>
${themeSwitch(page)}
${postForm(page, '/admin/session/end', html`<button>Sign out</button>`)}
</div>
</div></header>
<main id="main" tabindex="-1">${parts.body}</main>
</div>`
  return documentOf(page, { ...parts, script: LOCAL_TIME_SCRIPT + (parts.script ?? '') }, frame)
}

const CARD_STYLE = `
.alone { min-height: 100vh; display: grid; place-items: center; align-content: center; gap: var(--s5); padding: var(--s5) var(--s4) }
.alone main { display: block; max-width: 25rem; padding: 0 }
.card { background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s5); display: grid; gap: var(--s4) }
.card form { display: grid; gap: var(--s3) } .card .note { overflow-wrap: anywhere }
.card details.key[open] summary { margin-bottom: var(--s4) } .card details.key p { margin-top: var(--s4) } .card summary { cursor: pointer; color: var(--mark) }
.seal { font: italic 600 var(--t5)/1 var(--serif) } .seal::after { content: ''; display: block; margin-top: var(--s2); height: 4px; border: solid var(--mark); border-width: 1px 0; width: 3.2rem }
.alone .themes { justify-content: center } .alone .themes button { flex: none; font-size: var(--t2); min-height: 2rem; background: transparent; border-color: var(--line) } .alone .themes button[aria-pressed="true"] { background: var(--card); border-color: var(--field) }
`

/** One card in the middle, without a session: the sign-in, and pages that cannot be shown. */
export function cardPage(page: Page, title: string, card: Html, below: Html | '' = ''): Html {
  return documentOf(
    page,
    { title, style: CARD_STYLE },
    html`<div class="alone"><main><div class="card"><p class="seal">Countersign</p>${card}</div></main>${below}</div>`,
  )
}

/** A sentence and advice, without anything internal. */
export function messagePage(page: Page, title: string, advice: string): Html {
  return cardPage(
    page,
    title,
    html`<h1>${title}</h1><p>${advice}</p><p><a href="/admin">To the console</a></p>`,
  )
}

/** A link from another site: loads the same address from here, so that the browser sends its SameSite=Strict cookie. */
export function bouncePage(page: Page, title = 'Opening the console'): Html {
  return documentOf(
    page,
    { title },
    html`<meta http-equiv="refresh" content="0; url=${page.path}"><main><h1>${title}</h1><p><a href="${page.path}">Continue</a></p></main>`,
  )
}
