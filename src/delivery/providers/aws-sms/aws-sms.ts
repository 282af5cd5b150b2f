// SMS by AWS End User Messaging: SendTextMessage of pinpoint-sms-voice-v2 (2022-03-31, awsJson1_0).
// It must not hand on a message of AWS's: some quote the number.

import { faultIn, type Json, readJson, refuseByCode, toObject } from '../../answers/coded-answer.ts'
import { type IndiaIds, indiaIdsFor, indiaSettings, readIndiaIds } from '../../india.ts'
import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
  type Probe,
  type Provider,
  permanent,
  type SendResult,
} from '../../ports.ts'
import {
  baseUrl,
  httpTransport,
  type ProviderDeps,
  type ProviderEntry,
  readEach,
  required,
  type SettingValues,
  wrong,
} from '../../provider-entry.ts'
import { awsErrorOf } from '../aws/errors.ts'
import { type AwsKeys, loadAwsSigner, signForAws } from '../aws/sign.ts'
import { readTopic, type SnsTopic, topicRow } from '../aws/sns.ts'
import { AWS_SMS_CODES, codeOf } from './codes.ts'
import { createAwsSmsReceipts } from './receipts.ts'

type AwsSmsSettings = {
  keys: AwsKeys
  region: string
  /** A number, a sender, a pool, or an ARN of one. */
  from: string
  configurationSet: string | null
  baseUrl: string
  india: IndiaIds | null
  /** Null: no receipts are read. */
  topic: SnsTopic | null
}

const TOPIC = 'AWS_SMS_SNS_TOPIC_ARN'

export const awsSmsEntry = {
  name: 'aws',
  channels: ['sms'],
  settings: [
    { name: 'AWS_SMS_REGION', description: 'Region, such as eu-central-1' },
    { name: 'AWS_SMS_ACCESS_KEY_ID', description: 'Key of an IAM user' },
    { name: 'AWS_SMS_SECRET_ACCESS_KEY', description: 'The secret of the key', secret: true },
    {
      name: 'AWS_SMS_SESSION_TOKEN',
      description: 'Of temporary keys, which are not renewed',
      secret: true,
      optional: true,
    },
    {
      name: 'AWS_SMS_FROM',
      description: 'Origination identity: a number (+…), a sender id, a pool (pool-…), or an ARN',
    },
    {
      name: 'AWS_SMS_CONFIGURATION_SET',
      description: 'The configuration set whose event destinations hear of each message',
      optional: true,
    },
    topicRow(TOPIC),
    {
      name: 'AWS_SMS_BASE_URL',
      description: 'In place of the region’s own host: a VPC endpoint, or tests',
      optional: true,
    },
    ...indiaSettings('AWS_SMS'),
  ],
  faultOf: (code) => faultIn(AWS_SMS_CODES, code),
  transports: (values) => [httpTransport('AWS_SMS_BASE_URL', readAwsSmsSettings(values).baseUrl)],
  read: readAwsSmsSettings,
  create: (values, deps) => createAwsSmsProvider(readAwsSmsSettings(values), deps),
} satisfies ProviderEntry

function readAwsSmsSettings(values: SettingValues): AwsSmsSettings {
  return readEach({
    keys: () => ({
      accessKeyId: required(values, 'AWS_SMS_ACCESS_KEY_ID'),
      secretAccessKey: required(values, 'AWS_SMS_SECRET_ACCESS_KEY'),
      sessionToken: values.AWS_SMS_SESSION_TOKEN ?? null,
    }),
    region: () => readRegion(values),
    from: () => required(values, 'AWS_SMS_FROM'),
    configurationSet: () => values.AWS_SMS_CONFIGURATION_SET ?? null,
    baseUrl: () => readBaseUrl(values),
    india: () => readIndiaIds(values, 'AWS_SMS'),
    topic: () => readTopic(values, TOPIC),
  })
}

function readRegion(values: SettingValues): string {
  const region = required(values, 'AWS_SMS_REGION')
  if (!/^[a-z]{2,5}(-[a-z]+)+-\d$/.test(region))
    throw wrong('AWS_SMS_REGION', 'is not a region like eu-central-1')
  return region
}

function readBaseUrl(values: SettingValues): string {
  if (values.AWS_SMS_BASE_URL !== undefined) return baseUrl(values, 'AWS_SMS_BASE_URL')
  const region = readRegion(values)
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return `https://sms-voice.${region}.${domain}`
}

