// C55: receipts by Amazon SNS, signed with a certificate of the test's own making.

import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HttpAnswer, HttpClient, HttpRequest } from '../../src/delivery/ports.ts'
import { awsSmsEntry } from '../../src/delivery/providers/aws-sms/aws-sms.ts'
import { sesEntry } from '../../src/delivery/providers/ses/ses.ts'
import {
  AT,
  callback,
  delivered,
  expectNothingQuoted,
  lost,
  MINUTE,
  OCCURRED,
  readerOf,
  topicOf,
  unreachable,
  verified,
  withOneChanged,
} from './callbacks.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** A certificate signed by an authority of its own, as SNS shows them. */
function makeSigner(days: number) {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-sns-'))
  try {
    const file = (name: string) => join(directory, name)
    const [authority, own] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }))
    if (!authority || !own) throw new Error('no keys')
    const pem = { format: 'pem', type: 'pkcs8' } as const
    writeFileSync(file('ca.key'), authority.privateKey.export(pem))
    writeFileSync(file('own.key'), own.privateKey.export(pem))
    const make = (words: string) =>
      spawnSync('openssl', `req -x509 -new ${words}`.split(' '), { cwd: directory })
    make('-key ca.key -subj /CN=authority -days 30 -out ca.pem')
    make(
      `-key own.key -CA ca.pem -CAkey ca.key -subj /CN=sns.amazonaws.com -days ${days} -out own.pem`,
    )
    const chain = readFileSync(file('own.pem'), 'utf8') + readFileSync(file('ca.pem'), 'utf8')
    return { key: own.privateKey, chain }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** All of what SNS' addresses answer, and what was asked of them. */
function snsServer(files: Record<string, string>) {
  const asked: HttpRequest[] = []
  const http: HttpClient = {
    ...unreachable,
    send(request) {
      asked.push(request)
      const body = files[request.url] ?? (request.url.includes('?Action=') ? '{}' : undefined)
      const status = body === undefined ? 404 : 200
      const verdict: HttpAnswer['verdict'] =
        body === undefined
          ? { kind: 'permanent', fault: 'account', error: { code: 'http_404', message: '' } }
          : { kind: 'accepted', reference: null }
      return Promise.resolve({ status, body: body ?? '', headers: {}, wallMs: null, verdict })
    },
  }
  return { http, asked }
}

const HOST = 'https://sns.eu-central-1.amazonaws.com'
const CERTIFICATE = `${HOST}/SimpleNotificationService-0123456789abcdef.pem`

