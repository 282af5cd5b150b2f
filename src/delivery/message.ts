// From a claimed delivery to the message a provider sends, in the service's words.
// It must not log or keep what it makes: the code is in it in clear.

import type { ClaimedDelivery } from './outbox-ports.ts'
import type { Prepared } from './plan.ts'
import type { MessageSettings, OutgoingMessage } from './ports.ts'
import { render } from './templates/render.ts'

/**
 * A repeated message that a gateway may have taken before says the same as then: under one Idempotency-Key another text is
 * refused by some (draft-ietf-httpapi-idempotency-key-header §2.7), and taken for a second message by who compares texts.
 * After longer than this what is left matters more.
 */
const SAME_WORDS_MS = 120_000

/** Of when the message says how long its code is valid. */
function wordedAt({ startedAt, wordedAt: before }: ClaimedDelivery<Prepared>): number {
  return before !== null && startedAt - before <= SAME_WORDS_MS ? before : startedAt // mutants: C67.same-wording C67.late-wording-fresh
}

export type ComposeMessage = (claim: ClaimedDelivery<Prepared>) => OutgoingMessage

/** @param deps.settingsOf undefined for a service this node does not know; `plan` gave such rows back */
export function createComposer(deps: {
  settingsOf: (service: string) => MessageSettings | undefined
}): ComposeMessage {
  return (claim) => {
    const settings = deps.settingsOf(claim.service)
    if (!settings) throw new Error('a delivery of an unknown service was claimed')
    const rendered = render({
      settings,
      channel: claim.channel,
      code: claim.prepared.code,
      locale: claim.locale,
      // As `expires_in` of the answer: a message that goes out at once says the whole time.
      seconds: Math.max(1, Math.ceil((claim.expiresAt - wordedAt(claim)) / 1000)),
    })
    return {
      attemptId: claim.attemptId,
      deliveryId: claim.deliveryId,
      verificationId: claim.verificationId,
      service: claim.service,
      brandName: settings.brandName,
      channel: claim.channel,
      to: claim.prepared.to,
      code: claim.prepared.code,
      locale: claim.locale,
      expiresAt: claim.expiresAt,
      ...rendered,
    }
  }
}
