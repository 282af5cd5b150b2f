// Pages outside of the frame: one card in the middle, for who is not signed in or can't go on.
// It must not need a session.

import { html } from 'hono/html'
import type { Page } from '../page.ts'
import { documentOf, type Html } from './shell.ts'

const STYLE = `
.alone { min-height: 100vh; display: grid; place-items: center; align-content: center; gap: var(--s5); padding: var(--s5) var(--s4) }
.alone main { display: block; max-width: 25rem; padding: 0 }
.card { background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s5); display: grid; gap: var(--s4) }
.card form { display: grid; gap: var(--s3) }
.seal { font: italic 600 var(--t5)/1 var(--serif) } .seal::after { content: ''; display: block; margin-top: var(--s2); height: 4px; border: solid var(--mark); border-width: 1px 0; width: 3.2rem }
.alone .themes { justify-content: center } .alone .themes button { flex: none; font-size: var(--t2); min-height: 2rem; background: transparent; border-color: var(--line) } .alone .themes button[aria-pressed="true"] { background: var(--card); border-color: var(--field) }
`

export function plainPage(page: Page, title: string, card: Html, below: Html | '' = ''): Html {
  return documentOf(
    page,
    { title, style: STYLE },
    html`<div class="alone"><main><div class="card"><p class="seal">Countersign</p>${card}</div></main>${below}</div>`,
  )
}
