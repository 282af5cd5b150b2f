// Vonage's signed webhooks: the status of a message, and a text that somebody answers with. The signature is a JWT (RFC 7519)
// with the hash of the body.

import { createHash, createHmac } from 'node:crypto'
import { isFresh, isSame } from '../../../kernel/signed.ts'
import { type Json, readJson, toObject } from '../../answers/coded-answer.ts'
import { readOptOutWord } from '../../opt-out-words.ts'
import { type SettingValues, wrong } from '../../provider-entry.ts'
import {
  bodyOf,
  chargeOf,
  idOf,
  receiptOf,
  timeOf,
  undeliveredOf,
} from '../../receipts/callbacks.ts'
import type { OptOut, Receipt, ReceiptReader, Report } from '../../receipts/ports.ts'
import { codeOf, VONAGE_CODES } from './codes.ts'

const SECRET = 'VONAGE_SIGNATURE_SECRET'

export const VONAGE_SECRET_ROW = {
  name: SECRET,
  description:
    'For receipts: the signature secret of the account (Settings, “Signature secret”, HMAC SHA-256), which signs webhooks',
  secret: true,
  optional: true,
  common: true,
} as const

const MIN_SECRET = 16

/** Null: none is given, and no receipt is asked for. @throws ProviderSettingError */
export function readSignatureSecret(values: SettingValues): string | null {
  const secret = values[SECRET]
  if (secret === undefined) return null
  if (secret.length < MIN_SECRET) throw wrong(SECRET, `is under ${MIN_SECRET} characters`)
  return secret
}

const BEARER = /^Bearer ([\w-]{1,512})\.([\w-]{1,4096})\.([\w-]{43})$/
const decode = (part: string) => readJson(Buffer.from(part, 'base64url').toString('utf8'))

export function createVonageReceipts(secret: string): ReceiptReader {
  return {
    url: 'message',
    takesTexts: true,
    verify({ headers, body }, now) {
      const [, head, claims, signature] = BEARER.exec(headers.authorization ?? '') ?? []
      if (head === undefined || claims === undefined || signature === undefined) return false
      const made = createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url')
      // RFC 8725 §3.1: the algorithm is ours to choose.
      if (!isSame(signature, made) || decode(head).alg !== 'HS256') return false
      const { iat, payload_hash: hash } = decode(claims)
      if (typeof iat !== 'number' || !isFresh(iat * 1000, now)) return false
      return hash === createHash('sha256').update(body).digest('hex') // mutant: C55.vonage-payload
    },
    read(callback) {
      const event = bodyOf(callback)
      if (typeof event.message_uuid !== 'string') return undefined
      if (event.message_type !== undefined) return readAnswer(event)
      return readStatus(event, idOf(callback.query.get('try')))
    },
  }
}

/** Codes that say that the number is not one, or that its owner wants no messages. */
const SUPPRESSED: ReadonlyMap<string, Receipt['suppress']> = new Map([
  ['1170', 'unknown'],
  ['1190', 'unknown'],
  ['1240', 'stop'],
  ['1300', 'unknown'],
  ['1430', 'unknown'],
])

function readStatus(event: Json, tryId: string | null): readonly Report[] {
  const [usage, sms] = [toObject(event.usage), toObject(event.sms)]
  const charge = chargeOf(usage.price, usage.currency, sms.count_total)
  const reference = idOf(event.message_uuid)
  const about = { tryId, reference, at: timeOf(event.timestamp), charge }
  switch (event.status) {
    case 'submitted':
      return [receiptOf('sent', about)]
    case 'delivered':
    case 'read':
      return [receiptOf('delivered', about)]
    case 'rejected':
    case 'undeliverable': {
      const code = codeOf(toObject(event.error)) ?? event.status
      return [undeliveredOf(code, VONAGE_CODES, about, SUPPRESSED.get(code) ?? null)]
    }
    default:
      return []
  }
}

function readAnswer({ from, text }: Json): readonly OptOut[] {
  const kind = readOptOutWord(String(text ?? ''))
  if (kind === undefined || !/^\d{6,15}$/.test(String(from))) return []
  return [{ kind, recipient: `+${from}` }]
}
