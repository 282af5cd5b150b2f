// GET /admin/live: notifies a page of changes, by id; the page then fetches itself again. And the bar of a live page.
// It must not extend or outlive a session, send anything but ids that it may see, nor be needed: without its script the
// bar is hidden, and the page stays as it was loaded.

import { html } from 'hono/html'
import type { EventRecord } from '../events/types.ts'
import { streamLog } from '../http/event-stream.ts'
import { VERIFICATION_ID } from '../kernel/ids.ts'
import { readToken } from './cookies.ts'
import { isLedFromElsewhere } from './origin.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { LIVE_SCRIPT } from './scripts.ts'
import type { Html } from './shell.ts'

/** The page fetches itself again in any case. */
const MAX_IDS = 100
const RETRY_MS = 3_000
/** Of a summary: longer than one is kept (admin/summary.ts), so that what has just happened is in it. */
const AFTER_MS = 2_500
const EVERY_MS = 5_000

const STYLE = `
.live { display: flex; align-items: center; gap: var(--s3); font-size: var(--t2); color: var(--soft) } .live[hidden] { display: none }
.live button { min-height: 2rem; padding: var(--s1) var(--s3); font-size: var(--t2); min-width: 5rem }
.live-state { display: inline-flex; align-items: center; gap: var(--s2); white-space: nowrap } .live-state::before { content: ''; width: .6em; height: .6em; border-radius: 50%; border: 1.5px solid currentColor }
.live[data-state="on"] .live-state { color: var(--good) } .live[data-state="on"] .live-state::before { background: currentColor } .live[data-state="off"] .live-state { color: var(--warn) }
[data-live] { overflow-anchor: none }
@media (prefers-reduced-motion: no-preference) { @keyframes came { from { background-color: var(--mark-soft) } } [data-live] .new > * { animation: came 4s ease-out } }
`

/**
 * Of a page with one element `[data-live]`, whose rows may have a `data-id`: it announces how many rows arrived.
 * @param about.verification only its events count. @param about.refusals only they count, with a verification or not
 * @param about.all every event counts, and the page waits until they are counted: it is a summary
 */
export function livePart(about: { verification?: string; refusals?: boolean; all?: boolean } = {}) {
  const { verification, refusals, all } = about
  const onlyOne =
    verification === undefined ? '' : `?verification=${encodeURIComponent(verification)}`
  const of = all ? '?all=1' : refusals ? '?refusals=1' : onlyOne
  const one = verification === undefined ? '' : html` data-live-one`
  const slowly = all ? html` data-live-after="${AFTER_MS}" data-live-every="${EVERY_MS}"` : ''
  const bar: Html = html`<div class="live" data-live-bar data-from="/admin/live${of}"${one}${slowly} hidden><span class="live-state" data-live-state>Connecting</span><button type="button" data-live-pause>Pause</button><span class="unseen" role="status" data-live-said></span></div>`
  return { style: STYLE, script: LIVE_SCRIPT, bar }
}

function idsOf(events: readonly EventRecord[], wanted: string | null) {
  const ids = events.flatMap(({ verificationId }) => verificationId ?? [])
  return [...new Set(ids)].filter((id) => wanted === null || id === wanted).slice(0, MAX_IDS)
}

const isRefusal = ({ type }: EventRecord) => type === 'request.refused'

export function addLive(pages: Pages, deps: ConsoleDeps): void {
  pages.openPage('/admin/live', async ({ c }) => {
    const { sessions } = deps
    // Another site cannot read the answer, but it would take the places.
    if (isLedFromElsewhere(c)) return c.body(null, 403) // mutant: C33.live-same-origin
    const token = readToken(c) ?? ''
    const session = await sessions.look(token)
    if (!session) return c.body(null, 401)
    const { keyId, service } = session.access
    const only = c.req.query('verification') ?? ''
    const wanted = VERIFICATION_ID.test(only) ? only : null
    // These may have no verification: the page learns only that there are some.
    const ofRefusals = c.req.query('refusals') !== undefined
    const ofAll = c.req.query('all') !== undefined
    const stream = streamLog(c, deps, {
      holder: { id: session.formToken, keyId, service }, // mutant: C64.console-stream-key
      isSummary: ofAll,
      tell(events, sink) {
        // Its page shows no row that could be new.
        const ids = ofAll ? [] : idsOf(events, wanted)
        const isNew = ofAll || (ofRefusals ? events.some(isRefusal) : ids.length > 0)
        if (isNew) sink.send({ event: 'change', data: JSON.stringify(ids), retry: RETRY_MS })
      },
      async isGood() {
        const isGood = (await sessions.look(token)) !== undefined // mutant: C33.stream-session-end
        if (isGood && wanted !== null) deps.admin.operations.view(wanted, service)
        return isGood
      },
      farewell: 'over',
    })
    return stream ?? c.body(null, 429)
  })
}
