// What Amazon SES reports of a mail through SNS: events of a configuration set, or notifications of an identity; both have one form.

import { type Codes, type Json, toObject } from '../../answers/coded-answer.ts'
import type { HttpClient } from '../../ports.ts'
import { idOf, receiptOf, timeOf, undeliveredOf } from '../../receipts/callbacks.ts'
import type { ReceiptReader, Report } from '../../receipts/ports.ts'
import { createSnsReader, type SnsTopic } from '../aws/sns.ts'
import { bounceOf } from '../mail/bounces.ts'

const REJECTED: Codes = {
  Reject: ['message', 'SES found a virus in the mail'],
  'Rendering Failure': ['message', 'SES could not render the mail'],
}

export function createSesReceipts(topic: SnsTopic, http: HttpClient): ReceiptReader {
  return createSnsReader(topic, http, readEvent)
}

function readEvent(event: Json): readonly Report[] {
  const mail = toObject(event.mail)
  const reference = idOf(mail.messageId)
  if (reference === null) return []
  const type = event.eventType ?? event.notificationType
  const [bounce, complaint] = [toObject(event.bounce), toObject(event.complaint)]
  const of = (part: Json) => ({ reference, at: timeOf(part.timestamp) })
  switch (type) {
    case 'Send':
    case 'DeliveryDelay':
      return [receiptOf('sent', of(mail))]
    case 'Delivery':
      return [receiptOf('delivered', of(toObject(event.delivery)))]
    case 'Bounce':
      return [bounceOf(bounce.bounceType, bounce.bounceSubType, of(bounce))]
    case 'Complaint':
      // Only a mail that arrived can be complained of.
      return [receiptOf('delivered', of(complaint), 'complaint')]
    case 'Reject':
    case 'Rendering Failure':
      return [undeliveredOf(type, REJECTED, of(mail))]
    default:
      return []
  }
}