describe.skipIf(!hasOpenssl)('C55: a notification of SNS', () => {
  const signer = makeSigner(30)
  // A certificate is valid from the second in which it was made, so the time is read after that.
  const now = Date.now()
  const SES = {
    ...{ SES_ACCESS_KEY_ID: 'x', SES_SECRET_ACCESS_KEY: 'x', SES_REGION: 'eu-central-1' },
    ...{ MAIL_FROM: 'a@example.com', SES_SNS_TOPIC_ARN: topicOf('mail') },
  }
  const SMS = {
    ...{ AWS_SMS_ACCESS_KEY_ID: 'x', AWS_SMS_SECRET_ACCESS_KEY: 'x', AWS_SMS_FROM: '+1' },
    ...{ AWS_SMS_REGION: 'eu-central-1', AWS_SMS_SNS_TOPIC_ARN: topicOf('sms') },
  }

  type Envelope = Record<string, string>
  function envelopeOf(message: unknown, change: Envelope = {}, key = signer.key): Envelope {
    const all: Envelope = {
      ...{ Type: 'Notification', MessageId: 'm-1', TopicArn: topicOf('mail') },
      ...{ Message: JSON.stringify(message), Timestamp: new Date(now).toISOString() },
      ...{ SignatureVersion: '2', SigningCertURL: CERTIFICATE, ...change },
    }
    const isNotification = all.Type === 'Notification'
    const names = isNotification
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']
    const text = names.flatMap((name) =>
      all[name] === undefined ? [] : [`${name}\n${all[name]}\n`],
    )
    const algorithm = all.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
    const Signature = sign(algorithm, Buffer.from(text.join('')), key).toString('base64')
    return { ...all, Signature }
  }
  const mailReader = (files: Record<string, string> = { [CERTIFICATE]: signer.chain }) => {
    const server = snsServer(files)
    return { ...server, reader: readerOf({ entry: sesEntry, values: SES }, server.http) }
  }
  const toCallback = (envelope: Envelope) => callback(JSON.stringify(envelope))
  const sesEvent = (type: string, more: Record<string, unknown> = {}) => ({
    ...{
      eventType: type,
      mail: { messageId: '0100-1', timestamp: AT, destination: ['ada@example.com'] },
    },
    ...more,
  })
  const delivery = sesEvent('Delivery', { delivery: { timestamp: AT } })

  it('is accepted by either version of the signature, and its certificate fetched once', async () => {
    const { reader, asked } = mailReader()
    const envelopes = ['1', '2'].map((SignatureVersion) =>
      envelopeOf(delivery, { SignatureVersion }),
    )
    for (const envelope of [...envelopes, envelopeOf(delivery, { Subject: 'x' })]) {
      expect(await verified(reader, toCallback(envelope), now)).toBe(true)
      expect(reader.read(toCallback(envelope))).toEqual([
        expect.objectContaining({ state: 'delivered', reference: '0100-1', at: OCCURRED }),
      ])
    }
    expect(asked.map(({ url }) => url)).toEqual([CERTIFICATE])
  })

  it('is refused with one byte changed, cut, by another key, or of another version', async () => {
    const { reader } = mailReader()
    const good = envelopeOf(delivery)
    const others = [
      { ...good, Message: withOneChanged(good.Message ?? '', 3) },
      { ...good, Timestamp: new Date(now + 1).toISOString() },
      { ...good, Type: 'UnsubscribeConfirmation' },
      { ...good, Signature: withOneChanged(good.Signature ?? '', 30) },
      { ...good, Signature: '' },
      { ...good, SignatureVersion: '1' },
      { ...good, SignatureVersion: '3' },
      envelopeOf(delivery, {}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    ]
    for (const envelope of others)
      expect(await verified(reader, toCallback(envelope), now)).toBe(false)
    for (const body of ['', 'null', JSON.stringify(good).slice(0, -1)])
      expect(await verified(reader, callback(body), now)).toBe(false)
  })

  it('is refused without anything being fetched: another topic, an old one, a certificate from elsewhere', async () => {
    const { reader, asked } = mailReader()
    const all = [
      { TopicArn: topicOf('other') },
      { Timestamp: new Date(now - 61 * MINUTE).toISOString() },
      { Timestamp: new Date(now + 6 * MINUTE).toISOString() },
      ...[
        CERTIFICATE.replace('https:', 'http:'),
        CERTIFICATE.replace('.com/', '.com.evil.example/'),
        CERTIFICATE.replace('.com/', '.com:8443/'),
        CERTIFICATE.replace('https://', 'https://x@'),
        CERTIFICATE.replace('eu-central-1', 'us-east-1'),
        `${CERTIFICATE}?x=.pem`,
        `${HOST}/x/../SimpleNotificationService-0123456789abcdef.pem`,
        `${HOST}/?Action=Publish&x=.pem`,
      ].map((SigningCertURL) => ({ SigningCertURL })),
    ]
    for (const change of all)
      expect(await verified(reader, toCallback(envelopeOf(delivery, change)), now)).toBe(false)
    expect(asked).toEqual([])
  })

  it('is refused where the certificate is not valid, is not one, or is not there', async () => {
    const expired = mailReader()
    const later = new Date(now + 31 * 86_400_000)
    const envelope = envelopeOf(delivery, { Timestamp: later.toISOString() })
    expect(await verified(expired.reader, toCallback(envelope), later.getTime())).toBe(false)
    for (const files of [{ [CERTIFICATE]: 'no certificate' }, {}])
      expect(await verified(mailReader(files).reader, toCallback(envelopeOf(delivery)), now)).toBe(
        false,
      )
  })

  it('never has more than a few certificates fetched in a minute', async () => {
    const { reader, asked } = mailReader()
    const forged = (i: number) => ({ SigningCertURL: CERTIFICATE.replace('0123', `abc${i}`) })
    for (let i = 0; i < 50; i += 1)
      expect(await verified(reader, toCallback(envelopeOf(delivery, forged(i))), now)).toBe(false)
    expect(asked.length).toBe(5)
    // Those of a minute ago no longer count.
    const Timestamp = new Date(now + 2 * MINUTE).toISOString()
    const after = toCallback(envelopeOf(delivery, { Timestamp }))
    expect(await verified(reader, after, now + 2 * MINUTE)).toBe(true)
  })

  it('of a subscription is confirmed at the topic’s own address, whatever address it names', async () => {
    const subscription = (change: Envelope = {}) =>
      envelopeOf('You have chosen to subscribe', {
        ...{ Type: 'SubscriptionConfirmation', Token: 'abc123' },
        ...{ SubscribeURL: 'https://evil.example/?Action=ConfirmSubscription', ...change },
      })
    const { reader, asked } = mailReader()
    expect(await verified(reader, toCallback(subscription()), now)).toBe(true)
    const confirmed = `${HOST}/?Action=ConfirmSubscription&TopicArn=${encodeURIComponent(topicOf('mail'))}&Token=abc123`
    expect(asked.map(({ url }) => url)).toEqual([CERTIFICATE, confirmed])
    expect(reader.read(toCallback(subscription()))).toEqual([])
    const refused = [
      { ...subscription(), Token: 'other' },
      subscription({ TopicArn: topicOf('other') }),
      subscription({ Token: 'a b&TopicArn=x' }),
    ]
    for (const envelope of refused)
      expect(await verified(reader, toCallback(envelope), now)).toBe(false)
    expect(asked.length).toBe(2)
  })

  const bounce = (bounceType: string, bounceSubType: string) =>
    sesEvent('Bounce', { bounce: { bounceType, bounceSubType, timestamp: AT } })
  it.each([
    [sesEvent('Send'), [{ state: 'sent' }]],
    [{ ...delivery, eventType: undefined, notificationType: 'Delivery' }, [delivered()]],
    [bounce('Permanent', 'NoEmail'), [lost('Permanent.NoEmail', 'recipient', 'bounce')]],
    [bounce('Permanent', 'New'), [lost('Permanent.General', 'recipient', 'bounce')]],
    [bounce('Transient', 'MailboxFull'), [lost('Transient.MailboxFull', 'recipient')]],
    [
      sesEvent('Complaint', { complaint: { timestamp: AT } }),
      [delivered({ suppress: 'complaint' })],
    ],
    [sesEvent('Reject'), [lost('Reject', 'message')]],
    [sesEvent('Open'), []],
    ['Successfully validated SNS topic', []],
  ])('of SES: %j', async (message, expected) => {
    const reports = await mailReader().reader.read(toCallback(envelopeOf(message)))
    expectNothingQuoted(reports)
    expect(reports).toEqual(expected.map((report) => expect.objectContaining(report)))
  })

  it.each([
    ['TEXT_DELIVERED', [delivered({ reference: 'sms-1', at: OCCURRED })]],
    ['TEXT_SUCCESSFUL', [{ state: 'sent' }]],
    ['TEXT_INVALID', [lost('TEXT_INVALID', 'recipient', 'unknown')]],
    ['TEXT_CARRIER_BLOCKED', [lost('TEXT_CARRIER_BLOCKED', 'message')]],
    ['TEXT_PROTECT_BLOCKED', [lost('TEXT_PROTECT_BLOCKED', 'destination')]],
    ['constructor', []],
  ])('of AWS SMS: %s', async (eventType, expected) => {
    const { http } = snsServer({ [CERTIFICATE]: signer.chain })
    const reader = readerOf({ entry: awsSmsEntry, values: SMS }, http)
    const event = { eventType, messageId: 'sms-1', eventTimestamp: OCCURRED }
    const what = toCallback(envelopeOf(event, { TopicArn: topicOf('sms') }))
    expect(await verified(reader, what, now)).toBe(true)
    expect(reader.read(what)).toEqual(expected.map((report) => expect.objectContaining(report)))
  })
})
