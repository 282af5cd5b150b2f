// What AWS End User Messaging reports of a text, through a configuration set and an SNS topic ("Event types for SMS").

import type { Codes, Json } from '../../answers/coded-answer.ts'
import type { HttpClient } from '../../ports.ts'
import { codeOf, idOf, receiptOf, undeliveredOf } from '../../receipts/callbacks.ts'
import type { ReceiptReader, Report } from '../../receipts/ports.ts'
import { createSnsReader, type SnsTopic } from '../aws/sns.ts'

/** `eventType`: what the carrier or the phone made of it. */
const SENT = new Set<unknown>(['TEXT_QUEUED', 'TEXT_PENDING', 'TEXT_SENT', 'TEXT_SUCCESSFUL'])
/** What one number can bring about blames neither account nor country. */
export const UNDELIVERED: Codes = {
  TEXT_BLOCKED: ['recipient', 'the phone or its network takes no such messages'],
  TEXT_CARRIER_BLOCKED: ['message', 'the carrier blocked the message'],
  TEXT_CARRIER_UNREACHABLE: ['message', 'the carrier could not be reached'],
  TEXT_INVALID: ['recipient', 'the number is not valid'],
  TEXT_INVALID_MESSAGE: ['message', 'the message is not valid'],
  TEXT_PROTECT_BLOCKED: ['destination', 'a rule of the account blocks this country'],
  TEXT_SPAM: ['message', 'the carrier considered the message spam'],
  TEXT_TTL_EXPIRED: ['recipient', 'the message expired before it was delivered'],
  TEXT_UNKNOWN: ['message', 'AWS does not say why'],
  TEXT_UNREACHABLE: ['recipient', 'the phone cannot be reached'],
}

export function createAwsSmsReceipts(topic: SnsTopic, http: HttpClient): ReceiptReader {
  return createSnsReader(topic, http, readEvent)
}

function readEvent(event: Json): readonly Report[] {
  const reference = idOf(event.messageId)
  const type = codeOf(event.eventType)
  if (reference === null || type === null) return []
  const at = typeof event.eventTimestamp === 'number' ? event.eventTimestamp : null
  if (SENT.has(type)) return [receiptOf('sent', { reference, at })]
  if (type === 'TEXT_DELIVERED') return [receiptOf('delivered', { reference, at })]
  if (!Object.hasOwn(UNDELIVERED, type)) return []
  const suppress = type === 'TEXT_INVALID' ? 'unknown' : null
  return [undeliveredOf(type, UNDELIVERED, { reference, at }, suppress)]
}
