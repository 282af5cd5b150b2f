// From a claimed delivery to the message a provider sends, in the service's words.
// It must not log or keep what it makes: the code is in it in clear.

import type { Clock } from '../kernel/clock.ts'
import type { ClaimedDelivery } from './outbox-ports.ts'
import type { Prepared } from './plan.ts'
import type { MessageSettings, OutgoingMessage } from './ports.ts'
import { render } from './templates/render.ts'

export type ComposeMessage = (claim: ClaimedDelivery<Prepared>) => OutgoingMessage

/** @param deps.settingsOf undefined for a service this node does not know; `plan` gave such rows back */
export function createComposer(deps: {
  settingsOf: (service: string) => MessageSettings | undefined
  clock: Clock
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
      seconds: Math.max(1, Math.ceil((claim.expiresAt - deps.clock.now()) / 1000)),
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
