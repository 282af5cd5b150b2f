// What makes a page live: a bar that says so, with a pause, and the script that keeps `[data-live]` up to date.
// It must not be needed: without the script the bar is not shown, and the page is what it was when it was loaded.

import { html } from 'hono/html'
import { LIVE_SCRIPT } from './scripts.ts'
import type { Html } from './shell.ts'

const STYLE = `
.live { display: flex; align-items: center; gap: var(--s3); font-size: var(--t2); color: var(--soft) } .live[hidden] { display: none }
.live button { min-height: 2rem; padding: var(--s1) var(--s3); font-size: var(--t2); min-width: 5rem }
.live-state { display: inline-flex; align-items: center; gap: var(--s2); white-space: nowrap } .live-state::before { content: ''; width: .6em; height: .6em; border-radius: 50%; border: 1.5px solid currentColor }
.live[data-state="on"] .live-state { color: var(--good) } .live[data-state="on"] .live-state::before { background: currentColor } .live[data-state="off"] .live-state { color: var(--warn) }
[data-live] { overflow-anchor: none }
@media (prefers-reduced-motion: no-preference) { @keyframes came { from { background-color: var(--mark-soft) } } [data-live] .new > * { animation: came 4s ease-out } }
`

/**
 * Of a page with one element `[data-live]`, whose rows may have a `data-id`: rows that come are counted and said by it.
 * @param about.verification the page is about this one: only its events count
 * @param about.refusals it is about these: only they count, of a verification or not
 */
export function livePart(about: { verification?: string; refusals?: boolean } = {}): {
  bar: Html
  style: string
  script: string
} {
  const { verification, refusals } = about
  const onlyOne =
    verification === undefined ? '' : `?verification=${encodeURIComponent(verification)}`
  const of = refusals ? '?refusals=1' : onlyOne
  const one = verification === undefined ? '' : html` data-live-one`
  return {
    style: STYLE,
    script: LIVE_SCRIPT,
    bar: html`<div class="live" data-live-bar data-from="/admin/live${of}"${one} hidden><span class="live-state" data-live-state>Connecting</span><button type="button" data-live-pause>Pause</button><span class="unseen" role="status" data-live-said></span></div>`,
  }
}
