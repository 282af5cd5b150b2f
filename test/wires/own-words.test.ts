// C94, C96: a refusal that a wire passes on has the words of its own protocol: no field, channel or code that only our API has.

import { expect, it } from 'vitest'
import { type Channel, SUPPRESSION_REASONS } from '../../src/kernel/channel.ts'
import {
  chooseChannel,
  refuseRecipient,
  refuseStartFields,
} from '../../src/verification/admission.ts'
import type { Refusal } from '../../src/verification/api.ts'
import { blankRecord } from '../../src/verification/applied.ts'
import { SHAPE_WORDS } from '../../src/verification/comparison.ts'
import { LIMIT_NAMES } from '../../src/verification/policy.ts'
import {
  isUnreadable,
  type Recipient,
  readRecipient,
  recipientOf,
} from '../../src/verification/recipient.ts'
import * as refuse from '../../src/verification/refuse.ts'
import { OUTCOMES, STATUSES } from '../../src/verification/state.ts'
import { refuseBlocked } from '../../src/verification/verdict.ts'
import { errorOf as camaraErrorOf } from '../../src/wires/camara/errors.ts'
import { errorOf as twilioErrorOf } from '../../src/wires/twilio/errors.ts'
import { newVerification, T0 } from '../contract/rows.ts'
import { NOBODY, testService } from '../verification/world.ts'

const UNREADABLE = [
  ...['4155552671', '0171 2345678', '+1', 'hello', 'a@', '@example.com', '+14155552671 ext 5'],
  ...['+4930\u0007', '+11111111111', '+22501234567', 'ada@exa mple.com', ''],
]
/** Fields of our own API that neither wire has under this name. */
const OURS =
  /`(?:country|to|channels?|code|subject|session|purpose|locale|metadata|challenge|id|link)`|\b(?:client_ip|user_agent|code_length|ttl_seconds|return_url|link_binding|view_token|idempotency_key)\b|\bvoice\b|recovery code/

const fields = (field: string, detail: string) => refuse.refuseFields([{ field, detail }])
const service = testService({ channels: ['sms'], clientIp: 'required', landlines: 'refused' })
const [phone, mail] = [recipientOf('+14155552671', 'US'), recipientOf('ada@example.com', null)]
const isRefusal = (one: object | undefined): one is Refusal =>
  one !== undefined && 'kind' in one && one.kind === 'refused'

const rowOf = (change: object) => ({ ...blankRecord(newVerification()), ...change })
const ended = STATUSES.map((status) => refuse.refuseEnded(rowOf({ status }), T0))
const command = { codeLength: null, ttlSeconds: null, endUser: NOBODY.endUser }

/** Made by the domain itself, as its callers get them. @param channels that the wire's callers can ask for */
const refusalsOf = (channels: readonly Channel[], recipients: readonly Recipient[]) =>
  [
    ...UNREADABLE.flatMap((to) => {
      const read = readRecipient(to, null)
      return isUnreadable(read) ? [fields(read.field, read.detail)] : []
    }),
    fields('code', `is not ${SHAPE_WORDS}; nothing was charged`),
    fields('country', 'is not a country code'),
    fields('metadata.a', 'is too long'),
    refuseStartFields(service, command),
    refuseStartFields(service, { ...command, codeLength: 99, ttlSeconds: 1 }),
    ...recipients.flatMap((to) => channels.map((channel) => chooseChannel(service, to, channel))),
    refuseRecipient(testService({ allowedCountries: ['DE'] }), phone, 'sms'),
    refuseRecipient(testService({ voiceCountries: [] }), phone, 'voice'),
    ...LIMIT_NAMES.map((name) => refuse.refuseLimited(name, { max: 1, windowSeconds: 60 }, 41)),
    ...channels.map((channel) =>
      refuse.refuseSlow(channel, { waitMs: 9_000, retryAfterSeconds: 9 }),
    ),
    ...channels.flatMap((channel) =>
      SUPPRESSION_REASONS.map((reason) => refuse.refuseSuppressed({ reason, channel } as never)),
    ),
    refuse.refuseMismatch(['purpose', 'session', 'to']),
    ...ended,
    refuse.refuseResend(rowOf({ sends: 5 }), T0),
    refuse.refuseResend(rowOf({ expiresAt: T0 + 1_000 }), T0),
    refuse.refuseResend(rowOf({ sends: 1, lastSendAt: T0 }), T0),
    ...[refuse.refuseSpent(), refuse.refuseOverloaded(), refuse.refuseUnknown()],
    ...[refuse.refuseElsewhere(), refuse.refuseAtTwilio(), refuse.refuseCancel()],
    ...OUTCOMES.map((outcome) => refuse.refuseReported(outcome)),
    ...(['client', 'recipient'] as const).map((about) =>
      refuseBlocked({ about, entry: 'L1' } as never),
    ),
    { kind: 'refused', error: 'challenge_required', detail: 'in the field `challenge`' } as const,
  ].filter(isRefusal)

const TO_TWILIO = refusalsOf(['sms', 'voice', 'email', 'whatsapp'], [phone, mail])
const TO_CAMARA = refusalsOf(['sms'], [phone])

it.each([
  ['twilio', TO_TWILIO, (one: Refusal) => twilioErrorOf(one, '/Services/VA0/Verifications')],
  ['camara, of a send', TO_CAMARA, (one: Refusal) => camaraErrorOf(one, 'send')],
  ['camara, of a check', TO_CAMARA, (one: Refusal) => camaraErrorOf(one, 'validate')],
] as const)('C94: no refusal of %s has a word of our own API', (_wire, refusals, errorOf) => {
  expect(refusals.length).toBeGreaterThan(50)
  const messages = refusals.map((one) => errorOf(one).message)
  expect(messages.filter((message) => OURS.test(message))).toEqual([])
  expect(messages.filter((message) => message === '')).toEqual([])
})

it('C94: a number that Twilio’s callers cannot give in national form is refused without a country', () => {
  const [national] = TO_TWILIO
  expect(national?.detail).toContain('`country`')
  expect(twilioErrorOf(national as Refusal, '').message).toBe(
    'Invalid parameter `To`: is not an e-mail address or a phone number in E.164 form (+14155552671)',
  )
})
