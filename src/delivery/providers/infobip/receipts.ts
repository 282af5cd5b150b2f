// What Infobip reports of a text: to the URL that came with the message, and without a signature, so that the URL's MAC is the proof;
// or in its log, where it is asked.

import { type Codes, type Json, toObject } from '../../answers/coded-answer.ts'
import { NOTHING_NEW } from '../../receipts/asked.ts'
import {
  bodyOf,
  chargeOf,
  codeOf,
  idOf,
  listOf,
  receiptOf,
  timeOf,
  undeliveredOf,
} from '../../receipts/callbacks.ts'
import type { Receipt, ReceiptReader } from '../../receipts/ports.ts'

/** Names of errors, which say more than those of statuses: infobip.com/docs, "Response status and error codes". */
export const ERRORS: Codes = {
  EC_ABSENT_SUBSCRIBER: ['recipient', 'the phone is off, or cannot be reached'],
  EC_ABSENT_SUBSCRIBER_SM: ['recipient', 'the phone is off, or cannot be reached'],
  EC_CALL_BARRED: ['recipient', 'the number is barred'],
  EC_ILLEGAL_SUBSCRIBER: ['recipient', 'the network does not serve the number'],
  EC_MEMORY_CAPACITY_EXCEEDED: ['recipient', 'the phone’s memory is full'],
  EC_UNIDENTIFIED_SUBSCRIBER: ['recipient', 'the number is not in the network'],
  EC_UNKNOWN_SUBSCRIBER: ['recipient', 'the number is not in use'],
}
const UNKNOWN = new Set(['EC_UNKNOWN_SUBSCRIBER', 'REJECTED_PREFIX_MISSING'])
const SENT = new Set<unknown>(['ACCEPTED', 'PENDING'])
const UNDELIVERED = new Set<unknown>(['UNDELIVERABLE', 'EXPIRED', 'REJECTED'])

/** A message in Infobip's log: its newest entry. Undefined: it is no log. `statuses`: as of `createInfobipReceipts`. */
export function readLog(
  log: Json,
  reference: string,
  statuses: Codes,
): Receipt | typeof NOTHING_NEW | undefined {
  const entries = listOf(log.results)
  if (!entries) return undefined
  const entry = entries.find(({ messageId }) => messageId === reference)
  return (entry && readResult(entry, null, { ...statuses, ...ERRORS })) ?? NOTHING_NEW
}

/** @param statuses of messages that were refused at once, by name */
export function createInfobipReceipts(statuses: Codes): ReceiptReader {
  const codes = { ...statuses, ...ERRORS }
  return {
    url: 'message',
    verify: () => true,
    read(callback) {
      const tryId = idOf(callback.query.get('try'))
      return listOf(bodyOf(callback).results)?.flatMap((one) => readResult(one, tryId, codes) ?? [])
    },
  }
}

/** Infobip names the price of one part. */
function chargeIn({ price, messageCount }: Json) {
  const { pricePerMessage, currency } = toObject(price)
  const charge = chargeOf(pricePerMessage, currency, messageCount)
  return charge && { ...charge, micros: charge.micros * (charge.parts ?? 1) }
}

function readResult(result: Json, tryId: string | null, codes: Codes): Receipt | undefined {
  const reference = idOf(result.messageId)
  const about = { tryId, reference, at: timeOf(result.doneAt), charge: chargeIn(result) }
  const { groupName, name } = toObject(result.status)
  if (SENT.has(groupName)) return receiptOf('sent', about)
  if (groupName === 'DELIVERED') return receiptOf('delivered', about)
  if (!UNDELIVERED.has(groupName)) return undefined
  const error = codeOf(toObject(result.error).name)
  const isNamed = error !== null && Object.hasOwn(ERRORS, error)
  const code = (isNamed ? error : codeOf(name)) ?? String(groupName)
  return undeliveredOf(code, codes, about, UNKNOWN.has(code) ? 'unknown' : null)
}
