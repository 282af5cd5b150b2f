// C55: what each provider reports of its messages, signed as it signs; and what a forged, cut, old or foreign callback is worth.
// Twilio's reader and that of SNS have files of their own.

import {
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { type ProviderEntry, ProviderSettingError } from '../../src/delivery/provider-entry.ts'
import { awsSmsEntry } from '../../src/delivery/providers/aws-sms/aws-sms.ts'
import { httpEntry } from '../../src/delivery/providers/http/http.ts'
import { infobipEntry } from '../../src/delivery/providers/infobip/infobip.ts'
import { postmarkEntry } from '../../src/delivery/providers/postmark/postmark.ts'
import { resendEntry } from '../../src/delivery/providers/resend/resend.ts'
import { sendGridEntry } from '../../src/delivery/providers/sendgrid/sendgrid.ts'
import { sesEntry } from '../../src/delivery/providers/ses/ses.ts'
import { telegramEntry } from '../../src/delivery/providers/telegram/telegram.ts'
import { vonageEntry } from '../../src/delivery/providers/vonage/vonage.ts'
import { whatsAppCloudEntry } from '../../src/delivery/providers/whatsapp-cloud/whatsapp-cloud.ts'
import type { Callback } from '../../src/delivery/receipts/ports.ts'
import {
  AT,
  callback,
  delivered,
  expectNothingQuoted,
  lost,
  MINUTE,
  OCCURRED,
  readerOf,
  TRY,
  topicOf,
  unreachable,
  verified,
  withOneChanged,
} from './callbacks.ts'
import { fixedClock, NOW } from './messages.ts'

/** One provider: how it is made, how it signs, and what it says. */
type Case = {
  name: string
  entry: ProviderEntry
  values: Record<string, string>
  /** By its key, at a time. */
  sign(body: string, at: number): Record<string, string>
  /** By somebody else's. */
  forge(body: string, at: number): Record<string, string>
  /** Body by what it reports. */
  said: readonly (readonly [body: unknown, reports: readonly object[] | undefined])[]
  /** The proof is a login, and not of this body. */
  isLogin?: true
  /** A signature that has no time. */
  isTimeless?: true
}

const toPart = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function vonageJwt(secret: string, alg = 'HS256') {
  return (body: string, at: number) => {
    const hash = createHash('sha256').update(body).digest('hex')
    const claims = { iss: 'Vonage', iat: at / 1000, jti: 'x', api_key: 'k', payload_hash: hash }
    const signed = `${toPart({ typ: 'JWT', alg })}.${toPart(claims)}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64url')
    return { authorization: `Bearer ${signed}.${signature}` }
  }
}
const VONAGE_SECRET = 'a-signature-secret-of-tests'
const VONAGE_STATUS = {
  ...{ message_uuid: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab', channel: 'sms' },
  ...{ to: '14155552671', from: 'Example', timestamp: AT, client_ref: 'dlv_1' },
}
const vonageError = (code: number) => ({
  ...{ ...VONAGE_STATUS, status: 'undeliverable' },
  error: { type: `https://developer.vonage.com/api-errors/messages#${code}`, title: code },
})
const vonageText = (text: string) => ({
  ...VONAGE_STATUS,
  message_type: 'text',
  from: '14155552671',
  text,
})

const sendGridKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const sendGridSign =
  (key: KeyObject) =>
  (body: string, at: number): Record<string, string> => {
    const timestamp = String(at / 1000)
    return {
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': sign(
        'sha256',
        Buffer.from(timestamp + body),
        key,
      ).toString('base64'),
    }
  }
