// What Twilio reports of a message: status callbacks, signed by X-Twilio-Signature.
// It must not hand on a text of Twilio's, nor read a field before the signature was right.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { errorIn, faultIn, type Json } from '../../answers/coded-answer.ts'
import { readOptOutWord } from '../../opt-out-words.ts'
import type { OutgoingMessage } from '../../ports.ts'
import { NOTHING_NEW } from '../../receipts/asked.ts'
import { chargeOf } from '../../receipts/callbacks.ts'
import type {
  Callback,
  OptOut,
  Receipt,
  ReceiptReader,
  ReceiptState,
} from '../../receipts/ports.ts'
import { TWILIO_CODES } from './codes.ts'

/** Connection overrides: five repetitions, for any failure. Twilio's default is one, so that a restart of ours would lose receipts. */
const OVERRIDES = '#rc=5&rp=all&ct=2000&rt=4000'

export function statusCallback({ callbackUrl }: OutgoingMessage): [string, string][] {
  return callbackUrl === null ? [] : [['StatusCallback', `${callbackUrl}${OVERRIDES}`]]
}

/** Its earlier states (accepted, queued, sending) say no more than the answer to the request. */
const STATES: Readonly<Record<string, ReceiptState>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
  canceled: 'undelivered',
}

/** The number does not take any message: by whatever provider. */
const SUPPRESSED: Readonly<Record<string, Receipt['suppress']>> = {
  21610: 'stop',
  30005: 'unknown',
}

export const fieldsOf = ({ body }: Callback) =>
  new URLSearchParams(Buffer.from(body).toString('utf8'))

/** Twilio signs with or without the port, by the age of the part that calls. */
function spellingsOf(url: string): string[] {
  const { protocol, hostname, port } = new URL(url)
  const rest = url.slice(url.indexOf('/', protocol.length + 2))
  const usual = protocol === 'https:' ? '443' : '80'
  return ['', `:${port || usual}`].map((end) => `${protocol}//${hostname}${end}${rest}`)
}

/** Base64 of HMAC-SHA-1 over the URL, then each field's name and value in order of the names; a pair that comes twice counts once. */
function isSigned(callback: Callback, authToken: string): boolean {
  const given = Buffer.from(callback.headers['x-twilio-signature'] ?? '')
  const pairs = [...fieldsOf(callback)].map(([name, value]) => ({ name, value }))
  const sorted = pairs.toSorted(
    (a, b) => compare(a.name, b.name) || compare(a.value, b.value), // by UTF-16, as Twilio's own package does
  )
  const isRepeated = (index: number) =>
    sorted[index]?.name === sorted[index - 1]?.name &&
    sorted[index]?.value === sorted[index - 1]?.value
  const fields = sorted.map(({ name, value }, index) => (isRepeated(index) ? '' : name + value))
  return spellingsOf(callback.url).some((url) => {
    const text = url + fields.join('')
    const expected = Buffer.from(createHmac('sha1', authToken).update(text).digest('base64'))
    return given.length === expected.length && timingSafeEqual(given, expected) // mutant: C27.provider-signature
  })
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

const stateOf = (status: string) => (Object.hasOwn(STATES, status) ? STATES[status] : undefined)

function toReceipt(
  state: ReceiptState,
  errorCode: string,
  about: Pick<Receipt, 'tryId' | 'reference'>,
): Receipt {
  const [code = null] = /^\d{1,8}$/.exec(errorCode) ?? []
  const isLost = state === 'undelivered' && code !== null
  return {
    kind: 'receipt',
    ...about,
    state,
    error: isLost ? errorIn(TWILIO_CODES, code) : null,
    fault: isLost ? (faultIn(TWILIO_CODES, code) ?? null) : null,
    suppress: isLost ? (SUPPRESSED[code] ?? null) : null,
    at: null,
  }
}

/** A message as Twilio shows it. Undefined: it shows another one, or none. */
export function readMessage(
  { sid, status, error_code: code, price, price_unit: unit, num_segments: parts }: Json,
  reference: string,
): Receipt | typeof NOTHING_NEW | undefined {
  if (sid !== reference || typeof status !== 'string') return undefined
  const state = stateOf(status)
  if (state === undefined) return NOTHING_NEW
  // The price is filled in some time after the message was sent.
  const charge = chargeOf(price, unit, parts)
  return { ...toReceipt(state, String(code ?? ''), { tryId: null, reference }), charge }
}

/** Twilio's Advanced Opt-Out names the word that it obeyed, in any language. */
const NAMED: Readonly<Record<string, OptOut['kind']>> = { STOP: 'stop', START: 'start' }

/** Of a message to the sender; anything else that people write is nobody's here. */
function toWords(fields: URLSearchParams, prefix: string): OptOut[] | undefined {
  const [, from = '', number = ''] = /^([a-z]+:)?(.*)$/.exec(fields.get('From') ?? '') ?? []
  if (from !== prefix) return undefined
  const named = NAMED[fields.get('OptOutType') ?? '']
  const kind = named ?? readOptOutWord(fields.get('Body') ?? '')
  return kind === undefined ? [] : [{ kind, recipient: number }]
}

/** The form of all of Twilio's callbacks, calls included. */
export function isPosted(callback: Callback, authToken: string): boolean {
  return callback.method === 'POST' && isSigned(callback, authToken)
}

/**
 * @param prefix of the people who write: `whatsapp:`. A text to another channel of the account is not read: its own reader does.
 */
export function createTwilioReceipts(
  authToken: string,
  prefix: '' | 'whatsapp:' = '',
): ReceiptReader {
  return {
    url: 'message',
    takesTexts: true,
    verify: (callback) => isPosted(callback, authToken),
    read(callback) {
      const fields = fieldsOf(callback)
      if (!callback.query.has('try') && fields.has('Body')) return toWords(fields, prefix)
      const status = fields.get('MessageStatus') ?? fields.get('SmsStatus')
      if (status === null) return undefined
      const state = stateOf(status)
      if (state === undefined) return []
      const reference = fields.get('MessageSid') ?? fields.get('SmsSid')
      const about = { tryId: callback.query.get('try'), reference }
      return [toReceipt(state, fields.get('ErrorCode') ?? '', about)]
    },
  }
}
