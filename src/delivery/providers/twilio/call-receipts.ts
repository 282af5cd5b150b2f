// What Twilio reports of a call: its last status. That a key was pressed is heard when Twilio asks what to say next.
// It must not read a field before the signature was right.

import { errorIn, faultIn, type Json } from '../../answers/coded-answer.ts'
import { NOTHING_NEW } from '../../receipts/asked.ts'
import type { Receipt, ReceiptReader } from '../../receipts/ports.ts'
import { TWILIO_CODES } from './codes.ts'
import { fieldsOf, isPosted } from './receipts.ts'

/** Its other states (queued, initiated, ringing, in-progress) say no more than the answer to the request. */
const ENDS = new Set(['completed', 'busy', 'no-answer', 'failed', 'canceled'])
/** Else the code was spoken, and this says less than is known. */
const NO_KEY = { code: 'completed', message: 'no key was pressed' }

/** Undefined: it says nothing new. Of a call that was answered the fault is nobody's. */
function toReceipt(
  status: string,
  about: Pick<Receipt, 'tryId' | 'reference'>,
): Receipt | undefined {
  if (!ENDS.has(status)) return undefined
  const error = status === 'completed' ? NO_KEY : errorIn(TWILIO_CODES, status)
  const fault = faultIn(TWILIO_CODES, status) ?? null
  return { kind: 'receipt', ...about, state: 'undelivered', error, fault, suppress: null, at: null }
}

/** A call as Twilio shows it. Undefined: it shows another one, or none. */
export function readCall(
  { sid, status }: Json,
  reference: string,
): Receipt | typeof NOTHING_NEW | undefined {
  if (sid !== reference || typeof status !== 'string') return undefined
  return toReceipt(status, { tryId: null, reference }) ?? NOTHING_NEW
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
      const receipt = toReceipt(status, about)
      return receipt ? [receipt] : []
    },
  }
}