const sendGridEvent = (event: string, more: Record<string, unknown> = {}) => ({
  ...{ event, email: 'ada@example.com', timestamp: OCCURRED / 1000 },
  ...{ sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0', ...more },
})

const RESEND_SECRET = `whsec_${Buffer.from('a-webhook-secret-of-tests').toString('base64')}`
const svixSign = (secret: string) => (body: string, at: number) => ({
  'svix-id': 'msg_1',
  'svix-timestamp': String(at / 1000),
  'svix-signature': `v1,c29tZXRoaW5n ${new Webhook(secret).sign('msg_1', new Date(at), body)}`,
})
const resendEvent = (type: string, more: Record<string, unknown> = {}) => ({
  ...{ type: `email.${type}`, created_at: AT },
  data: { email_id: '56761188-7520-42d8-8898-ff6fc54ce618', to: ['ada@example.com'], ...more },
})

const POSTMARK_LOGIN = 'postmark:a-password-of-tests'
const basic = (login: string) => () => ({
  authorization: `Basic ${Buffer.from(login).toString('base64')}`,
})
const postmarkEvent = (RecordType: string, more: Record<string, unknown> = {}) => ({
  ...{ RecordType, MessageID: '00000000-0000-0000-0000-000000000000', ...more },
})
const postmarkBounce = (Type: string) => postmarkEvent('Bounce', { Type, BouncedAt: AT })

const whatsAppSign = (secret: string) => (body: string) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})
const whatsAppStatus = (status: string, more: Record<string, unknown> = {}) => {
  const seconds = String(OCCURRED / 1000)
  const one = { id: 'wamid.X', status, timestamp: seconds, recipient_id: '14155552671', ...more }
  return { entry: [{ changes: [{ field: 'messages', value: { statuses: [one] } }] }] }
}
const telegramSign = (token: string) => (body: string, at: number) => {
  const key = createHash('sha256').update(token).digest()
  const signature = createHmac('sha256', key)
    .update(`${at / 1000}\n${body}`)
    .digest('hex')
  return { 'x-request-timestamp': String(at / 1000), 'x-request-signature': signature }
}
const telegramStatus = (status: string) => ({
  ...{ request_id: '12345', phone_number: '+14155552671' },
  delivery_status: { status, updated_at: OCCURRED / 1000 },
})