function createAwsSmsProvider(settings: AwsSmsSettings, deps: ProviderDeps): Provider {
  const url = `${settings.baseUrl}/`
  const scope = { service: 'sms-voice', region: settings.region }
  const ask = async (operation: string, input: unknown, signal: AbortSignal) => {
    const headers = {
      accept: 'application/json',
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `PinpointSMSVoiceV2.${operation}`,
    }
    const request = { method: 'POST', url, headers, body: JSON.stringify(input) }
    return deps.http.send(await signForAws(request, settings.keys, scope, deps.clock), signal)
  }
  return {
    name: 'aws',
    channels: ['sms'],
    ...(settings.topic && { receipts: createAwsSmsReceipts(settings.topic, deps.http) }),
    async prepare() {
      await Promise.all([deps.http.prepare(), loadAwsSigner()])
    },
    probe: async (signal) => toProbe(await ask('DescribeAccountAttributes', {}, signal)),
    async send(message, signal) {
      const input = toInput(message, settings, deps.clock.now())
      return refine(await ask('SendTextMessage', input, signal))
    },
  }
}

/** Seconds: AWS's bounds of TimeToLive. */
const TTL = { min: 5, max: 259_200 } as const

function toInput(message: OutgoingMessage, settings: AwsSmsSettings, now: number) {
  const { from, configurationSet, india } = settings
  const left = Math.floor((message.expiresAt - now) / 1000)
  const ids = indiaIdsFor(message.to, india)
  return {
    DestinationPhoneNumber: message.to,
    OriginationIdentity: from,
    MessageBody: message.text,
    MessageType: 'TRANSACTIONAL',
    TimeToLive: Math.min(TTL.max, Math.max(TTL.min, left)),
    // Comes back in the events of a configuration set.
    Context: { delivery_id: message.deliveryId },
    ...(configurationSet !== null && { ConfigurationSetName: configurationSet }),
    ...(ids && {
      DestinationCountryParameters: {
        IN_ENTITY_ID: ids.entityId,
        ...(ids.templateId !== null && { IN_TEMPLATE_ID: ids.templateId }),
      },
    }),
  }
}

function refine(answer: HttpAnswer): SendResult {
  if (answer.verdict.kind !== 'accepted') return refuse(answer)
  const { MessageId: id } = readJson(answer.body)
  if (typeof id === 'string') return { kind: 'accepted', reference: id } // mutant: C67.aws-sms-answer-shape
  return ambiguous('not_confirmed', 'the answer contains no message id')
}

/** A named error of the request is definite, also a conflict: its 409 is no try that is still in progress. */
function refuse(answer: HttpAnswer): SendResult {
  const code = codeOf(awsErrorOf(answer), readJson(answer.body))
  if (code === null) return answer.verdict
  const isOpen = answer.verdict.kind === 'ambiguous' && (answer.status ?? 500) >= 500
  const verdict = isOpen ? answer.verdict : permanent('message', code, 'the request was refused')
  return refuseByCode(AWS_SMS_CODES, code, { ...answer, verdict }) // mutant: C53.aws-sms-conflict
}

function toProbe(answer: HttpAnswer): Probe {
  const { body, verdict, wallMs } = answer
  if (verdict.kind === 'accepted') {
    const { AccountAttributes: all } = readJson(body)
    const tier = (Array.isArray(all) ? all.map(toObject) : []).find(isTier)?.Value
    return { result: verdict, learned: describeTier(tier), wallMs }
  }
  const result = refuse(answer)
  // A key that may only send may not read this.
  if (result.kind === 'permanent' && result.error.code === 'AccessDeniedException')
    return { result: { kind: 'accepted', reference: null }, learned: UNREAD, wallMs }
  return { result, learned: '', wallMs }
}

const isTier = ({ Name: name }: Json) => name === 'ACCOUNT_TIER'
const UNREAD =
  'AWS accepts the key, which may not read the account (sms-voice:DescribeAccountAttributes)'

function describeTier(tier: unknown): string {
  if (tier === 'SANDBOX')
    return 'AWS accepts the key; the account is in the sandbox, which sends to verified numbers only'
  return tier === 'PRODUCTION'
    ? 'AWS accepts the key (an account in production)'
    : 'AWS accepts the key (the state of the account is unknown)'
}
