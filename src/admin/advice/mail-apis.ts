// Mail providers with an API: their own codes, and ours where they have texts only.
// It must not repeat a message of theirs: those quote the address.

import { POSTMARK_BOUNCES, SENDGRID_EVENTS, SES_BOUNCES } from './bounces.ts'
import {
  type Advice,
  lasting,
  OPERATOR,
  OTHER_ADDRESS,
  otherChannel,
  passing,
  uncertain,
} from './words.ts'

type ByCode = Readonly<Record<string, Advice>>

const BAD_ADDRESS = lasting(
  'The provider does not accept the address.',
  `Check the spelling with the user. ${OTHER_ADDRESS}`,
)
const SENDER = lasting(
  'The sender is not valid, or not verified at the provider.',
  `The operator verifies the domain of MAIL_FROM at the provider. ${OPERATOR}`,
)
const KEYS = lasting(
  'The provider does not accept the key, or the key lacks a permission.',
  `The operator corrects the provider’s key and its permissions. ${OPERATOR}`,
)
const ACCOUNT = lasting(
  'The account at the provider may not send.',
  `The operator resolves it with the provider. ${OPERATOR}`,
)
const USED_UP = lasting(
  'The account has used up its messages or its credits.',
  `The operator raises the quota, or waits for the next period. ${OPERATOR}`,
)
const TRIAL = otherChannel(
  'The account is on trial: it sends to few addresses only.',
  OTHER_ADDRESS,
  'The operator asks the provider for full access.',
)
const TOO_MUCH = passing(
  'The provider reports too many messages at once.',
  'The operator asks for a higher rate.',
)
const CONTENT = lasting(
  'The provider refuses the message as unwanted or unsafe.',
  `The operator checks the text of the message and the reputation of the sender. ${OPERATOR}`,
)
const REQUEST = lasting(
  'The provider does not accept the message in this form.',
  'If others get their messages, check the address with the user. Otherwise the operator checks the provider’s settings and MAIL_FROM.',
)
const NO_SUCH_URL = lasting(
  'There is nothing at the provider’s URL.',
  `The operator corrects RESEND_BASE_URL. ${OPERATOR}`,
)
const CLOCK = lasting(
  'AWS does not accept the signature: the secret key is wrong, the keys have expired, or the clock of this machine is.',
  `The operator checks the keys and the clock (countersign doctor). ${OPERATOR}`,
)

export const SES: ByCode = {
  ...SES_BOUNCES,
  SenderNotVerified: SENDER,
  MailFromDomainNotVerifiedException: SENDER,
  RecipientNotVerified: TRIAL,
  DailyQuotaExceeded: USED_UP,
  AccountSuspendedException: ACCOUNT,
  SendingPausedException: ACCOUNT,
  NotFoundException: lasting(
    'The configuration set does not exist.',
    `The operator corrects SES_CONFIGURATION_SET. ${OPERATOR}`,
  ),
  MessageRejected: CONTENT,
  BadRequestException: REQUEST,
  LimitExceededException: TOO_MUCH,
  RequestLimitExceeded: TOO_MUCH,
  RequestThrottled: TOO_MUCH,
  ServiceUnavailable: TOO_MUCH,
  ServiceUnavailableException: TOO_MUCH,
  SlowDown: TOO_MUCH,
  Throttling: TOO_MUCH,
  ThrottlingException: TOO_MUCH,
  TooManyRequestsException: TOO_MUCH,
  AccessDenied: KEYS,
  AccessDeniedException: KEYS,
  InvalidClientTokenId: KEYS,
  MissingAuthenticationToken: KEYS,
  MissingAuthenticationTokenException: KEYS,
  NotAuthorized: KEYS,
  OptInRequired: KEYS,
  UnrecognizedClientException: KEYS,
  ExpiredToken: CLOCK,
  ExpiredTokenException: CLOCK,
  IncompleteSignature: CLOCK,
  IncompleteSignatureException: CLOCK,
  InvalidSignatureException: CLOCK,
  RequestExpired: CLOCK,
  SignatureDoesNotMatch: CLOCK,
}

export const SENDGRID: ByCode = {
  ...SENDGRID_EVENTS,
  credits_exceeded: USED_UP,
  sender_not_verified: SENDER,
  invalid_sender: SENDER,
  invalid_recipient: BAD_ADDRESS,
  no_mail_send: KEYS,
}

export const POSTMARK: ByCode = {
  ...POSTMARK_BOUNCES,
  10: KEYS,
  100: passing('Postmark is being maintained.'),
  300: REQUEST,
  400: SENDER,
  401: SENDER,
  402: REQUEST,
  403: REQUEST,
  405: USED_UP,
  406: lasting(
    'Postmark sends nothing more to this address: an earlier message bounced, or was reported as spam.',
    `If the user says that the address works, the operator reactivates it at Postmark. ${OTHER_ADDRESS}`,
  ),
  411: REQUEST,
  412: TRIAL,
  413: ACCOUNT,
  429: TOO_MUCH,
  1226: lasting(
    'The message stream does not exist, or is not one for outgoing mail.',
    `The operator corrects POSTMARK_MESSAGE_STREAM. ${OPERATOR}`,
  ),
}

export const RESEND: ByCode = {
  ...SES_BOUNCES,
  invalid_recipient: BAD_ADDRESS,
  testing_only: TRIAL,
  domain_not_verified: SENDER,
  invalid_from_address: SENDER,
  key_refused: KEYS,
  missing_api_key: KEYS,
  invalid_api_key: KEYS,
  restricted_api_key: KEYS,
  invalid_access: KEYS,
  not_found: NO_SUCH_URL,
  method_not_allowed: NO_SUCH_URL,
  daily_quota_exceeded: USED_UP,
  monthly_quota_exceeded: USED_UP,
  rate_limit_exceeded: TOO_MUCH,
  security_error: CONTENT,
  validation_error: REQUEST,
  concurrent_idempotent_requests: uncertain('Resend is working on an earlier try of this message.'),
  invalid_idempotent_request: uncertain(
    'Resend has an earlier try of this message with other words. It has probably gone out.',
  ),
}
