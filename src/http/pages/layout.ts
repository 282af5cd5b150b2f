// The frame and the look that the pages share. Everything is in the page itself.
// It must not name another host, and nothing is put in unescaped.

import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

const BASE_STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6575; --paper: #f6f4ef; --card: #fff; --line: #dcd7cc; --mark: #8a3b12; --mark-soft: #f6e6dc }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e6df; --soft: #a3adba; --paper: #14181e; --card: #1c222b; --line: #323a46; --mark: #f0a27a; --mark-soft: #3a2a20 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
main, header.page { max-width: 60rem; margin: 0 auto; padding: 1.5rem }
header.page { padding-bottom: 0 }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem } h3 { font-size: 1rem; margin: 0 }
p { margin: .4rem 0 } a { color: var(--mark) } .soft { color: var(--soft) }
code, pre, .code { font-family: ui-monospace, SFMono-Regular, Menlo, monospace }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px }
`

/** Everything in a page's style element. @param style the page's own */
export const wholeStyle = (style: string): string => BASE_STYLE + style

/**
 * @param parts `style` and `script` are the project's own texts, never a caller's; `nonce`: undefined where the
 *   policy allows the style by its hash
 */
export function page(parts: {
  title: string
  nonce: string | undefined
  style: string
  header: Html
  body: Html
  script?: string
}): Html {
  const byNonce = parts.nonce === undefined ? '' : html` nonce="${parts.nonce}"`
  const script = parts.script ? html`<script${byNonce}>${raw(parts.script)}</script>` : ''
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${parts.title}</title>
<link rel="icon" href="data:,">
<style${byNonce}>${raw(wholeStyle(parts.style))}</style>
</head>
<body>
<header class="page">${parts.header}</header>
<main>${parts.body}</main>
${script}
</body>
</html>`
}
