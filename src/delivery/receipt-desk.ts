// Takes what providers report: first whether it is theirs, cheaply, then what it says, then the store.
// It must not read a report before that, nor log anything of one that is not theirs.

import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { CallbackUrls } from './callback-urls.ts'
import type { Chooser } from './chooser.ts'
import type { DecoyReceipts } from './decoy-receipts.ts'
import type { NextAfter, Outbox } from './outbox-ports.ts'
import type { DeliveryLog, Failover, Provider } from './ports.ts'
import type { Receipt, ReceiptDesk, ReceiptState } from './receipt-ports.ts'

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
  decoys: Pick<DecoyReceipts, 'learn'>
  keyring: Pick<Keyring, 'open'>
  clock: Pick<Clock, 'now'>
  logger: DeliveryLog
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

function createTake(deps: DeskDeps) {
  const next = createNext(deps)
  return async (provider: string, receipt: Receipt): Promise<void> => {
    const { tryId, reference, ...reported } = receipt
    const key = { provider, tryId, reference }
    const outcome = await deps.outbox.receive({ key, reported, now: deps.clock.now(), next })
    if (outcome.kind !== 'moved') return
    deps.onReceipt(provider, receipt.state)
    const { channel, from, afterMs, requeued: to } = outcome
    const hasArrived = receipt.state === 'delivered' && outcome.of === 'real'
    if (hasArrived) deps.decoys.learn({ channel, provider }, afterMs)
    if (to === null) return
    deps.onFailover({ channel, from, to })
    deps.wake(channel)
  }
}

export function createReceiptDesk(deps: DeskDeps): ReceiptDesk {
  const { providers, urls, clock, publicUrl } = deps
  const note = createRefusalNote(deps)
  const take = createTake(deps)
  return {
    publicUrl,
    async take(name, callback) {
      const reader = providers.find((one) => one.name === name)?.receipts
      if (!reader) return 'nobody'
      const isOfMessage = reader.url === 'message'
      const named = isOfMessage ? urls.tryOf(name, callback.query) : undefined
      const isOurs = !isOfMessage || named !== undefined
      const signal = AbortSignal.timeout(VERIFY_WITHIN_MS)
      if (!isOurs || !(await reader.verify(callback, clock.now(), signal))) {
        note(name)
        return 'refused'
      }
      const reports = reader.read(callback)
      if (!reports) return 'unreadable'
      for (const report of reports) {
        if (report.kind !== 'receipt') continue
        await take(name, isOfMessage ? { ...report, tryId: named ?? null } : report)
      }
      return 'taken'
    },
  }
}
