// The log line of a try's result, and the name of what was thrown.
// It must not log a message, a code or a recipient.

import type { ClaimedDelivery } from './outbox-ports.ts'
import { type DeliveryLog, faultOf, type SendResult } from './ports.ts'

type LoggedClaim = Pick<
  ClaimedDelivery<unknown>,
  'verificationId' | 'deliveryId' | 'tryNumber' | 'channel' | 'provider'
>

export function logResult(
  log: DeliveryLog,
  claim: LoggedClaim,
  result: SendResult,
  durationMs: number,
): void {
  const fields = {
    verification: claim.verificationId,
    delivery: claim.deliveryId,
    try: claim.tryNumber,
    channel: claim.channel,
    provider: claim.provider,
    result: result.kind,
    durationMs,
  }
  if (result.kind === 'accepted') log.debug(fields, 'a delivery was accepted')
  else
    log.info(
      { ...fields, reason: result.error.code, fault: faultOf(result) ?? undefined },
      'a delivery was not accepted',
    )
}

/** A library's message may quote its input; the name of its class cannot. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
