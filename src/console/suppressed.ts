// A note on pages of one person or verification: that no messages reach them, and why.
// It must not show a recipient.

import { html } from 'hono/html'
import type { SuppressionReason } from '../kernel/channel.ts'
import { isInForce, type Suppression, type SuppressionFilter } from '../verification/suppression.ts'
import type { ConsoleDeps } from './page-route.ts'
import type { Html } from './shell.ts'
import { timeOf, ZONE } from './words.ts'

export const REASON_WORDS: Readonly<Record<SuppressionReason, string>> = {
  bounce: 'the mailbox refused',
  complaint: 'reported as unwanted',
  unknown: 'does not exist',
  stop: 'opted out',
}

/** One for each channel of each service, and more of a mailbox with several spellings. */
const MAX_SHOWN = 10

export async function suppressedNow(
  { admin, clock }: Pick<ConsoleDeps, 'admin' | 'clock'>,
  filter: SuppressionFilter,
): Promise<Suppression[]> {
  const { items } = await admin.suppressions.list(filter, null, MAX_SHOWN)
  return items.filter((row) => isInForce(row, clock.now()))
}

/** @param sealed of the person; undefined: nobody can be named */
export function suppressedNote(
  rows: readonly Suppression[],
  sealed: string | undefined,
): Html | '' {
  if (rows.length === 0) return ''
  const each = rows.map(({ channel, reason, until, service }) => {
    const end = until === null ? 'it is lifted' : html`${timeOf(until)} ${ZONE}`
    return html`<li>${channel} in ${service}: ${REASON_WORDS[reason]}, until ${end}</li>`
  })
  const query = sealed === undefined ? '' : html`?recipient=${sealed}`
  return html`<div class="note bad"><p>Suppressed: starts and resends to this person are refused. <a href="/admin/suppressions${query}">Show or lift</a></p><ul>${each}</ul></div>`
}
