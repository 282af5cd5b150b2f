// Notifications of Amazon SNS over HTTPS: whose they are, and the message in them (docs.aws.amazon.com/sns, "Verifying the
// signatures of Amazon SNS messages").
// It must not ask anything of an address that a notification names before its topic is known to be ours.

import { type KeyObject, verify } from 'node:crypto'
import { isFresh } from '../../../kernel/signed.ts'
import type { Json } from '../../answers/coded-answer.ts'
import type { HttpClient } from '../../ports.ts'
import { type ProviderSetting, type SettingValues, wrong } from '../../provider-entry.ts'
import { bodyOf } from '../../receipts/callbacks.ts'
import type { Callback, ReceiptReader, Report } from '../../receipts/ports.ts'
import { createCertificates } from './sns-certificates.ts'

export type SnsTopic = {
  arn: string
  /** Where its notifications are signed, and subscriptions confirmed. */
  host: string
}

export const topicRow = (name: string) =>
  ({
    name,
    description:
      'The SNS topic (arn:aws:sns:…) that reports what becomes of messages; its HTTPS subscription confirms itself',
    optional: true,
  }) satisfies ProviderSetting

const ARN = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2,5}(?:-[a-z]+)+-\d{1,2}):\d{12}:[\w-]{1,256}$/

/** Null: none is given. @throws ProviderSettingError */
export function readTopic(values: SettingValues, name: string): SnsTopic | null {
  const arn = values[name]
  if (arn === undefined) return null
  const [, partition, region] = ARN.exec(arn) ?? []
  if (region === undefined)
    throw wrong(name, 'is not a topic like arn:aws:sns:eu-central-1:123456789012:receipts')
  return { arn, host: `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}` }
}

/** The time is that of the event; SNS tries again for some twenty minutes, unless its policy says otherwise. */
const RETRIED_MS = 3_600_000
const ASK_MS = 5_000

/** In the order in which they are signed. */
const OF_NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
const OF_SUBSCRIPTION = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
]
/** Of `SignatureVersion`. */
const ALGORITHMS = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
])

function isSigned(envelope: Json, key: KeyObject): boolean {
  const algorithm = ALGORITHMS.get(String(envelope.SignatureVersion))
  if (algorithm === undefined) return false
  const names = envelope.Type === 'Notification' ? OF_NOTIFICATION : OF_SUBSCRIPTION
  const text = names
    .filter((name) => typeof envelope[name] === 'string')
    .map((name) => `${name}\n${envelope[name]}\n`)
    .join('')
  const signature = Buffer.from(String(envelope.Signature), 'base64')
  return verify(algorithm, Buffer.from(text), key, signature)
}

/** The address is ours to write: of the one in the message only the token is taken. */
async function confirm(topic: SnsTopic, token: unknown, http: HttpClient): Promise<boolean> {
  if (typeof token !== 'string' || !/^[\w-]{1,1024}$/.test(token)) return false
  const query = new URLSearchParams({
    Action: 'ConfirmSubscription',
    TopicArn: topic.arn,
    Token: token,
  })
  const request = { method: 'GET', url: `https://${topic.host}/?${query}`, headers: {}, body: '' }
  const { verdict } = await http.send(request, AbortSignal.timeout(ASK_MS))
  return verdict.kind === 'accepted'
}

/** @param readMessage what the notification's message, an object, reports; undefined: it cannot be read */
export function createSnsReader(
  topic: SnsTopic,
  http: HttpClient,
  readMessage: (message: Json) => readonly Report[] | undefined,
): ReceiptReader {
  const keyAt = createCertificates(topic.host, http)
  return {
    url: 'account',
    async verify(callback, now) {
      const envelope = bodyOf(callback)
      if (envelope.TopicArn !== topic.arn) return false // mutant: C55.sns-topic
      if (!isFresh(Date.parse(String(envelope.Timestamp)), now, RETRIED_MS)) return false
      const key = await keyAt(envelope.SigningCertURL, now)
      if (key === undefined || !isSigned(envelope, key)) return false
      if (envelope.Type !== 'SubscriptionConfirmation') return true
      return await confirm(topic, envelope.Token, http)
    },
    read(callback: Callback) {
      const { Type: type, Message: message } = bodyOf(callback)
      if (type !== 'Notification') return []
      return typeof message === 'string' ? readMessage(bodyOf({ body: Buffer.from(message) })) : []
    },
  }
}
