// The store's part in a receipt over an engine: the try is read, decided on here (delivery/receipts.ts), then changed where it
// is still as it was read. It must not hold a rule of its own.

import type { Outbox, ReceiptKey, ReceiptOutcome } from '../delivery/outbox-ports.ts'
import { decideReceipt } from '../delivery/receipts.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { readTryId } from '../kernel/ids.ts'
import type { WebhookCauses } from '../webhooks/ports.ts'
import type { Engine } from './engine.ts'
import type { ReportedRow, TryRef } from './engine-receipts.ts'
import { withWebhooks } from './outbox.ts'

/** Each time its delivery moved in between: a few tries, and its end. */
const MAX_DECISIONS = 8

/** What may move, as both engines write it of a row: a token or a receipt that is null is left out. */
export function seenOf(row: Omit<ReportedRow, 'at'>): string {
  const { status, tries, token, verificationStatus, sends, receipt } = row
  const parts = [status, tries, token, verificationStatus, sends, receipt]
  return parts.filter((part) => part !== null).join('/')
}

function refOf({ provider, tryId, reference }: ReceiptKey): TryRef | undefined {
  const numbers = tryId === null ? undefined : readTryId(tryId)
  if (numbers) return { by: 'number', provider, ...numbers }
  return tryId !== null || reference === null ? undefined : { by: 'reference', provider, reference }
}

export function createReceive(
  engine: Pick<Engine['outbox'], 'reported' | 'receive'>,
  causes: WebhookCauses,
): Outbox['receive'] {
  return async ({ key, reported, now, next }): Promise<ReceiptOutcome> => {
    const ref = refOf(key)
    for (let n = 0; ref && n < MAX_DECISIONS; n += 1) {
      const row = await engine.reported(ref, now)
      // Of another provider: its MAC, or its signature, says nothing about this one's tries.
      if (row?.tryProvider !== key.provider) return { kind: 'unknown' } // mutant: C55.own-tries
      const { verificationId, service, channel, country, recipientSealed, kind: of } = row
      const recipient = { verificationId, service, recipientSealed }
      const message = { channel, country, of, recipient }
      const decision = decideReceipt(row, reported, next, row.at)
      if (!decision) return { kind: 'known', ...message }
      const change = withWebhooks(causes, service, row, decision.change)
      const { send, tryNumber, tryProvider: from } = row
      const toApply = { ...decision, change, verificationId, send, tryNumber, seen: seenOf(row) }
      if ((await engine.receive(toApply, now)) === 'changed') continue
      causes.written(change.events)
      const { status, provider = null } = change.set
      const requeued = status === 'queued' ? provider : null
      const afterMs = decision.receipt.at - row.tryStartedAt
      return { kind: 'moved', ...message, from, afterMs, requeued }
    }
    if (!ref) return { kind: 'unknown' }
    throw new StoreUnavailableError('the delivery moved too often')
  }
}