const CASES: Case[] = [
  {
    name: 'whatsapp_cloud',
    entry: whatsAppCloudEntry,
    values: {
      ...{ WHATSAPP_CLOUD_ACCESS_TOKEN: 'x', WHATSAPP_CLOUD_PHONE_NUMBER_ID: '12345' },
      ...{ WHATSAPP_CLOUD_TEMPLATE: 'otp', WHATSAPP_CLOUD_LANGUAGES: 'en_US' },
      WHATSAPP_CLOUD_BASE_URL: 'http://127.0.0.1:1',
      ...{ WHATSAPP_CLOUD_APP_SECRET: 'x', WHATSAPP_CLOUD_VERIFY_TOKEN: 'a-token-of-the-webhook' },
    },
    sign: whatsAppSign('x'),
    forge: whatsAppSign('y'),
    said: [
      [whatsAppStatus('delivered'), [delivered({ reference: 'wamid.X', at: OCCURRED })]],
      [whatsAppStatus('read'), [delivered()]],
      [whatsAppStatus('sent'), [{ state: 'sent' }]],
      [
        whatsAppStatus('failed', { errors: [{ code: 131026, title: 'to +14155552671' }] }),
        [lost('131026', 'recipient')],
      ],
      [whatsAppStatus('failed'), [lost('failed', 'message')]],
      [{ entry: [{ changes: [{ value: { messages: [{ text: { body: 'hi' } }] } }] }] }, []],
      [{}, undefined],
    ],
    isTimeless: true,
  },
  {
    name: 'telegram',
    entry: telegramEntry,
    values: { TELEGRAM_TOKEN: 'x', TELEGRAM_BASE_URL: 'http://127.0.0.1:1' },
    sign: telegramSign('x'),
    forge: telegramSign('y'),
    said: [
      [telegramStatus('delivered'), [delivered({ tryId: TRY, reference: '12345', at: OCCURRED })]],
      [telegramStatus('read'), [delivered()]],
      [telegramStatus('sent'), [{ state: 'sent' }]],
      [telegramStatus('expired'), [lost('expired', 'recipient')]],
      [telegramStatus('revoked'), [lost('revoked', 'message')]],
      [telegramStatus('new'), []],
      [{}, undefined],
    ],
  },
  {
    name: 'vonage',
    entry: vonageEntry,
    values: {
      ...{ VONAGE_FROM: 'Example', VONAGE_API_KEY: 'k', VONAGE_API_SECRET: 'x' },
      ...{ VONAGE_BASE_URL: 'http://127.0.0.1:1', VONAGE_SIGNATURE_SECRET: VONAGE_SECRET },
    },
    sign: vonageJwt(VONAGE_SECRET),
    forge: vonageJwt('a-signature-secret-of-others'),
    said: [
      [{ ...VONAGE_STATUS, status: 'delivered' }, [delivered({ tryId: TRY, at: OCCURRED })]],
      [
        { ...VONAGE_STATUS, status: 'read' },
        [delivered({ reference: VONAGE_STATUS.message_uuid })],
      ],
      [{ ...VONAGE_STATUS, status: 'submitted' }, [{ state: 'sent' }]],
      [
        {
          ...{ ...VONAGE_STATUS, status: 'delivered', sms: { count_total: '2' } },
          usage: { price: '0.0666', currency: 'EUR' },
        },
        [delivered({ charge: { micros: 66_600, currency: 'EUR', parts: 2 } })],
      ],
      [vonageError(1170), [lost('1170', 'recipient', 'unknown')]],
      [vonageError(1240), [lost('1240', 'recipient', 'stop')]],
      [vonageError(1180), [lost('1180', 'message')]],
      [{ ...VONAGE_STATUS, status: 'rejected' }, [lost('rejected', 'message')]],
      [{ ...VONAGE_STATUS, status: 'something new' }, []],
      [vonageText(' Stop. '), [{ kind: 'stop', recipient: '+14155552671' }]],
      [vonageText('START'), [{ kind: 'start', recipient: '+14155552671' }]],
      [vonageText('I never said stop'), []],
      [{}, undefined],
    ],
  },
  {
    name: 'sendgrid',
    entry: sendGridEntry,
    values: {
      ...{
        SENDGRID_API_KEY: 'x',
        SENDGRID_BASE_URL: 'http://127.0.0.1:1',
        MAIL_FROM: 'a@example.com',
      },
      SENDGRID_WEBHOOK_KEY: sendGridKeys.publicKey
        .export({ format: 'der', type: 'spki' })
        .toString('base64'),
    },
    sign: sendGridSign(sendGridKeys.privateKey),
    forge: sendGridSign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    said: [
      [
        [sendGridEvent('delivered'), sendGridEvent('open'), sendGridEvent('processed')],
        [delivered({ reference: '14c5d75ce93', at: OCCURRED }), { state: 'sent' }],
      ],
      [[sendGridEvent('deferred')], [{ state: 'sent' }]],
      [
        [
          sendGridEvent('bounce', {
            type: 'bounce',
            status: '5.1.1',
            reason: 'to ada@example.com',
          }),
        ],
        [lost('5.1.1', 'recipient', 'bounce')],
      ],
      [[sendGridEvent('bounce', { type: 'blocked', status: '5.7.1' })], [lost('5.7.1', 'message')]],
      [[sendGridEvent('spamreport')], [delivered({ suppress: 'complaint' })]],
      [
        [sendGridEvent('dropped', { reason: 'Bounced Address' })],
        [lost('dropped-bounced', 'recipient', 'bounce')],
      ],
      [[sendGridEvent('dropped', { reason: 'whatever' })], [lost('dropped', 'message')]],
      [[null, 1, { event: 'delivered' }], []],
      [{}, undefined],
    ],
  },
  {
    name: 'postmark',
    entry: postmarkEntry,
    values: {
      ...{ POSTMARK_SERVER_TOKEN: 'x', POSTMARK_MESSAGE_STREAM: 'outbound' },
      ...{ POSTMARK_BASE_URL: 'http://127.0.0.1:1', MAIL_FROM: 'a@example.com' },
      POSTMARK_WEBHOOK_LOGIN: POSTMARK_LOGIN,
    },
    sign: basic(POSTMARK_LOGIN),
    forge: basic('postmark:a-password-of-others'),
    said: [
      [postmarkEvent('Delivery', { DeliveredAt: AT }), [delivered({ at: OCCURRED })]],
      [postmarkBounce('HardBounce'), [lost('HardBounce', 'recipient', 'bounce')]],
      [postmarkBounce('SoftBounce'), [lost('SoftBounce', 'recipient')]],
      [postmarkBounce('Blocked'), [lost('Blocked', 'message')]],
      [postmarkBounce('AutoResponder'), [delivered()]],
      [postmarkEvent('SpamComplaint'), [delivered({ suppress: 'complaint' })]],
      [postmarkEvent('Open'), []],
      [[], undefined],
    ],
    isLogin: true,
    isTimeless: true,
  },
  {
    name: 'resend',
    entry: resendEntry,
    values: {
      ...{ RESEND_API_KEY: 'x', RESEND_BASE_URL: 'http://127.0.0.1:1', MAIL_FROM: 'a@example.com' },
      RESEND_WEBHOOK_SECRET: RESEND_SECRET,
    },
    sign: svixSign(RESEND_SECRET),
    forge: svixSign(`whsec_${Buffer.from('a-webhook-secret-of-others').toString('base64')}`),
    said: [
      [resendEvent('delivered'), [delivered({ at: OCCURRED })]],
      [resendEvent('sent'), [{ state: 'sent' }]],
      [resendEvent('delivery_delayed'), [{ state: 'sent' }]],
      [
        resendEvent('bounced', {
          bounce: { type: 'Permanent', subType: 'Suppressed', message: 'ada@' },
        }),
        [lost('Permanent.Suppressed', 'recipient', 'bounce')],
      ],
      [
        resendEvent('bounced', { bounce: { type: 'Transient', subType: 'MailboxFull' } }),
        [lost('Transient.MailboxFull', 'recipient')],
      ],
      [resendEvent('suppressed'), [lost('suppressed', 'recipient', 'bounce')]],
      [resendEvent('failed'), [lost('failed', 'message')]],
      [resendEvent('complained'), [delivered({ suppress: 'complaint' })]],
      [resendEvent('opened'), []],
      [{ type: 'domain.created', data: {} }, []],
      [{}, undefined],
    ],
  },
]

