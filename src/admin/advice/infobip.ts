// Infobip: the names of a message's status. https://www.infobip.com/docs/essentials/api-essentials/response-status-and-error-codes
// It must not repeat a description of Infobip's: some quote the number.

import {
  adviceOf,
  BARRED_NUMBER,
  FILTERED_TEXT,
  INVALID_NUMBER,
  NO_TEXTS,
  OPTED_OUT_NUMBER,
  TOO_LONG_TEXT,
  UNREACHABLE_NUMBER,
  UNUSED_NUMBER,
} from './numbers.ts'
import { type Advice, repeatable } from './words.ts'

const OF = adviceOf('Infobip')

/** It was sent, and no more is known. */
const UNDELIVERED = repeatable(
  'The phone did not get the message: switched off, without signal, or the number is not in use.',
  'Check the digits with the user; they wait for a signal.',
)

export const INFOBIP: Readonly<Record<string, Advice>> = {
  EC_ABSENT_SUBSCRIBER: UNREACHABLE_NUMBER,
  EC_ABSENT_SUBSCRIBER_SM: UNREACHABLE_NUMBER,
  EC_CALL_BARRED: BARRED_NUMBER,
  EC_ILLEGAL_SUBSCRIBER: NO_TEXTS,
  EC_MEMORY_CAPACITY_EXCEEDED: UNREACHABLE_NUMBER,
  EC_UNIDENTIFIED_SUBSCRIBER: UNUSED_NUMBER,
  EC_UNKNOWN_SUBSCRIBER: UNUSED_NUMBER,
  EXPIRED_DLR_UNKNOWN: UNDELIVERED,
  EXPIRED_EXPIRED: UNDELIVERED,
  MISSING_TO: INVALID_NUMBER,
  REJECTED_DESTINATION: INVALID_NUMBER,
  REJECTED_DESTINATION_BLOCKLISTED: BARRED_NUMBER,
  REJECTED_DESTINATION_NOT_REGISTERED: OF.TRIAL,
  REJECTED_DND: OPTED_OUT_NUMBER,
  REJECTED_FLOODING_FILTER: repeatable(
    'This number got too many texts through Infobip within an hour.',
    'The user waits, or uses the last code that arrived while it is valid.',
  ),
  REJECTED_MESSAGE_TOO_LONG: TOO_LONG_TEXT,
  REJECTED_NETWORK: OF.COUNTRY,
  REJECTED_NOT_ENOUGH_CREDITS: OF.NO_CREDIT,
  REJECTED_PREFIX_MISSING: INVALID_NUMBER,
  REJECTED_PREPAID_PACKAGE_EXPIRED: OF.NO_CREDIT,
  REJECTED_ROUTE_NOT_AVAILABLE: OF.COUNTRY,
  REJECTED_SENDER: OF.SENDER,
  REJECTED_SOURCE: OF.SENDER,
  REJECTED_SYSTEM_ERROR: OF.FAULT,
  SIGNALS_BLOCKED: FILTERED_TEXT,
  UNDELIVERABLE_NOT_DELIVERED: UNDELIVERED,
  UNDELIVERABLE_REJECTED_OPERATOR: FILTERED_TEXT,
  UNDELIVERABLE_REJECTED_PLATFORM: OF.FAULT,
}
