// What Twilio reports of a call: its last status. That a key was pressed is heard when Twilio asks what to say next.
// It must not read a field before the signature was right.

import type { Json } from '../../answers/coded-answer.ts'
import { NOTHING_NEW } from '../../receipts/asked.ts'
import type { Receipt, ReceiptReader } from '../../receipts/ports.ts'
import { receiptOfEnd } from '../call/call.ts'
import { TWILIO_CODES } from './codes.ts'
import { fieldsOf, isPosted } from './receipts.ts'

/** A call as Twilio shows it. Undefined: it shows another one, or none. */
export function readCall(
  { sid, status }: Json,
  reference: string,
): Receipt | typeof NOTHING_NEW | undefined {
  if (sid !== reference || typeof status !== 'string') return undefined
  return receiptOfEnd(status, TWILIO_CODES, { reference }) ?? NOTHING_NEW
}

export function createCallReceipts(authToken: string): ReceiptReader {
  return {
    url: 'message',
    verify: (callback) => isPosted(callback, authToken),
    read(callback) {
      const fields = fieldsOf(callback)
      const status = fields.get('CallStatus')
      if (status === null) return undefined
      const about = { tryId: callback.query.get('try'), reference: fields.get('CallSid') }
      const receipt = receiptOfEnd(status, TWILIO_CODES, about)
      return receipt ? [receipt] : []
    },
  }
}
