// SendGrid's Event Webhook: a list of events, signed with ECDSA over the time and the raw body.

import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { isFresh } from '../../../kernel/signed.ts'
import type { Codes, Json } from '../../answers/coded-answer.ts'
import { type SettingValues, wrong } from '../../provider-entry.ts'
import {
  BATCH_BYTES,
  codeOf,
  idOf,
  listOf,
  receiptOf,
  undeliveredOf,
} from '../../receipts/callbacks.ts'
import type { Receipt, ReceiptReader } from '../../receipts/ports.ts'

const KEY = 'SENDGRID_WEBHOOK_KEY'

export const SENDGRID_KEY_ROW = {
  name: KEY,
  description:
    'For receipts: the verification key of the Event Webhook (base64), with Signed Event Webhook switched on',
  optional: true,
} as const

/** Null: none is given, and no receipt is read. @throws ProviderSettingError */
export function readWebhookKey(values: SettingValues): KeyObject | null {
  const text = values[KEY]
  if (text === undefined) return null
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType === 'ec') return key
  } catch {
    // Node's own sentence says less.
  }
  throw wrong(KEY, 'is not the verification key of the Event Webhook (base64, MFkwEwYH…)')
}

/** By the beginning of `reason` of what was not even sent. The rest may quote. */
const DROPPED: readonly (readonly [RegExp, string, Receipt['suppress']])[] = [
  [/^bounced address/i, 'dropped-bounced', 'bounce'],
  [/^invalid/i, 'dropped-invalid', 'bounce'],
  [/^spam reporting address/i, 'dropped-spam-report', 'complaint'],
  [/^unsubscribed address/i, 'dropped-unsubscribed', 'stop'],
  [/over package quota/i, 'dropped-quota', null],
]
/** Words of ours, and those of `bounce_classification`. */
export const CODES: Codes = {
  blocked: ['message', 'the mail server refused the mail'],
  bounce: ['recipient', 'the address bounced'],
  dropped: ['message', 'SendGrid did not send the mail'],
  'dropped-bounced': ['recipient', 'the address bounced before'],
  'dropped-invalid': ['recipient', 'the address is not valid'],
  'dropped-spam-report': ['recipient', 'the recipient took an earlier mail for spam'],
  'dropped-unsubscribed': ['recipient', 'the recipient has unsubscribed'],
  'dropped-quota': ['account', 'the account’s messages are used up'],
}

export function createSendGridReceipts(key: KeyObject): ReceiptReader {
  return {
    url: 'account',
    // Every 30 s, whatever the account has sent meanwhile.
    batchBytes: BATCH_BYTES,
    verify({ headers, body }, now) {
      const timestamp = headers['x-twilio-email-event-webhook-timestamp'] ?? ''
      const signature = headers['x-twilio-email-event-webhook-signature'] ?? ''
      if (!/^\d{10}$/.test(timestamp) || !isFresh(Number(timestamp) * 1000, now)) return false
      if (!/^[\w+/=]{64,120}$/.test(signature)) return false
      const signed = Buffer.concat([Buffer.from(timestamp), body])
      return verify('sha256', signed, key, Buffer.from(signature, 'base64'))
    },
    read({ body }) {
      return listOf(parse(body))?.flatMap((event) => readEvent(event) ?? [])
    },
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined
  }
}

/** `X-Message-Id` of the answer, and after its first dot where the mail went. */
function referenceOf(value: unknown): string | null {
  return idOf(typeof value === 'string' ? value.split('.')[0] : undefined)
}

function readEvent(event: Json): Receipt | undefined {
  const reference = referenceOf(event.sg_message_id)
  if (reference === null) return undefined
  const at = typeof event.timestamp === 'number' ? event.timestamp * 1000 : null
  const about = { reference, at }
  switch (event.event) {
    case 'processed':
    case 'deferred':
      return receiptOf('sent', about)
    case 'delivered':
      return receiptOf('delivered', about)
    case 'spamreport':
      return receiptOf('delivered', about, 'complaint')
    case 'bounce': {
      const isHard = event.type === 'bounce'
      const shown = { ...CODES, ...statusCodes(event.status, isHard) }
      return undeliveredOf(
        codeOf(event.status) ?? (isHard ? 'bounce' : 'blocked'),
        shown,
        about,
        isHard ? 'bounce' : null,
      )
    }
    case 'dropped': {
      const reason = String(event.reason ?? '')
      const [, code, suppress] = DROPPED.find(([beginning]) => beginning.test(reason)) ?? []
      return undeliveredOf(code ?? 'dropped', CODES, about, suppress ?? null)
    }
    default:
      return undefined
  }
}

/** The mail server's own code (`5.1.1`), with the words for its kind. */
function statusCodes(status: unknown, isHard: boolean): Codes {
  const code = codeOf(status)
  const meaning = isHard ? CODES.bounce : CODES.blocked
  return code === null || meaning === undefined ? {} : { [code]: meaning }
}
