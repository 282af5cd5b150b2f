// Resend's webhooks, signed by Standard Webhooks under Svix' names of the headers.

import { createHmac } from 'node:crypto'
import { isFresh, isSame } from '../../../kernel/signed.ts'
import { type Codes, toObject } from '../../answers/coded-answer.ts'
import { type SettingValues, wrong } from '../../provider-entry.ts'
import { bodyOf, idOf, receiptOf, timeOf, undeliveredOf } from '../../receipts/callbacks.ts'
import type { Receipt, ReceiptReader } from '../../receipts/ports.ts'
import { bounceOf } from '../mail/bounces.ts'

const SECRET = 'RESEND_WEBHOOK_SECRET'

export const RESEND_SECRET_ROW = {
  name: SECRET,
  description: 'For receipts: the signing secret of the webhook (whsec_…)',
  secret: true,
  optional: true,
} as const

/** The key in it; null: none is given, and no receipt is read. @throws ProviderSettingError */
export function readWebhookSecret(values: SettingValues): Buffer | null {
  const text = values[SECRET]
  if (text === undefined) return null
  const [, base64] = /^whsec_([\w+/]{24,}={0,2})$/.exec(text) ?? []
  if (base64 === undefined) throw wrong(SECRET, 'is not a signing secret like whsec_…')
  return Buffer.from(base64, 'base64')
}

const CODES: Codes = {
  failed: ['message', 'Resend could not send the mail'],
  suppressed: ['recipient', 'the address bounced or complained before'],
}
/** More than one while a secret is replaced. */
const MAX_SIGNATURES = 5

export function createResendReceipts(key: Buffer): ReceiptReader {
  return {
    url: 'account',
    // In place of the library's own check: over the raw bytes, by our clock, and fast where it is forged.
    verify({ headers, body }, now) {
      const { 'svix-id': id = '', 'svix-timestamp': at = '', 'svix-signature': all = '' } = headers
      if (!/^[\x21-\x7e]{1,128}$/.test(id) || !/^\d{10}$/.test(at)) return false
      if (!isFresh(Number(at) * 1000, now)) return false
      const made = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64')
      const signatures = all.split(' ', MAX_SIGNATURES)
      return signatures.some((one) => isSame(one, `v1,${made}`))
    },
    read(callback) {
      const { type, created_at, data } = bodyOf(callback)
      if (typeof type !== 'string') return undefined
      const { email_id, bounce } = toObject(data)
      const reference = idOf(email_id)
      if (reference === null) return []
      return readEvent(type, { reference, at: timeOf(created_at) }, toObject(bounce)) ?? []
    },
  }
}

function readEvent(
  type: string,
  about: Pick<Receipt, 'reference' | 'at'>,
  bounce: { type?: unknown; subType?: unknown },
): [Receipt] | undefined {
  switch (type) {
    case 'email.sent':
    case 'email.delivery_delayed':
      return [receiptOf('sent', about)]
    case 'email.delivered':
      return [receiptOf('delivered', about)]
    case 'email.complained':
      return [receiptOf('delivered', about, 'complaint')]
    case 'email.bounced':
      return [bounceOf(bounce.type, bounce.subType, about)]
    case 'email.suppressed':
      return [undeliveredOf('suppressed', CODES, about, 'bounce')]
    case 'email.failed':
      return [undeliveredOf('failed', CODES, about)]
    default:
      return undefined
  }
}