/** The URL's MAC is the proof, and checked before a reader is asked. */
const UNSIGNED: Pick<Case, 'name' | 'entry' | 'values' | 'said'>[] = [
  {
    name: 'infobip',
    entry: infobipEntry,
    values: { INFOBIP_API_KEY: 'x', INFOBIP_FROM: 'X', INFOBIP_BASE_URL: 'http://127.0.0.1:1' },
    said: [
      [
        infobipReport('DELIVERED', 'DELIVERED_TO_HANDSET'),
        [delivered({ tryId: TRY, reference: 'dlv_1' })],
      ],
      [infobipReport('PENDING', 'PENDING_ENROUTE'), [{ state: 'sent' }]],
      [
        infobipReport('UNDELIVERABLE', 'UNDELIVERABLE_NOT_DELIVERED', 'EC_UNKNOWN_SUBSCRIBER'),
        [lost('EC_UNKNOWN_SUBSCRIBER', 'recipient', 'unknown')],
      ],
      [
        infobipReport('REJECTED', 'REJECTED_NETWORK', 'NO_ERROR'),
        [lost('REJECTED_NETWORK', 'destination')],
      ],
      [infobipReport('EXPIRED', 'to +14155552671'), [lost('EXPIRED', 'message')]],
      [
        {
          results: infobipReport('DELIVERED', 'DELIVERED_TO_HANDSET').results.map((one) => ({
            ...{ ...one, messageCount: 2 },
            price: { pricePerMessage: 0.01, currency: 'EUR' },
          })),
        },
        [delivered({ charge: { micros: 20_000, currency: 'EUR', parts: 2 } })],
      ],
      [{ results: [{ status: { groupName: 'NEW' } }, null] }, []],
      [{}, undefined],
    ],
  },
  {
    name: 'a gateway',
    entry: httpEntry('sms'),
    values: {
      ...{ HTTP_SMS_URL: 'http://127.0.0.1:1', HTTP_SMS_METHOD: 'POST' },
      HTTP_SMS_HEADERS: '{"content-type":"application/json"}',
      HTTP_SMS_BODY: '{"text":"{{text}}","report":"{{callback_url}}"}',
    },
    said: [
      [{ status: 'delivered' }, [delivered({ tryId: TRY })]],
      [
        { status: 'delivered', price: '0.02', currency: 'EUR' },
        [delivered({ charge: { micros: 20_000, currency: 'EUR', parts: null } })],
      ],
      [{ status: 'sent', code: 'x' }, [{ state: 'sent', error: null }]],
      [{ status: 'undelivered', code: 105, fault: 'recipient' }, [lost('105', 'recipient')]],
      [{ status: 'undelivered', code: 'to +1 415' }, [lost('undelivered', 'message')]],
      [{ status: 'DELIVRD' }, undefined],
      ['delivered', undefined],
    ],
  },
]

