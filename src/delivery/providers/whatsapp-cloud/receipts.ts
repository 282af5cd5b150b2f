// What WhatsApp reports of a message: webhooks of the app, signed with its secret over the raw body, after a handshake by GET.

import { createHmac } from 'node:crypto'
import { isSame } from '../../../kernel/signed.ts'
import { type Json, toObject } from '../../answers/coded-answer.ts'
import {
  BATCH_BYTES,
  bodyOf,
  idOf,
  listOf,
  receiptOf,
  undeliveredOf,
} from '../../receipts/callbacks.ts'
import type { Callback, Receipt, ReceiptReader } from '../../receipts/ports.ts'
import { WHATSAPP_CODES } from './codes.ts'

export type WhatsAppWebhook = { appSecret: string; verifyToken: string }

const SUPPRESSED: ReadonlyMap<string, Receipt['suppress']> = new Map([['131050', 'stop']])

function isHandshake({ method, query }: Callback, verifyToken: string): boolean {
  return (
    method === 'GET' &&
    query.get('hub.mode') === 'subscribe' &&
    isSame(query.get('hub.verify_token') ?? '', verifyToken)
  )
}

export function createWhatsAppReceipts({ appSecret, verifyToken }: WhatsAppWebhook): ReceiptReader {
  return {
    url: 'account',
    // With what people write to the number.
    batchBytes: BATCH_BYTES,
    verify(callback) {
      if (callback.method === 'GET') return isHandshake(callback, verifyToken)
      const made = createHmac('sha256', appSecret).update(callback.body).digest('hex')
      return isSame(callback.headers['x-hub-signature-256'] ?? '', `sha256=${made}`) // mutant: C55.whatsapp-signature
    },
    // Digits, or it could be a page.
    reply({ method, query }) {
      const challenge = query.get('hub.challenge') ?? ''
      return method === 'GET' && /^\w{1,64}$/.test(challenge) ? challenge : null
    },
    read(callback) {
      if (callback.method === 'GET') return []
      const entries = listOf(bodyOf(callback).entry)
      return entries
        ?.flatMap((entry) => listOf(entry.changes) ?? [])
        .flatMap((change) => listOf(toObject(change.value).statuses) ?? [])
        .flatMap((status) => readStatus(status) ?? [])
    },
  }
}

function readStatus(status: Json): Receipt | undefined {
  const reference = idOf(status.id)
  if (reference === null) return undefined
  const seconds = /^\d{10}$/.test(String(status.timestamp)) ? Number(status.timestamp) : null
  const about = { reference, at: seconds === null ? null : seconds * 1000 }
  switch (status.status) {
    case 'sent':
      return receiptOf('sent', about)
    case 'delivered':
    case 'read':
      return receiptOf('delivered', about)
    case 'failed': {
      const [error] = listOf(status.errors) ?? []
      const code = typeof error?.code === 'number' ? String(error.code) : 'failed'
      return undeliveredOf(code, WHATSAPP_CODES, about, SUPPRESSED.get(code) ?? null)
    }
    default:
      return undefined
  }
}
