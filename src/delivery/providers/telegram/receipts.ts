// What Telegram's Gateway reports of a code: to the URL that came with it, signed with a key that is made of the token.

import { createHash, createHmac } from 'node:crypto'
import { isFresh, isSame } from '../../../kernel/signed.ts'
import { type Codes, toObject } from '../../answers/coded-answer.ts'
import { bodyOf, idOf, receiptOf, undeliveredOf } from '../../receipts/callbacks.ts'
import type { ReceiptReader } from '../../receipts/ports.ts'

const STATUSES: Codes = {
  expired: ['recipient', 'the message expired before it was delivered'],
  revoked: ['message', 'the message was withdrawn'],
}

export function createTelegramReceipts(token: string): ReceiptReader {
  const key = createHash('sha256').update(token).digest()
  return {
    url: 'message',
    verify({ headers, body }, now) {
      const at = headers['x-request-timestamp'] ?? ''
      if (!/^\d{10}$/.test(at) || !isFresh(Number(at) * 1000, now)) return false
      const made = createHmac('sha256', key).update(`${at}\n`).update(body).digest('hex')
      return isSame(headers['x-request-signature'] ?? '', made)
    },
    read(callback) {
      const { request_id: id, delivery_status: found } = bodyOf(callback)
      const reference = idOf(id)
      if (reference === null) return undefined
      const { status, updated_at: seconds } = toObject(found)
      const at = typeof seconds === 'number' ? seconds * 1000 : null
      const about = { tryId: idOf(callback.query.get('try')), reference, at }
      if (status === 'sent') return [receiptOf('sent', about)]
      if (status === 'delivered' || status === 'read') return [receiptOf('delivered', about)]
      return status === 'expired' || status === 'revoked'
        ? [undeliveredOf(status, STATUSES, about)]
        : []
    },
  }
}
