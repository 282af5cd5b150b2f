// Answers that suppress their recipient: codes by which a provider is certain of this very number or mailbox.
// It must not hold a code that a sender, a country, a message or an outage can bring about.

import type { Channel, SuppressionReason } from '../../kernel/channel.ts'
import type { ClaimedDelivery } from '../outbox-ports.ts'
import type { Prepared } from '../plan.ts'
import type { DeliveryLog, SendResult } from '../ports.ts'
import { splitName } from '../provider-account.ts'

type Meanings = readonly (readonly [code: RegExp, reason: SuppressionReason])[]

/**
 * Reports that a phone cannot be reached are left out: it may be off. Mail (RFC 3463 §3.2 and §3.3, RFC 7505 §4): no such
 * mailbox, one that moved, a domain that takes no mail; and a mailbox that was switched off. A full one has room tomorrow.
 */
const BY_PROVIDER: ReadonlyMap<string, Meanings> = new Map([
  [
    'twilio',
    [
      [/^21610$/, 'stop'],
      [/^30005$/, 'unknown'],
    ],
  ],
  [
    'vonage',
    [
      [/^1240$/, 'stop'],
      [/^1190$/, 'unknown'],
    ],
  ],
  ['aws', [[/^DESTINATION_PHONE_NUMBER_OPTED_OUT$/, 'stop']]],
  [
    'smtp',
    [
      [/^smtp_5\d\d_5\.1\.(1|6|10)$/, 'unknown'],
      [/^smtp_5\d\d_5\.2\.1$/, 'bounce'],
    ],
  ],
])

/** Null: the next message may get through. */
export function suppressedBy(provider: string, result: SendResult): SuppressionReason | null {
  if (result.kind !== 'permanent' || result.fault !== 'recipient') return null // mutant: C59.fault-of-recipient
  const { code } = result.error
  const meanings = BY_PROVIDER.get(splitName(provider).base) ?? []
  return meanings.find(([pattern]) => pattern.test(code))?.[1] ?? null
}

/** Puts a recipient on the list, where it is not there yet. @throws StoreUnavailableError */
export type AddSuppressed = (report: {
  service: string
  channel: Channel
  to: string
  reason: SuppressionReason
  provider: string
  code: string
}) => Promise<unknown>

/** Of a real message, after its result was settled. */
export type SuppressFor = (
  claim: Pick<ClaimedDelivery<Prepared>, 'service' | 'channel' | 'provider' | 'prepared'>,
  result: SendResult,
) => Promise<void>

/** Never rejects: a report that is lost comes again with the next message. */
export function createSuppressFor(deps: { add: AddSuppressed; logger: DeliveryLog }): SuppressFor {
  return async ({ service, channel, provider, prepared }, result) => {
    const reason = suppressedBy(provider, result)
    if (reason === null || result.kind === 'accepted') return
    const { code } = result.error
    try {
      await deps.add({ service, channel, to: prepared.to, reason, provider, code })
    } catch {
      deps.logger.warn({ channel, provider, reason: code }, 'a recipient could not be suppressed')
    }
  }
}
