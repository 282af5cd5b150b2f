// What one receipt does: the store first, then all that learns from it. The same for one that came unasked and for the answer
// to a question. It must not ask whether it is the provider's: whoever calls has done that.

import type { Channel, SuppressionReason } from '../../kernel/channel.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Keyring } from '../../kernel/keyring.ts'
import { recipientContext } from '../../kernel/sealing.ts'
import { suppressedBy } from '../answers/suppress.ts'
import type { NextAfter, Outbox, ReceiptOutcome } from '../outbox-ports.ts'
import { type Failover, permanent } from '../ports.ts'
import { isSameMailbox } from '../providers/mail/mailbox.ts'
import type { Chooser } from '../routes/chooser.ts'
import type { Rests } from '../routes/rests.ts'
import type { DecoyReceipts } from './decoy-receipts.ts'
import type { Receipt, ReceiptState } from './ports.ts'

/** @throws StoreUnavailableError */
export type ReportSuppressed = {
  add(report: {
    service: string
    channel: Channel
    to: string
    reason: SuppressionReason
    provider: string
    code: string | null
  }): Promise<unknown>
  start(report: {
    service: string
    channel: Channel
    to: string
    provider: string
  }): Promise<unknown>
}

export type TakeDeps = {
  outbox: Pick<Outbox, 'receive'>
  rests: Pick<Rests, 'record'>
  decoys: Pick<DecoyReceipts, 'learn'>
  keyring: Pick<Keyring, 'open'>
  clock: Pick<Clock, 'now'>
  suppress: ReportSuppressed
  /** Who carries a message next. */
  next: NextAfter
  /** A message is due again. */
  wake(channel: Failover['channel']): void
  /** For metrics. They must not throw. */
  onReceipt(provider: string, state: ReceiptState): void
  onFailover(failover: Failover): void
}

/** For the store, which holds a recipient sealed. */
export function createNext({
  chooser,
  keyring,
}: {
  chooser: Pick<Chooser, 'next'>
  keyring: Pick<Keyring, 'open'>
}): NextAfter {
  return ({ verificationId, service, channel, country, recipientSealed }, tried) => {
    const to = keyring.open(recipientSealed, recipientContext(verificationId))
    return chooser.next({ service, channel, country, to }, tried)
  }
}

/** As an answer of the same code would, where the reader does not say. */
function reasonOf(provider: string, { suppress, error, fault }: Receipt): SuppressionReason | null {
  if (suppress !== null || error === null || fault === null) return suppress
  return suppressedBy(provider, permanent(fault, error.code, error.message))
}

/** Twice is as once. A complaint comes after the receipt that the message arrived. */
async function suppressFor(
  { suppress, keyring }: Pick<TakeDeps, 'suppress' | 'keyring'>,
  provider: string,
  receipt: Receipt,
  outcome: Exclude<ReceiptOutcome, { kind: 'unknown' }>,
): Promise<void> {
  const reason = reasonOf(provider, receipt)
  if (reason === null || outcome.of !== 'real') return
  const { channel, recipient } = outcome
  const { service, verificationId, recipientSealed } = recipient
  const to = keyring.open(recipientSealed, recipientContext(verificationId))
  const about = receipt.recipient
  if (about !== undefined && !isSameMailbox(about, to)) return // mutant: C59.bounce-of-another
  const code = receipt.error?.code ?? null
  await suppress.add({ service, channel, to, reason, provider, code })
}

type Outcome<Kind> = Extract<ReceiptOutcome, { kind: Kind }>

/** What one message proves about the next: how long they take, and that an account or a country is refused after all. */
function learnFrom(
  { decoys, rests, clock }: Pick<TakeDeps, 'decoys' | 'rests' | 'clock'>,
  provider: string,
  { state, fault, error }: Receipt,
  { channel, country, of, afterMs }: Outcome<'moved'>,
): void {
  if (of !== 'real') return
  if (state === 'delivered') decoys.learn({ channel, provider }, afterMs)
  if (state !== 'undelivered' || error === null) return
  if (fault === 'account' || fault === 'destination') {
    const refusal = permanent(fault, error.code, error.message)
    rests.record({ channel, provider, country }, refusal, clock.now())
  }
}

/** @throws StoreUnavailableError, UnknownKeyError */
export function createTake(deps: TakeDeps) {
  const { next } = deps
  return async (provider: string, receipt: Receipt): Promise<void> => {
    const { tryId, reference, state, error, fault, at, charge } = receipt
    const reported = { state, error, fault, at, charge }
    const key = { provider, tryId, reference }
    const outcome = await deps.outbox.receive({ key, reported, now: deps.clock.now(), next })
    if (outcome.kind === 'unknown') return
    if (outcome.kind === 'moved') {
      if (outcome.of === 'real') deps.onReceipt(provider, receipt.state)
      learnFrom(deps, provider, receipt, outcome)
      const { channel, from, requeued: to } = outcome
      if (to !== null) deps.onFailover({ channel, from, to })
      if (to !== null) deps.wake(channel)
    }
    await suppressFor(deps, provider, receipt, outcome)
  }
}

export type TakeReceipt = ReturnType<typeof createTake>
