// Takes what providers report: first whether it is theirs, cheaply, then what it says, then the store.
// It must not read a report before that, nor log anything of one that is not theirs.

import type { Channel, SuppressionReason } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { CallbackUrls } from './callback-urls.ts'
import type { Chooser } from './chooser.ts'
import type { DecoyReceipts } from './decoy-receipts.ts'
import type { NextAfter, Outbox, ReceiptOutcome } from './outbox-ports.ts'
import { type DeliveryLog, type Failover, type Provider, permanent } from './ports.ts'
import type { OptOut, Receipt, ReceiptDesk, ReceiptState } from './receipt-ports.ts'
import type { Rests } from './rests.ts'

/** A stranger may send thousands: one line for all of a minute. */
const REFUSALS_TOLD_EVERY_MS = 60_000
/** A check that asks elsewhere (a certificate) must not hold a request for longer. */
const VERIFY_WITHIN_MS = 5_000

export type DeskDeps = {
  publicUrl: string
  providers: readonly Provider[]
  urls: CallbackUrls
  outbox: Pick<Outbox, 'receive'>
  chooser: Pick<Chooser, 'next'>
  rests: Pick<Rests, 'record'>
  decoys: Pick<DecoyReceipts, 'learn'>
  keyring: Pick<Keyring, 'open'>
  clock: Pick<Clock, 'now'>
  logger: DeliveryLog
  suppress: ReportSuppressed
  /** Those that write by this provider: they share its sender, so a STOP is meant for each. */
  servicesBy(provider: string, channel: Channel): readonly string[]
  /** A message is due again. */
  wake(channel: Failover['channel']): void
  /** For metrics. They must not throw. */
  onReceipt(provider: string, state: ReceiptState): void
  onFailover(failover: Failover): void
}

function createRefusalNote({ clock, logger }: Pick<DeskDeps, 'clock' | 'logger'>) {
  let count = 0
  let toldAt = Number.NEGATIVE_INFINITY
  return (provider: string) => {
    count += 1
    const now = clock.now()
    if (now - toldAt < REFUSALS_TOLD_EVERY_MS) return
    toldAt = now
    logger.warn({ provider, count }, 'a receipt was refused: it is not signed by its provider')
    count = 0
  }
}

function createNext({ chooser, keyring }: Pick<DeskDeps, 'chooser' | 'keyring'>): NextAfter {
  return ({ verificationId, service, channel, country, recipientSealed }, tried) => {
    const to = keyring.open(recipientSealed, recipientContext(verificationId))
    return chooser.next({ service, channel, country, to }, tried)
  }
}

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

/** Twice is as once. A complaint comes after the receipt that the message arrived. */
async function suppressFor(
  { suppress, keyring }: Pick<DeskDeps, 'suppress' | 'keyring'>,
  provider: string,
  { suppress: reason, error }: Receipt,
  outcome: Exclude<ReceiptOutcome, { kind: 'unknown' }>,
): Promise<void> {
  if (reason === null || outcome.of !== 'real') return
  const { channel, recipient } = outcome
  const { service, verificationId, recipientSealed } = recipient
  const to = keyring.open(recipientSealed, recipientContext(verificationId))
  const code = error?.code ?? null
  await suppress.add({ service, channel, to, reason, provider, code })
}

/** The person's own word, to each service that writes to them by this provider. */
async function hearOptOut(
  { suppress, servicesBy }: Pick<DeskDeps, 'suppress' | 'servicesBy'>,
  { name: provider, channels }: Provider,
  { kind, recipient: to }: OptOut,
): Promise<void> {
  const [channel] = channels
  if (channel === undefined) return
  for (const service of servicesBy(provider, channel)) {
    const report = { service, channel, to, provider }
    if (kind === 'start') await suppress.start(report)
    else await suppress.add({ ...report, reason: 'stop', code: null })
  }
}

type Outcome<Kind> = Extract<ReceiptOutcome, { kind: Kind }>

/** What one message proves about the next: how long they take, and that an account or a country is refused after all. */
function learnFrom(
  { decoys, rests, clock }: Pick<DeskDeps, 'decoys' | 'rests' | 'clock'>,
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

function createTake(deps: DeskDeps) {
  const next = createNext(deps)
  return async (provider: string, receipt: Receipt): Promise<void> => {
    const { tryId, reference, ...reported } = receipt
    const key = { provider, tryId, reference }
    const outcome = await deps.outbox.receive({ key, reported, now: deps.clock.now(), next })
    if (outcome.kind === 'unknown') return
    if (outcome.kind === 'moved') {
      deps.onReceipt(provider, receipt.state)
      learnFrom(deps, provider, receipt, outcome)
      const { channel, from, requeued: to } = outcome
      if (to !== null) deps.onFailover({ channel, from, to })
      if (to !== null) deps.wake(channel)
    }
    await suppressFor(deps, provider, receipt, outcome)
  }
}

export function createReceiptDesk(deps: DeskDeps): ReceiptDesk {
  const { providers, urls, clock, publicUrl } = deps
  const note = createRefusalNote(deps)
  const take = createTake(deps)
  return {
    publicUrl,
    async take(name, callback) {
      // A gateway of each channel has the same name.
      const provider = providers.find((one) => one.name === name && one.receipts)
      const reader = provider?.receipts
      if (!provider || !reader) return 'nobody'
      const isOfMessage = reader.url === 'message'
      const named = isOfMessage ? urls.tryOf(name, callback.query) : undefined
      const isText = reader.takesTexts === true && !callback.query.has('try')
      const isOurs = !isOfMessage || named !== undefined || isText
      const signal = AbortSignal.timeout(VERIFY_WITHIN_MS)
      if (!isOurs || !(await reader.verify(callback, clock.now(), signal))) {
        note(name)
        return 'refused'
      }
      const reports = reader.read(callback)
      if (!reports) return 'unreadable'
      for (const report of reports) {
        if (report.kind !== 'receipt') await hearOptOut(deps, provider, report)
        else if (!isText)
          await take(name, isOfMessage ? { ...report, tryId: named ?? null } : report)
      }
      const reply = reader.reply?.(callback) ?? null
      return reply === null ? 'taken' : { reply }
    },
  }
}
