// What became of a verification and of its message, as a stamp: a word and a colour that say the same.
// It must not say anything by colour alone (WCAG 1.4.1).

import { html } from 'hono/html'
import type { DeliveryStatus } from '../../kernel/channel.ts'
import type { VerificationStatus } from '../../verification/state.ts'
import type { Html } from './shell.ts'

/** In words, and how it looks. */
export const OUTCOMES: Readonly<Record<VerificationStatus, readonly [string, string]>> = {
  pending: ['open', ''],
  approved: ['approved', 'good'],
  canceled: ['canceled', ''],
  max_attempts_reached: ['too many wrong', 'bad'],
  expired: ['expired', 'warn'],
}

const MESSAGES: Readonly<Record<DeliveryStatus, string>> = {
  queued: '',
  sending: 'warn',
  // On its way, which is not yet what the user wanted: APPROVED is the green one.
  sent: 'done', // mutant: C74.sent-not-approved
  delivered: 'good',
  undelivered: 'bad',
  failed: 'bad',
  canceled: '',
}

export function outcomeStamp(status: VerificationStatus): Html {
  const [word, state] = OUTCOMES[status]
  return html`<span class="stamp ${state}">${word}</span>`
}

/** @param status null: nothing was ever to be sent */
export function messageStamp(status: DeliveryStatus | null): Html {
  if (status === null) return html`<span class="soft">none</span>`
  return html`<span class="stamp ${MESSAGES[status]}">${status}</span>`
}
