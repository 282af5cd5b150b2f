// The receipt of a test message: asked for until it says the end, or where it will be seen. In words.
// It must not wait beyond its bound, nor quote a provider.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { isReachable } from '../config/listen.ts'
import type { Fault, Provider, Refusal, SendResult } from '../delivery/ports.ts'
import type { AskReceipt, Receipt } from '../delivery/receipts/ports.ts'

/** Networks report within seconds, mostly. */
const RECEIPT_WITHIN_MS = 60_000
/** Between two questions; the last one again and again. */
const WAITS_MS = [2_000, 3_000, 5_000]
/** One that hangs costs one question. */
const ANSWER_WITHIN_MS = 10_000

/**
 * `sent`: it went to the network, and nothing came since. `none`: no more is known than the acceptance. `unasked`: the last
 * question had no answer.
 */
export type Followed = {
  state: 'delivered' | 'undelivered' | 'sent' | 'none' | 'unasked'
  error: Receipt['error']
  fault: Fault | null
  afterMs: number
}

const NOTHING_YET: Followed = { state: 'none', error: null, fault: null, afterMs: 0 }
const unasked = (code: string): Followed => ({
  ...NOTHING_YET,
  state: 'unasked',
  error: { code, message: 'the provider could not be asked' },
})

/** @param within bounds all of it; the clock and the wait are handed in */
export async function followReceipt(
  ask: AskReceipt,
  reference: string,
  { within, now, wait }: { within: number; now(): number; wait(ms: number): Promise<void> },
): Promise<Followed> {
  const began = now()
  let last = NOTHING_YET
  for (let round = 0; ; round += 1) {
    const left = within - (now() - began)
    if (left <= 0) return { ...last, afterMs: now() - began }
    await wait(Math.min(left, WAITS_MS[Math.min(round, WAITS_MS.length - 1)] ?? left))
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const asked = await ask(reference, signal)
    if (last.state !== 'sent') last = asked.kind === 'failed' ? unasked(asked.code) : NOTHING_YET
    if (asked.kind !== 'receipt') continue
    const { state, error, fault } = asked
    last = { state, error, fault, afterMs: now() - began }
    if (state !== 'sent') return last
  }
}

export const REAL_TIME = {
  within: RECEIPT_WITHIN_MS,
  now: () => performance.now(),
  wait: (ms: number) => sleep(ms),
}

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`

const BECAUSE = {
  recipient: ', because of the recipient',
  message: ', because of this message (another provider may take it)',
  destination: ', because of the country or the sender there',
  account: ', because of the account',
} satisfies Record<Fault, string>

/** @param advice on the code, where there is one */
export function describeReceipt({ state, error, fault, afterMs }: Followed, advice: string) {
  const after = seconds(afterMs)
  switch (state) {
    case 'delivered':
      return `It was delivered: reported after ${after}.\n`
    case 'undelivered': {
      const code = error ? ` (${error.code}: ${error.message})` : ''
      return `It was not delivered${fault ? BECAUSE[fault] : ''}${code}, reported after ${after}. ${advice}`
        .trimEnd()
        .concat('\n')
    }
    case 'sent':
      return `It went to the network, and is not reported as delivered within ${after}: the phone may be off, or the network reports nothing.\n`
    case 'unasked':
      return `It could not be asked what became of the message (${error?.code}): look for it at the provider, by its id.\n`
    case 'none':
      return `No receipt within ${after}: look for the message at the provider, by its id.\n`
  }
}

/** Whose fault a refusal for good is. */
const BLAME = {
  recipient: 'for good, because of the recipient',
  message: 'for good; another provider may take it',
  destination: 'for good, because of the country or the sender there',
  account: 'for good, because of the account or its settings',
} satisfies Record<Fault, string>

function describeRefusal(refusal: Refusal, message: string): string {
  if (refusal.kind === 'temporary') return `did not accept ${message} for now`
  if (refusal.kind === 'ambiguous') return `may have accepted ${message}: there is no clear answer`
  return `refused ${message} ${BLAME[refusal.fault]}`
}

/** The provider's answer. */
export function describeAnswer(
  result: SendResult,
  advice: string,
  provider: string,
  to: string,
  ms: number,
) {
  if (result.kind === 'accepted') {
    const id = result.reference === null ? '' : `, id ${result.reference}`
    return `${provider} accepted the test message for ${to} after ${ms} ms${id}. Check that it arrives.\n`
  }
  const { code, message } = result.error
  const outcome = describeRefusal(result, `the test message for ${to}`)
  return `${provider} ${outcome} (${code}: ${message}). ${advice}\n`
}

/** Where nobody can be asked. */
export function whereReceiptIs(
  { name, receipts }: Pick<Provider, 'name' | 'receipts'>,
  { publicUrl, providers }: Pick<Config, 'publicUrl' | 'providers'>,
) {
  if (receipts?.url === 'token') {
    const from = providers.find((one) => one.name === name)?.values.MAIL_FROM
    return `The mailbox of MAIL_FROM (${from}) shows whether it bounces. Bounces of real messages are handed on to /receipts/dsn, and shown on the page of their verification.`
  }
  if (name === 'smtp')
    return 'A mail server reports nothing but bounces, which come to the mailbox of MAIL_FROM: let it hand them on (SMTP_DSN_TOKEN, docs/providers.md).'
  if (!receipts)
    return `${name} reports nothing of what becomes of a message, or its setting for receipts is missing (docs/providers.md).`
  if (publicUrl === null || !isReachable(publicUrl))
    return `${name} can report only where PUBLIC_URL leads to this service from outside.`
  return `${name}’s own log shows what becomes of it. Receipts of real messages come to ${publicUrl}/receipts/${name}, and are shown on the page of their verification.`
}