function infobipReport(groupName: string, name: string, error = 'NO_ERROR') {
  const status = { groupName, name, description: 'to +14155552671' }
  const one = { messageId: 'dlv_1', to: '14155552671', doneAt: '2027-01-15T11:59:58.000+0000' }
  return { results: [{ ...one, status, error: { name: error } }] }
}

describe.each([...CASES, ...UNSIGNED])('C55: a report of $name', (one) => {
  const reader = readerOf(one)
  it.each(one.said)('%j', async (body, expected) => {
    const reports = await reader.read(callback(JSON.stringify(body)))
    expectNothingQuoted(reports)
    if (expected === undefined) expect(reports).toBeUndefined()
    else expect(reports).toEqual(expected.map((report) => expect.objectContaining(report)))
  })

  it.each(['', '{', 'null', '"x"', '[[]]', '{"results":{}}', '\u0000'])(
    'that is not one reports nothing: %j',
    async (body) => {
      expect((await reader.read(callback(body))) ?? []).toEqual([])
    },
  )
})

describe.each(CASES)('a callback of $name', (one) => {
  const reader = readerOf(one)
  const body = JSON.stringify(one.said[0]?.[0])
  const signed = one.sign(body, NOW)

  it(`C55: ${one.name} is accepted as it is signed`, async () => {
    expect(await verified(reader, callback(body, signed))).toBe(true)
  })
  it.skipIf(one.isLogin)(
    `C55: ${one.name} is refused with another body: changed or cut`,
    async () => {
      for (const other of [withOneChanged(body, 20), body.slice(0, -1), `${body} `, ''])
        expect(await verified(reader, callback(other, signed))).toBe(false)
    },
  )
  it(`C55: ${one.name} is refused with any other signature`, async () => {
    expect(await verified(reader, callback(body))).toBe(false)
    expect(await verified(reader, callback(body, one.forge(body, NOW)))).toBe(false)
    for (const [name, value] of Object.entries(signed)) {
      for (const other of [
        withOneChanged(value, value.length - 8),
        value.slice(0, -8),
        '',
        `${value},`,
      ])
        expect(await verified(reader, callback(body, { ...signed, [name]: other }))).toBe(false)
      const { [name]: _, ...others } = signed
      expect(await verified(reader, callback(body, others))).toBe(false)
    }
  })
  it.skipIf(one.isTimeless)(
    `C55: ${one.name} is refused when it is old, or of a time to come`,
    async () => {
      const at = (passed: number) => verified(reader, callback(body, signed), NOW + passed)
      expect(await at(5 * MINUTE)).toBe(true)
      expect(await at(5 * MINUTE + 1_000)).toBe(false)
      expect(await at(-5 * MINUTE - 1_000)).toBe(false)
    },
  )
  it(`C55: ${one.name} is refused from any other provider`, async () => {
    for (const other of CASES.filter(({ name }) => name !== one.name))
      expect(await verified(reader, callback(body, other.sign(body, NOW)))).toBe(false)
  })
})

