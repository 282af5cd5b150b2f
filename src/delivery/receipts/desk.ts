// Takes what providers report: first whether it is theirs, cheaply, then what it says, then the store.
// It must not read a report before that, nor log anything of one that is not theirs.

import type { Channel } from '../../kernel/channel.ts'
import type { Clock } from '../../kernel/clock.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { UnknownKeyError } from '../../kernel/keyring.ts'
import { createRareNote } from '../../kernel/rare-note.ts'
import type { DeliveryLog, Provider } from '../ports.ts'
import type { CallbackUrls, ReturnTokens } from './callback-urls.ts'
import type {
  Callback,
  CallbackHead,
  OptOut,
  Receipt,
  ReceiptDesk,
  ReceiptReader,
  Received,
  Report,
} from './ports.ts'
import { createRooms, USUAL_ROOM } from './rooms.ts'
import type { ReportSuppressed, TakeReceipt } from './take-receipt.ts'

/** A check that asks elsewhere (a certificate) must not hold a request for longer. */
const VERIFY_WITHIN_MS = 5_000

export type DeskDeps = {
  publicUrl: string
  providers: readonly Provider[]
  /** Null: nobody outside can reach this service. */
  urls: CallbackUrls | null
  tokens: Pick<ReturnTokens, 'tryOf'>
  take: TakeReceipt
  clock: Pick<Clock, 'now'>
  logger: DeliveryLog
  suppress: ReportSuppressed
  /** Those that write by this provider: they share its sender, so a STOP is meant for each. */
  servicesBy(provider: string, channel: Channel): readonly string[]
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

/** The try that a report is of; undefined: it proves none. */
function tryOf({ tokens }: Pick<DeskDeps, 'tokens'>, provider: string, receipt: Receipt) {
  return receipt.token === undefined ? undefined : tokens.tryOf(provider, receipt.token) // mutant: I16.bounce-token
}

/** Asked after its MAC: a timer for each forged one would cost as much as that. */
export const isSigned = (
  reader: Pick<ReceiptReader, 'verify'>,
  callback: Callback,
  now: number,
): boolean | Promise<boolean> => reader.verify(callback, now, AbortSignal.timeout(VERIFY_WITHIN_MS))

type Found = { provider: Provider; reader: ReceiptReader }

const isTextTo = (reader: ReceiptReader, { query }: CallbackHead) =>
  reader.takesTexts === true && !query.has('try')

const pathOf = ({ name, receipts }: Provider) => receipts && (receipts.path ?? name)

/** One that cannot be taken here, as its recipient is sealed with a key that this node lacks, holds up no other. */
async function takeEach(
  reports: readonly Report[],
  take: (report: Report) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  for (const report of reports)
    try {
      await take(report)
    } catch (error) {
      // Where the store is down, each of them would wait for it.
      if (error instanceof StoreUnavailableError) throw error
      failures.push(error) // mutant: C55.one-of-a-batch
    }
  // What nobody expects is told before what a missing key is.
  const failure = failures.find((one) => !(one instanceof UnknownKeyError)) ?? failures[0]
  if (failure !== undefined) throw failure
}

/** One account may serve several channels, and reports in the words of each; a gateway of each channel has the same name. */
function readersAt(providers: readonly Provider[], path: string): Found[] {
  return providers.flatMap((provider) => {
    const { receipts: reader } = provider
    return reader && pathOf(provider) === path ? [{ provider, reader }] : []
  })
}

export function createReceiptDesk(deps: DeskDeps): ReceiptDesk {
  const { providers, urls, take, clock, publicUrl } = deps
  const roomFor = createRooms()
  const note = createRareNote(deps, 'a receipt was refused: it is not signed by its provider')
  const noteBusy = createRareNote(deps, 'a long report was refused: others are still being read')
  const isNamed = ({ provider, reader }: Found, head: CallbackHead): boolean =>
    reader.url !== 'message' ||
    urls?.tryOf(provider.name, head.query) !== undefined ||
    isTextTo(reader, head)
  const isOurs = async (found: Found, callback: Callback) =>
    isNamed(found, callback) && (await isSigned(found.reader, callback, clock.now()))
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
  const takeBy = async (found: Found, callback: Callback): Promise<Received> => {
    if (!(await isOurs(found, callback))) return 'refused'
    const reports = await found.reader.read(callback)
    if (!reports) return 'unreadable'
    await takeEach(reports, (report) => takeReport(found, callback, report))
    const reply = found.reader.reply?.(callback) ?? null
    return reply === null ? 'taken' : { reply }
  }
  return {
    publicUrl,
    paths: [...new Set(providers.flatMap((provider) => pathOf(provider) ?? []))],
    room(path, head) {
      const [found] = readersAt(providers, path)
      if (!found) return USUAL_ROOM
      const room = isNamed(found, head) ? roomFor(found.reader, head) : 'refused' // mutant: C55.mac-before-body
      if (room === 'refused') note(path)
      if (room === 'busy') noteBusy(path)
      return room
    },
    async take(path, callback) {
      let received: Received = 'nobody'
      for (const found of readersAt(providers, path)) {
        received = await takeBy(found, callback)
        if (received !== 'unreadable') break
      }
      if (received === 'refused') note(path)
      return received
    },
  }
}
