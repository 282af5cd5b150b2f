// What may follow a message that was handed over: a receipt that sends it on to another provider, and questions about it.
// It must not settle anything.

import type { ClaimedDelivery, SettleDelivery } from '../outbox-ports.ts'
import type { Provider } from '../ports.ts'
import type { NextProvider } from '../routes/next-provider.ts'

export type FollowUpDeps = {
  /** Whether it will be heard what became of its messages. */
  isReporting?: ((provider: Provider) => boolean) | undefined
  /** Whether a webhook of the service reports what became of a message. */
  hasWebhook?: ((service: string) => boolean) | undefined
}

/** @param next after this try; undefined: nobody is left */
export function withFollowUp(
  { isReporting, hasWebhook }: FollowUpDeps,
  provider: Provider | undefined,
  { kind, service }: Pick<ClaimedDelivery<unknown>, 'kind' | 'service'>,
  settled: SettleDelivery['result'],
  next: NextProvider | undefined,
): SettleDelivery['result'] {
  if (settled.kind !== 'sent' || !provider || isReporting?.(provider) !== true) return settled
  // A decoy has no id of its provider's: who imitates that is asked about it.
  const isKnown = kind === 'decoy' || (kind === 'real' && settled.reference !== null)
  return {
    ...settled,
    mayFailOver: next?.isNewRound === false,
    ...(provider.ask && isKnown && { mayBeAsked: { hasWebhook: hasWebhook?.(service) === true } }),
  }
}
