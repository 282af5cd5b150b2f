// GET /admin/live: tells a page of the console that something changed, by id; the page then fetches itself again.
// It must not keep a session alive, outlive one, or tell anything but ids of what the session may see.

import type { EventRecord } from '../events/types.ts'
import { streamLog } from '../http/log-stream.ts'
import type { App } from '../http/register.ts'
import { VERIFICATION_ID } from '../kernel/ids.ts'
import { readToken } from './cookies.ts'
import type { ConsoleDeps } from './deps.ts'
import { isLedFromElsewhere } from './origin.ts'
import { openPage } from './page-route.ts'

/** More at once: the page looks anew in any case. */
const MAX_IDS = 100
const RETRY_MS = 3_000

function idsOf(events: readonly EventRecord[], wanted: string | null) {
  const ids = events.flatMap(({ verificationId }) => verificationId ?? [])
  return [...new Set(ids)].filter((id) => wanted === null || id === wanted).slice(0, MAX_IDS)
}

const isRefusal = ({ type }: EventRecord) => type === 'request.refused'

export function addLive(app: App, deps: ConsoleDeps): void {
  openPage(app, deps, '/admin/live', async ({ c }) => {
    const { sessions } = deps
    // Its answer can't be read from elsewhere, but it would take the places.
    if (isLedFromElsewhere(c)) return c.body(null, 403) // mutant: C33.live-same-origin
    const token = readToken(c) ?? ''
    const session = await sessions.look(token)
    if (!session) return c.body(null, 401)
    const { keyId, service } = session.access
    const asked = c.req.query('verification')
    const wanted = asked !== undefined && VERIFICATION_ID.test(asked) ? asked : null
    // These may be of no verification: that there are some is all that is told.
    const ofRefusals = c.req.query('refusals') !== undefined
    const stream = streamLog(c, deps, {
      holder: { id: session.formToken, keyId, service }, // mutant: C64.console-stream-key
      tell(events, sink) {
        const ids = idsOf(events, wanted)
        const isNew = ofRefusals ? events.some(isRefusal) : ids.length > 0
        if (isNew) sink.send({ event: 'change', data: JSON.stringify(ids), retry: RETRY_MS })
      },
      isGood: async () => (await sessions.look(token)) !== undefined, // mutant: C33.stream-session-end
      farewell: 'over',
    })
    return stream ?? c.body(null, 429)
  })
}
