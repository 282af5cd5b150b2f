// The words for how a message travels, shared by the domain, delivery, storage and the routes.
// It must not know a provider: the registry says who carries what.

/** Those that some provider of the registry carries: no other is offered, accepted or named, nor in development. */
export const CHANNELS = ['sms', 'email'] as const // mutant: C66.no-empty-channel
export type Channel = (typeof CHANNELS)[number]

/** What a person has already: nothing travels, and no provider takes part. */
export const FACTOR_CHANNELS = ['totp', 'recovery_code'] as const
export type FactorChannel = (typeof FACTOR_CHANNELS)[number]
/** How a verification's code comes to the person who types it. */
export type VerificationChannel = Channel | FactorChannel

export function isFactorChannel(channel: VerificationChannel): channel is FactorChannel {
  return (FACTOR_CHANNELS as readonly string[]).includes(channel)
}

/** In the order in which a delivery moves; `failed` and `canceled` end it. */
export const DELIVERY_STATUSES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'undelivered',
  'failed',
  'canceled',
] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

/** How a delivery is made: `real` through a provider; `decoy` and `test` send nothing. */
export type DeliveryKind = 'real' | 'decoy' | 'test'

/** Under this a message comes too late to be typed: a delivery is neither claimed nor tried again (I6). */
export const MIN_REMAINING_TO_SEND_MS = 20_000
