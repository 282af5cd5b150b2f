// Webhooks that are not accepted, as notes of the Health page, each with the way out.
// It must not show more of a URL than its host.

import { html } from 'hono/html'
import type { HealthReport } from '../admin/ports.ts'
import type { Html } from './shell.ts'
import { spanOf } from './words.ts'

/** A receiver that is down for less is met again soon. */
const FAILING_MS = 10 * 60_000

export function webhookTroubles({ webhooks, at }: HealthReport): Html {
  const lasting = webhooks.filter(
    ({ failingSince, offSince }) => offSince !== null || at - (failingSince ?? at) > FAILING_MS,
  )
  const notes = lasting.map(({ url, service, failingSince, offSince }) => {
    const since = spanOf(at - (offSince ?? failingSince ?? at))
    const words =
      offSince === null
        ? `accepts no webhooks of ${service} for ${since}. Messages are tried again automatically; five days of that switch it off.`
        : `accepted no webhooks of ${service} for five days, and was switched off ${since} ago. Messages wait: mend the receiver, then switch it on under Webhooks.`
    return html`<p class="note ${offSince === null ? 'warn' : 'bad'}"><a href="/admin/webhooks">${new URL(url).host}</a> ${words}</p>`
  })
  return html`${notes}`
}
