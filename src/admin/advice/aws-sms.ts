// AWS End User Messaging: the reasons of its exceptions, or their names.
// It must not repeat a message of AWS's: some quote the number.

import {
  adviceOf,
  BARRED_NUMBER,
  FILTERED_TEXT,
  INVALID_NUMBER,
  OPTED_OUT_NUMBER,
  TOO_LONG_TEXT,
  UNREACHABLE_NUMBER,
} from './numbers.ts'
import { type Advice, lasting, OPERATOR } from './words.ts'

const OF = adviceOf('AWS')

const SETTINGS = lasting(
  'The sender, or the configuration set, does not exist at AWS, belongs to another account, or cannot send texts.',
  `The operator corrects AWS_SMS_FROM, AWS_SMS_CONFIGURATION_SET or AWS_SMS_REGION. ${OPERATOR}`,
)
const CLOCK = lasting(
  'AWS does not accept the signature: the secret is wrong, or the node’s clock differs by more than five minutes.',
  `The operator corrects the key, or sets the clock. ${OPERATOR}`,
)
const EXPIRED = lasting(
  'The temporary keys for AWS have expired.',
  `The operator gives keys that last. ${OPERATOR}`,
)

/** `eventType` of its reports. */
const EVENTS: Readonly<Record<string, Advice>> = {
  TEXT_BLOCKED: BARRED_NUMBER,
  TEXT_CARRIER_BLOCKED: FILTERED_TEXT,
  TEXT_CARRIER_UNREACHABLE: OF.FAULT,
  TEXT_INVALID: INVALID_NUMBER,
  TEXT_INVALID_MESSAGE: TOO_LONG_TEXT,
  TEXT_PROTECT_BLOCKED: OF.COUNTRY,
  TEXT_SPAM: FILTERED_TEXT,
  TEXT_TTL_EXPIRED: UNREACHABLE_NUMBER,
  TEXT_UNKNOWN: OF.FAULT,
  TEXT_UNREACHABLE: UNREACHABLE_NUMBER,
}

export const AWS_SMS: Readonly<Record<string, Advice>> = {
  ...EVENTS,
  ACCOUNT_DISABLED: OF.SUSPENDED,
  AccessDenied: OF.LOGIN,
  AccessDeniedException: lasting(
    'The key may not send messages at AWS.',
    `The operator allows it sms-voice:SendTextMessage. ${OPERATOR}`,
  ),
  COUNTRY_CODE_MISMATCH: OF.COUNTRY,
  COUNTRY_NOT_ENABLED: OF.COUNTRY,
  DESTINATION_COUNTRY_BLOCKED: OF.COUNTRY,
  DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION: OF.COUNTRY,
  DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE: BARRED_NUMBER,
  DESTINATION_PHONE_NUMBER_NOT_VERIFIED: OF.TRIAL,
  DESTINATION_PHONE_NUMBER_OPTED_OUT: OPTED_OUT_NUMBER,
  DestinationPhoneNumber: INVALID_NUMBER,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  INSUFFICIENT_ACCOUNT_REPUTATION: OF.SUSPENDED,
  INTERNATIONAL_SENDING_NOT_SUPPORTED: OF.SENDER,
  INVALID_ARN: SETTINGS,
  INVALID_IDENTITY_FOR_DESTINATION_COUNTRY: OF.SENDER,
  IncompleteSignature: OF.LOGIN,
  IncompleteSignatureException: OF.LOGIN,
  InvalidClientTokenId: OF.LOGIN,
  InvalidSignatureException: CLOCK,
  LimitExceededException: OF.THROTTLED,
  MAXIMUM_SIZE_EXCEEDED: TOO_LONG_TEXT,
  MESSAGE_TYPE_MISMATCH: SETTINGS,
  MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT: OF.NO_CREDIT,
  MessageBody: TOO_LONG_TEXT,
  MissingAuthenticationToken: OF.LOGIN,
  MissingAuthenticationTokenException: OF.LOGIN,
  NO_ORIGINATION_IDENTITIES_FOUND: OF.SENDER,
  NUMBER_CAPABILITIES_MISMATCH: SETTINGS,
  NotAuthorized: OF.LOGIN,
  OptInRequired: OF.SUSPENDED,
  PRICE_OVER_THRESHOLD: OF.COUNTRY,
  RESOURCE_NOT_ACCESSIBLE: SETTINGS,
  RESOURCE_NOT_ACTIVE: SETTINGS,
  RequestExpired: CLOCK,
  RequestLimitExceeded: OF.THROTTLED,
  RequestThrottled: OF.THROTTLED,
  ResourceNotFoundException: SETTINGS,
  SENDER_ID_NOT_REGISTERED: OF.SENDER,
  SENDER_ID_NOT_SUPPORTED: OF.SENDER,
  SENDER_ID_REQUIRES_REGISTRATION: OF.SENDER,
  ServiceUnavailable: OF.THROTTLED,
  ServiceUnavailableException: OF.THROTTLED,
  SignatureDoesNotMatch: CLOCK,
  SlowDown: OF.THROTTLED,
  Throttling: OF.THROTTLED,
  ThrottlingException: OF.THROTTLED,
  TooManyRequestsException: OF.THROTTLED,
  UnrecognizedClientException: OF.LOGIN,
}
