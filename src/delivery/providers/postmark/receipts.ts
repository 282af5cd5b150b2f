// Postmark's webhooks: they are not signed, so that a login in their URL has to prove where they are from.

import { isSame } from '../../../kernel/signed.ts'
import type { Codes, Json } from '../../answers/coded-answer.ts'
import { type SettingValues, wrong } from '../../provider-entry.ts'
import { bodyOf, idOf, receiptOf, timeOf, undeliveredOf } from '../../receipts/callbacks.ts'
import type { Callback, Receipt, ReceiptReader } from '../../receipts/ports.ts'

const LOGIN = 'POSTMARK_WEBHOOK_LOGIN'

export const POSTMARK_LOGIN_ROW = {
  name: LOGIN,
  description:
    'For receipts: `user:password`, as in the URL that Postmark is given (https://user:password@…/receipts/postmark)',
  secret: true,
  optional: true,
} as const

const MIN_PASSWORD = 16

/** As an Authorization header has it; null: none is given, and no receipt is read. @throws ProviderSettingError */
export function readWebhookLogin(values: SettingValues): string | null {
  const text = values[LOGIN]
  if (text === undefined) return null
  const [, password] = /^[^:\s]+:(\S+)$/.exec(text) ?? []
  if (password === undefined) throw wrong(LOGIN, 'is not like user:password')
  // Nothing else proves where a callback is from.
  if (password.length < MIN_PASSWORD)
    throw wrong(LOGIN, `has a password of under ${MIN_PASSWORD} characters`)
  return `Basic ${Buffer.from(text).toString('base64')}`
}

/** `Type` of a bounce: postmarkapp.com/developer/api/bounce-api#bounce-types. */
export const BOUNCES: Codes = {
  BadEmailAddress: ['recipient', 'the address is not valid'],
  Blocked: ['message', 'the mail server blocked the mail'],
  ChallengeVerification: ['message', 'the mail server asks the sender to prove something'],
  DMARCPolicy: ['account', 'the mail does not comply with the sender’s DMARC policy'],
  DnsError: ['recipient', 'the domain of the address cannot be found'],
  HardBounce: ['recipient', 'the mailbox does not exist, or takes no mail'],
  ManuallyDeactivated: ['recipient', 'the address was switched off at Postmark'],
  SMTPApiError: ['message', 'Postmark could not send the mail'],
  SoftBounce: ['recipient', 'the mailbox takes no mail for now'],
  SpamNotification: ['message', 'the mail was taken for spam'],
  TemplateRenderingFailed: ['message', 'Postmark could not render the mail'],
  Transient: ['message', 'the mail server cannot be reached for now'],
  Undeliverable: ['recipient', 'the mail server cannot be reached'],
  VirusNotification: ['message', 'the mail was taken for a virus'],
}
const HARD = new Set<unknown>(['HardBounce', 'BadEmailAddress', 'ManuallyDeactivated'])
/** They come back from a person or a program that has the mail. */
const ARRIVED = new Set<unknown>(['AutoResponder', 'AddressChange', 'Subscribe', 'Unsubscribe'])

/** A bounce may come with the mail server's own mail. */
const MAX_BYTES = 256 * 1024

export function createPostmarkReceipts(login: string): ReceiptReader {
  const isTheirs = (headers: Callback['headers']) => isSame(headers.authorization ?? '', login) // mutant: C55.postmark-login
  return {
    url: 'account',
    room: (headers) => (isTheirs(headers) ? MAX_BYTES : undefined),
    verify: ({ headers }) => isTheirs(headers),
    read(callback) {
      const event = bodyOf(callback)
      if (typeof event.RecordType !== 'string') return undefined
      return readEvent(event) ?? []
    },
  }
}

function readEvent(event: Json): [Receipt] | undefined {
  const reference = idOf(event.MessageID)
  if (reference === null) return undefined
  const of = (time: unknown) => ({ reference, at: timeOf(time) })
  switch (event.RecordType) {
    case 'Delivery':
      return [receiptOf('delivered', of(event.DeliveredAt))]
    case 'SpamComplaint':
      return [receiptOf('delivered', of(event.BouncedAt), 'complaint')]
    case 'Bounce': {
      const type = typeof event.Type === 'string' && /^\w{1,40}$/.test(event.Type) ? event.Type : ''
      if (ARRIVED.has(type)) return [receiptOf('delivered', of(event.BouncedAt))]
      const suppress = HARD.has(type) ? 'bounce' : null
      return [undeliveredOf(type || 'Bounce', BOUNCES, of(event.BouncedAt), suppress)]
    }
    default:
      return undefined
  }
}
