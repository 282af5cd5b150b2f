// Answers a provider that asks what a call is to say: first whether it is the provider, cheaply, then whether the call may have
// its code. It must not log a page, nor give out a code that is not stored as told.

import type { Clock } from '../../kernel/clock.ts'
import type { Keyring } from '../../kernel/keyring.ts'
import { createRareNote } from '../../kernel/rare-note.ts'
import { codeContext } from '../../kernel/sealing.ts'
import type { MessageSettings, Provider } from '../ports.ts'
import type { CallbackUrls } from '../receipts/callback-urls.ts'
import type { DecoyReceipts } from '../receipts/decoy-receipts.ts'
import { type DeskDeps, isSigned } from '../receipts/desk.ts'
import type { Callback, ReceiptReader } from '../receipts/ports.ts'
import type { TakeDeps } from '../receipts/take-receipt.ts'
import { composeCall } from '../templates/call.ts'
import type { CallDesk, CallOutcome, CallPage, CallReader, CallStore } from './ports.ts'

export type CallDeskDeps = Pick<DeskDeps, 'publicUrl' | 'providers' | 'logger'> &
  Pick<TakeDeps, 'onReceipt'> & {
    urls: CallbackUrls
    outbox: CallStore
    keyring: Pick<Keyring, 'open'>
    clock: Pick<Clock, 'now'>
    decoys: Pick<DecoyReceipts, 'learn'>
    settingsOf: (service: string) => MessageSettings | undefined
  }

/** Of a call that is not known (any more), or whose service is not: in its own language, else in English. */
const UNKNOWN: MessageSettings = {
  brandName: '',
  locale: 'en',
  originDomain: null,
  androidAppHash: null,
  subjectShowsCode: false,
  linkUrl: null,
  templates: {},
}

function pageOf(
  { keyring, settingsOf }: Pick<CallDeskDeps, 'keyring' | 'settingsOf'>,
  outcome: CallOutcome,
  call: CallReader,
  url: string,
): CallPage {
  const about = outcome.kind === 'unknown' ? null : outcome
  const settings = (about && settingsOf(about.service)) ?? UNKNOWN
  const { locale, prompt, reading, over } = composeCall(
    settings,
    about?.locale ?? null,
    call.speaks,
  )
  if (outcome.kind === 'prompt') return { kind: 'prompt', locale, text: prompt, url }
  if (outcome.kind !== 'code') return { kind: 'over', locale, text: over }
  const { codeSealed, verificationId } = outcome
  const text = reading(keyring.open(codeSealed, codeContext(verificationId)))
  return { kind: 'code', locale, texts: [text, text] }
}

type Caller = Provider & { call: CallReader; receipts: ReceiptReader }
const calls = (provider: Provider): provider is Caller =>
  provider.call !== undefined && provider.receipts !== undefined

export function createCallDesk(deps: CallDeskDeps): CallDesk {
  const { providers, urls, clock, publicUrl, outbox } = deps
  const note = createRareNote(
    deps,
    'a question about the words of a call was refused: it is not signed by its provider',
  )
  // Both: a signature is for any URL of the account, a MAC for one try.
  const provenTry = async ({ name, receipts }: Caller, callback: Callback, now: number) => {
    const tryId = urls.tryOf(name, callback.query) // mutant: C27.call-mac
    if (tryId === undefined) return undefined
    return (await isSigned(receipts, callback, now)) ? tryId : undefined // mutant: C27.call-signature
  }
  return {
    publicUrl,
    async take(name, callback) {
      const provider = providers.filter(calls).find((one) => one.name === name)
      if (!provider) return 'nobody'
      const { call } = provider
      const now = clock.now()
      const tryId = await provenTry(provider, callback, now)
      if (tryId === undefined) {
        note(name)
        return 'refused'
      }
      const event = call.read(callback)
      if (event === undefined) return 'unreadable'
      const outcome = await outbox.call({ key: { provider: name, tryId }, event, now })
      if (outcome.kind === 'code') {
        deps.onReceipt(name, 'delivered')
        deps.decoys.learn({ channel: outcome.channel, provider: name }, outcome.afterMs)
      }
      return call.write(pageOf(deps, outcome, call, urls.of(name, tryId)))
    },
  }
}
