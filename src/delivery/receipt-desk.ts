// Takes what providers report: first whether it is theirs, cheaply, then what it says, then the store.
// It must not read a report before that, nor log anything of one that is not theirs.

import type { Channel, SuppressionReason } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { CallbackUrls, ReturnTokens } from './callback-urls.ts'
import type { Chooser } from './chooser.ts'
import type { DecoyReceipts } from './decoy-receipts.ts'
import type { NextAfter, Outbox, ReceiptOutcome } from './outbox-ports.ts'
import { type DeliveryLog, type Failover, type Provider, permanent } from './ports.ts'
import { isSameMailbox } from './providers/mail/mailbox.ts'
import type {
  Callback,
  OptOut,
  Receipt,
  ReceiptDesk,
  ReceiptReader,
  ReceiptState,
  Report,
} from './receipt-ports.ts'
import type { Rests } from './rests.ts'
import { suppressedBy } from './suppress.ts'

/** A stranger may send thousands: one line for all of a minute. */
const REFUSALS_TOLD_EVERY_MS = 60_000
/** Some fifty messages. */
const MAX_REPORT_BYTES = 16 * 1024
/** A check that asks elsewhere (a certificate) must not hold a request for longer. */
const VERIFY_WITHIN_MS = 5_000

export type DeskDeps = {
  publicUrl: string
  providers: readonly Provider[]
  /** Null: nobody outside can reach this service. */
  urls: CallbackUrls | null
  tokens: Pick<ReturnTokens, 'tryOf'>
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

/** As an answer of the same code would, where the reader does not say. */
function reasonOf(provider: string, { suppress, error, fault }: Receipt): SuppressionReason | null {
  if (suppress !== null || error === null || fault === null) return suppress
  return suppressedBy(provider, permanent(fault, error.code, error.message))
}

/** Twice is as once. A complaint comes after the receipt that the message arrived. */
async function suppressFor(
  { suppress, keyring }: Pick<DeskDeps, 'suppress' | 'keyring'>,
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
    const { tryId, reference, state, error, fault, at, charge } = receipt
    const reported = { state, error, fault, at, charge }
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

/** The try that a report is of; undefined: it proves none. */
function tryOf({ tokens }: Pick<DeskDeps, 'tokens'>, provider: string, receipt: Receipt) {
  return receipt.token === undefined ? undefined : tokens.tryOf(provider, receipt.token) // mutant: I16.bounce-token
}

type Found = { provider: Provider; reader: ReceiptReader }

const isTextTo = (reader: ReceiptReader, { query }: Callback) =>
  reader.takesTexts === true && !query.has('try')

/** A gateway of each channel has the same name. */
function readerAt(providers: readonly Provider[], path: string) {
  const provider = providers.find(
    ({ name, receipts }) => receipts && (receipts.path ?? name) === path,
  )
  return provider?.receipts && { provider, reader: provider.receipts }
}

export function createReceiptDesk(deps: DeskDeps): ReceiptDesk {
  const { providers, urls, clock, publicUrl } = deps
  const note = createRefusalNote(deps)
  const take = createTake(deps)
  const isOurs = async ({ provider, reader }: Found, callback: Callback) => {
    const signal = AbortSignal.timeout(VERIFY_WITHIN_MS)
    const isNamed =
      reader.url !== 'message' ||
      urls?.tryOf(provider.name, callback.query) !== undefined ||
      isTextTo(reader, callback)
    return isNamed && (await reader.verify(callback, clock.now(), signal))
  }
  const takeReport = async ({ provider, reader }: Found, callback: Callback, report: Report) => {
    if (report.kind !== 'receipt') return await hearOptOut(deps, provider, report)
    if (isTextTo(reader, callback)) return
    if (reader.url === 'account') return await take(provider.name, report)
    const tryId =
      reader.url === 'token'
        ? tryOf(deps, provider.name, report)
        : urls?.tryOf(provider.name, callback.query)
    if (tryId !== undefined) await take(provider.name, { ...report, tryId })
  }
  return {
    publicUrl,
    room(path, headers) {
      const reader = readerAt(providers, path)?.reader
      const room = reader?.room ? reader.room(headers) : MAX_REPORT_BYTES
      if (room === undefined) note(path)
      return room ?? 'refused'
    },
    async take(path, callback) {
      const found = readerAt(providers, path)
      if (!found) return 'nobody'
      if (!(await isOurs(found, callback))) {
        note(path)
        return 'refused'
      }
      const reports = await found.reader.read(callback)
      if (!reports) return 'unreadable'
      for (const report of reports) await takeReport(found, callback, report)
      const reply = found.reader.reply?.(callback) ?? null
      return reply === null ? 'taken' : { reply }
    },
  }
}
