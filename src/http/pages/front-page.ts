// The page at the address itself: a name, and the way to the other pages.
// It must not lead to an address that begins at the root: a proxy may serve it under a path.

import { html } from 'hono/html'
import { type Html, page } from './layout.ts'

export const FRONT_STYLE = `
dl { display: grid; gap: 1rem } dt { font-weight: 600 } dd { margin: 0; color: var(--soft) }
`

const link = (to: string, title: string, text: string) =>
  html`<div><dt><a href="${to}">${title}</a></dt><dd>${text}</dd></div>`

export function frontPage({ hasInbox }: { hasInbox: boolean }): Html {
  return page({
    title: 'Countersign',
    nonce: undefined,
    style: FRONT_STYLE,
    header: html`<h1>Countersign</h1><p class="soft">Two-factor codes for login flows.</p>`,
    body: html`<nav aria-label="Pages"><dl>
${link('admin', 'Console', 'What happened to a message, for whoever has to answer. Sign in with a key.')}
${link('docs', 'API', 'Every call, field and error, for developers.')}
${hasInbox ? link('dev/inbox', 'Inbox', 'Development only: the messages that nobody was sent.') : ''}
${link('readyz', 'Readiness', 'Whether this node can serve.')}
</dl></nav>`,
  })
}
