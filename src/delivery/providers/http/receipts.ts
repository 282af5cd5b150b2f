// What a gateway reports of a message: to the URL in `{{callback_url}}`, whose MAC is the proof.

import { FAULTS } from '../../ports.ts'
import {
  bodyOf,
  chargeOf,
  codeOf,
  idOf,
  receiptOf,
  undeliveredOf,
} from '../../receipts/callbacks.ts'
import type { ReceiptReader } from '../../receipts/ports.ts'

/** `{"status": "sent" | "delivered" | "undelivered", "code"?: the gateway's own, "fault"?: whose, "price"?, "currency"?, "parts"?}`. */
export const GATEWAY_RECEIPTS: ReceiptReader = {
  url: 'message',
  verify: () => true,
  read(callback) {
    const { status, code, fault, price, currency, parts } = bodyOf(callback)
    const charge = chargeOf(price, currency, parts)
    const about = { tryId: idOf(callback.query.get('try')), charge }
    if (status === 'sent' || status === 'delivered') return [receiptOf(status, about)]
    if (status !== 'undelivered') return undefined
    const shown = codeOf(typeof code === 'number' ? String(code) : code) ?? 'undelivered'
    const whose = FAULTS.find((one) => one === fault) ?? 'message'
    return [undeliveredOf(shown, { [shown]: [whose, `the gateway reports ${shown}`] }, about)]
  },
}
