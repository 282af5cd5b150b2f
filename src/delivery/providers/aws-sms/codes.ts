// The codes of AWS End User Messaging: whose fault each is, and a sentence for it.
// It must not read a message of AWS's: some quote the number.

import { type Codes, type Json, toObject } from '../../answers/coded-answer.ts'
import { AWS_ACCOUNT_ERRORS, AWS_THROTTLES } from '../aws/errors.ts'

const all = (codes: ReadonlySet<string>, meaning: Codes[string]) =>
  Object.fromEntries([...codes].map((code) => [code, meaning]))

/**
 * The `Reason` of an exception (enums of client-pinpoint-sms-voice-v2 3.1137.0), the field that it refuses, or its name.
 * What protects single numbers blames neither account nor country.
 */
export const AWS_SMS_CODES: Codes = {
  ...all(AWS_THROTTLES, ['temporary', 'too many requests']),
  ...all(AWS_ACCOUNT_ERRORS, ['account', 'the key was refused, or may not send']),
  DestinationPhoneNumber: ['recipient', 'the number is not valid'],
  MessageBody: ['message', 'the text was refused'],
  ResourceNotFoundException: ['account', 'the sender or the configuration set does not exist'],
  // Of AccessDeniedException.
  ACCOUNT_DISABLED: ['account', 'the account is disabled'],
  INSUFFICIENT_ACCOUNT_REPUTATION: ['account', 'the account may not send for now'],
  // Of ServiceQuotaExceededException.
  MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT: ['account', 'the monthly spending limit is reached'],
  // Of ConflictException.
  DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION: [
    'destination',
    'a rule blocks this country',
  ],
  DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE: [
    'recipient',
    'a rule of the account blocks this number',
  ],
  DESTINATION_PHONE_NUMBER_NOT_VERIFIED: ['destination', 'in the sandbox: verified numbers only'],
  DESTINATION_PHONE_NUMBER_OPTED_OUT: ['recipient', 'the recipient has opted out'],
  MESSAGE_TYPE_MISMATCH: ['account', 'the sender is not for transactional messages'],
  NO_ORIGINATION_IDENTITIES_FOUND: ['destination', 'the pool has no sender for this country'],
  NUMBER_CAPABILITIES_MISMATCH: ['account', 'the sender cannot send texts'],
  RESOURCE_NOT_ACTIVE: ['account', 'the sender is not active'],
  // Of ValidationException.
  COUNTRY_CODE_MISMATCH: ['destination', 'the sender may not send to this country'],
  COUNTRY_NOT_ENABLED: ['destination', 'the country is not enabled'],
  DESTINATION_COUNTRY_BLOCKED: ['destination', 'the country is blocked'],
  INTERNATIONAL_SENDING_NOT_SUPPORTED: ['destination', 'the sender sends in its country only'],
  INVALID_ARN: ['account', 'the ARN of the sender is not valid'],
  INVALID_IDENTITY_FOR_DESTINATION_COUNTRY: ['destination', 'the sender may not send there'],
  MAXIMUM_SIZE_EXCEEDED: ['message', 'the message is too long'],
  PRICE_OVER_THRESHOLD: ['destination', 'a message there costs too much'],
  RESOURCE_NOT_ACCESSIBLE: ['account', 'the sender belongs to another account'],
  SENDER_ID_NOT_REGISTERED: ['destination', 'the sender is not registered there'],
  SENDER_ID_NOT_SUPPORTED: ['destination', 'the country takes no sender ids'],
  SENDER_ID_REQUIRES_REGISTRATION: ['destination', 'the sender must be registered there'],
}

/** Fields of a request that one message can get wrong. */
const OF_MESSAGE = ['DestinationPhoneNumber', 'MessageBody']

/** @param name of the error; null: the answer names none, and has no code */
export function codeOf(
  name: string | null,
  { Reason: reason, Fields: fields }: Json,
): string | null {
  if (name === null) return null
  const names = Array.isArray(fields) ? fields.map((field) => toObject(field).Name) : []
  const field = OF_MESSAGE.find((one) => names.includes(one))
  if (field !== undefined) return field // mutant: C53.aws-sms-field
  return typeof reason === 'string' && /^[A-Z_]{1,80}$/.test(reason) ? reason : name // mutant: C53.aws-sms-reason
}