it('C55: WhatsApp’s handshake is answered with its challenge, where the token is ours and it is no page', async () => {
  const [one] = CASES.filter(({ name }) => name === 'whatsapp_cloud')
  if (!one) throw new Error('no case')
  const reader = readerOf(one)
  const shake = (token: string, challenge: string): Callback => {
    const query = new URLSearchParams({
      ...{ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': challenge },
    })
    return { ...callback(''), method: 'GET', query }
  }
  const token = one.values.WHATSAPP_CLOUD_VERIFY_TOKEN ?? ''
  expect(await verified(reader, shake(token, '1158201444'))).toBe(true)
  expect(reader.reply?.(shake(token, '1158201444'))).toBe('1158201444')
  for (const other of ['', 'x', `${token}x`])
    expect(await verified(reader, shake(other, '1158201444'))).toBe(false)
  for (const page of ['<script>', '', 'a b', 'x'.repeat(65)])
    expect(reader.reply?.(shake(token, page))).toBeNull()
})

it('C55: a token that names another algorithm is refused, even where its signature fits', async () => {
  const [one] = CASES.filter(({ name }) => name === 'vonage')
  if (!one) throw new Error('no case')
  for (const alg of ['none', 'RS256', 'HS512'])
    expect(
      await verified(readerOf(one), callback('{}', vonageJwt(VONAGE_SECRET, alg)('{}', NOW))),
    ).toBe(false)
})

describe('without its setting', () => {
  const own = /WEBHOOK|SIGNATURE|APP_SECRET|VERIFY/
  const withOne = CASES.filter(({ values }) => Object.keys(values).some((name) => own.test(name)))
  it.each(withOne)('$name reads no receipts', ({ entry, values }) => {
    const others = Object.entries(values).filter(([name]) => !own.test(name))
    const made = entry.create(Object.fromEntries(others), { http: unreachable, clock: fixedClock })
    expect(made.receipts).toBeUndefined()
  })
  it('a gateway that is given no address reads none', () => {
    const [, one] = UNSIGNED
    const values = { ...one?.values, HTTP_SMS_BODY: '{"text":"{{text}}"}' }
    const made = httpEntry('sms').create(values, { http: unreachable, clock: fixedClock })
    expect(made.receipts).toBeUndefined()
  })
})

it.each<[ProviderEntry, Record<string, string>, string]>([
  [vonageEntry, { VONAGE_SIGNATURE_SECRET: 'short' }, 'VONAGE_SIGNATURE_SECRET: is under 16'],
  [sendGridEntry, { SENDGRID_WEBHOOK_KEY: 'MFkwEwYH' }, 'SENDGRID_WEBHOOK_KEY: is not the'],
  [postmarkEntry, { POSTMARK_WEBHOOK_LOGIN: 'user' }, 'POSTMARK_WEBHOOK_LOGIN: is not like'],
  [postmarkEntry, { POSTMARK_WEBHOOK_LOGIN: 'user:short' }, 'has a password of under 16'],
  [resendEntry, { RESEND_WEBHOOK_SECRET: 'whsec_x' }, 'RESEND_WEBHOOK_SECRET: is not a signing'],
  [sesEntry, { SES_SNS_TOPIC_ARN: 'arn:aws:sns:x' }, 'SES_SNS_TOPIC_ARN: is not a topic'],
  [awsSmsEntry, { AWS_SMS_SNS_TOPIC_ARN: `${topicOf('x')}.evil` }, 'AWS_SMS_SNS_TOPIC_ARN: is not'],
])('a setting that cannot be right is refused at the start: %#', (entry, values, words) => {
  expect(() => entry.read(values)).toThrow(ProviderSettingError)
  expect(() => entry.read(values)).toThrow(words)
  for (const value of Object.values(values))
    if (value.length > 8) expect(() => entry.read(values)).not.toThrow(value)
})

it.each([
  ['sendgrid', 'SendGrid posts 768 KiB', (events: object[]) => events],
  [
    ...(['whatsapp_cloud', 'Meta a thousand statuses'] as const),
    (statuses: object[]) => ({ entry: [{ changes: [{ value: { statuses } }] }] }),
  ],
])('C55: a batch of %s is read whole: %s', async (name, _, batchOf) => {
  const { entry, values } = CASES.find((one) => one.name === name) as Case
  const reader = readerOf({ entry, values })
  const about = { event: 'delivered', status: 'delivered', timestamp: OCCURRED / 1000 }
  const one = (n: number) => ({ ...about, id: `wamid.${n}`, sg_message_id: `sg${n}.x` })
  const body = JSON.stringify(batchOf(Array.from({ length: 4_000 }, (_, n) => one(n))))
  expect(body.length).toBeLessThan(reader.batchBytes ?? 0)
  expect(await reader.read(callback(body))).toHaveLength(4_000)
})

it('Postmark’s bounces come with the mail that they are about, by its login alone', () => {
  const { entry, values, sign, forge } = CASES.find(({ name }) => name === 'postmark') as Case
  const { room } = readerOf({ entry, values })
  expect([room?.(sign('', NOW)), room?.(forge('', NOW))]).toEqual([256 * 1024, undefined])
})

it('C55: random bytes report nothing, and never throw', async () => {
  for (const one of [...CASES, ...UNSIGNED])
    for (let i = 0; i < 20; i += 1) {
      const reader = readerOf(one)
      const noise = callback(randomBytes(200), {
        authorization: randomBytes(40).toString('base64'),
      })
      if ('sign' in one) expect(await verified(reader, noise)).toBe(false)
      expect(reader.read(noise) ?? []).toEqual([])
    }
})
