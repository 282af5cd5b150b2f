// The frame of every console page: skip link, rail with the navigation, who is signed in, light or dark.
// It must not put anything in unescaped but the project's own style and script.

import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { THEMES } from '../cookies.ts'
import type { Page, SignedInPage } from '../page.ts'
import { LOCAL_TIME_SCRIPT } from './scripts.ts'
import { CONSOLE_STYLE } from './style.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

type Parts = {
  title: string
  body: Html
  /** The project's own texts, never a caller's. */
  style?: string
  script?: string
}

const NAVIGATION = [
  { path: '/admin/attempts', label: 'Attempts' },
  { path: '/admin/refusals', label: 'Refusals' },
  { path: '/admin/health', label: 'Health' },
] as const

const THEME_LABELS = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const

/** Without a session, too. @param frame what stands in the body, the main part included */
export function documentOf(page: Page, parts: Omit<Parts, 'body'>, frame: Html): Html {
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

/** Stands in each form that changes something. */
export function formToken(page: SignedInPage): Html {
  return html`<input type="hidden" name="form_token" value="${page.session.formToken}">`
}

function whoIsIn(page: SignedInPage): Html {
  const { keyName, access } = page.session
  const reach = access.service === null ? 'all services' : access.service
  const may = access.scopes.has('admin') ? 'may change' : 'may look'
  return html`<div class="who">
<p>Signed in with <strong>${keyName}</strong> ${reach}, ${may}</p>
${themeSwitch(page)}
<form method="post" action="/admin/session/end">${formToken(page)}<button>Sign out</button></form>
</div>`
}

/** @param current the path in the navigation that this page belongs to */
export function shell(page: SignedInPage, parts: Parts & { current: string }): Html {
  const links = NAVIGATION.map(({ path, label }) => {
    const here = path === parts.current ? html` aria-current="page"` : ''
    return html`<li><a href="${path}"${here}>${label}</a></li>`
  })
  const frame = html`<a class="skip" href="#main">Skip to the content</a>
<div class="frame">
<header class="rail"><div class="pinned">
<a class="word" href="/admin">Countersign</a>
<nav aria-label="Console"><ul>${links}</ul></nav>
${whoIsIn(page)}
</div></header>
<main id="main" tabindex="-1">${parts.body}</main>
</div>`
  return documentOf(page, { ...parts, script: LOCAL_TIME_SCRIPT + (parts.script ?? '') }, frame)
}
