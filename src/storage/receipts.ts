// The store's part in a receipt over an engine: the try is read, decided on here (delivery/receipts/receipts.ts), then changed where it
// is still as it was read; and in a call that asks for its code. It must not hold a rule of its own.

import { type CallDecision, decideCall } from '../delivery/calls/calls.ts'
import type { CallOutcome, CallStore } from '../delivery/calls/ports.ts'
import type { DeliveryChange } from '../delivery/change.ts'
import type { Outbox, ReceiptKey, ReceiptOutcome } from '../delivery/outbox-ports.ts'
import { decideReceipt, type ReceiptDecision } from '../delivery/receipts/receipts.ts'
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

type Part = Pick<Engine['outbox'], 'reported' | 'receive'>
/** `undefined`: nothing is to be written. */
type Decided = { decision?: ReceiptDecision | undefined }

/** Decided again where the row moved in between. Undefined: no such try, or another provider's. */
async function moveTry<Result extends Decided>(
  engine: Part,
  causes: WebhookCauses,
  { key, now }: { key: ReceiptKey; now: number },
  decide: (row: ReportedRow) => Result,
): Promise<{ row: ReportedRow; decided: Result; change: DeliveryChange | null } | undefined> {
  const ref = refOf(key)
  if (!ref) return undefined
  for (let n = 0; n < MAX_DECISIONS; n += 1) {
    const row = await engine.reported(ref, now)
    // Of another provider: its MAC, or its signature, says nothing about this one's tries.
    if (row?.tryProvider !== key.provider) return undefined // mutant: C55.own-tries
    const decided = decide(row)
    const { decision } = decided
    if (!decision) return { row, decided, change: null }
    const { verificationId, service, send, tryNumber } = row
    const change = withWebhooks(causes, service, row, decision.change)
    const toApply = { ...decision, change, verificationId, send, tryNumber, seen: seenOf(row) }
    if ((await engine.receive(toApply, now)) === 'changed') continue
    causes.written(change.events)
    return { row, decided, change }
  }
  throw new StoreUnavailableError('the delivery moved too often')
}

export function createReceive(engine: Part, causes: WebhookCauses): Outbox['receive'] {
  return async ({ reported, next, ...of }): Promise<ReceiptOutcome> => {
    const moved = await moveTry(engine, causes, of, (row) => ({
      decision: decideReceipt(row, reported, next, row.at),
    }))
    if (!moved) return { kind: 'unknown' }
    const { row, decided, change } = moved
    const { verificationId, service, channel, country, recipientSealed, kind } = row
    const recipient = { verificationId, service, recipientSealed }
    const message = { channel, country, of: kind, recipient }
    if (!decided.decision || !change) return { kind: 'known', ...message }
    const { status, provider = null } = change.set
    const requeued = status === 'queued' ? provider : null
    const afterMs = decided.decision.receipt.at - row.tryStartedAt
    return { kind: 'moved', ...message, from: row.tryProvider, afterMs, requeued }
  }
}

export function createCall(engine: Part, causes: WebhookCauses): CallStore['call'] {
  return async ({ key, event, now }): Promise<CallOutcome> => {
    const of = { key: { ...key, reference: null }, now }
    const moved = await moveTry(engine, causes, of, (row): CallDecision & Decided =>
      decideCall(row, event, row.at),
    )
    if (!moved) return { kind: 'unknown' }
    const { row, decided } = moved
    const { service, locale, verificationId, channel } = row
    if (decided.kind !== 'code') return { kind: decided.kind, service, locale }
    const { codeSealed, decision } = decided
    const afterMs = decision.receipt.at - row.tryStartedAt
    return { kind: 'code', service, locale, verificationId, codeSealed, channel, afterMs }
  }
}
