// The words for how a message travels, shared by the domain, delivery, storage and the routes.

/** Carried by some provider of the registry: no other channel is offered, accepted or named, not even in development, where the inbox takes texts only. */
export const CHANNELS = ['sms', 'email', 'whatsapp', 'telegram', 'voice'] as const // mutant: C66.no-empty-channel
export type Channel = (typeof CHANNELS)[number]

/** The channels whose texts are ours; a messenger sends a template or a text of its own. */
export const TEXT_CHANNELS = ['sms', 'email', 'voice'] as const satisfies readonly Channel[]
export type TextChannel = (typeof TEXT_CHANNELS)[number]

/** Those that the development inbox takes where no provider does. Nobody would press a key for it. */
export const INBOX_CHANNELS = ['sms', 'email'] as const satisfies readonly Channel[]

/** The channels whose codes a person already has: nothing is sent, and no provider takes part. */
export const FACTOR_CHANNELS = ['totp', 'recovery_code'] as const
export type FactorChannel = (typeof FACTOR_CHANNELS)[number]
/** How a verification's code reaches the person who types it. */
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
/** `waiting`: a step of a chain that has not gone out; nobody is shown it as a delivery. */
export type StoredDeliveryStatus = DeliveryStatus | 'waiting'

/** How a delivery is made: `real` through a provider; `decoy` and `test` send nothing. */
export type DeliveryKind = 'real' | 'decoy' | 'test'

/**
 * Why a recipient gets no messages of a channel: `bounce` the mailbox refused them for good, `complaint` the person reported one
 * as unwanted, `unknown` there is no such number or mailbox, `stop` the person's own word.
 */
export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'unknown', 'stop'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** With less time left a message arrives too late to be typed: it is neither claimed nor retried (I6: nothing late leaves). */
export const MIN_REMAINING_TO_SEND_MS = 20_000
