// Mail by Amazon SES: POST /v2/email/outbound-emails (SESv2, API version 2019-09-27), signed by Signature Version 4.
// It must not hand on a message of SES's: some quote the address.

import { type Codes, faultIn, readJson, refuseByCode } from '../../answers/coded-answer.ts'
import { ambiguous, type HttpAnswer, permanent, type SendResult } from '../../ports.ts'
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
import { AWS_ACCOUNT_ERRORS, AWS_THROTTLES, awsErrorOf } from '../aws/errors.ts'
import { type AwsKeys, loadAwsSigner, signForAws } from '../aws/sign.ts'
import { readTopic, type SnsTopic, topicRow } from '../aws/sns.ts'
import { AUTOMATIC_HEADERS, formatAsciiSender, type Mail } from '../mail/mail.ts'
import { createMailApi, getRequest, postJson, textOf } from '../mail/mail-api.ts'
import { asciiSender, MAIL_FROM_ROW, type Sender } from '../mail/mailbox.ts'
import { createSesReceipts } from './receipts.ts'

type SesSettings = {
  keys: AwsKeys
  region: string
  configurationSet: string | null
  baseUrl: string
  sender: Sender
  /** Null: no receipts are read. */
  topic: SnsTopic | null
}

const TOPIC = 'SES_SNS_TOPIC_ARN'

export const sesEntry = {
  name: 'ses',
  channels: ['email'],
  settings: [
    { name: 'SES_ACCESS_KEY_ID', description: 'Access key of an IAM user that may ses:SendEmail' },
    { name: 'SES_SECRET_ACCESS_KEY', description: 'Its secret key', secret: true },
    {
      name: 'SES_SESSION_TOKEN',
      description: 'Of temporary keys; they are not renewed',
      secret: true,
      optional: true,
    },
    { name: 'SES_REGION', description: 'Like eu-central-1' },
    { name: 'SES_CONFIGURATION_SET', description: 'A configuration set', optional: true },
    topicRow(TOPIC),
    {
      name: 'SES_BASE_URL',
      description: 'Another host (by default https://email.<region>.amazonaws.com)',
      optional: true,
    },
    MAIL_FROM_ROW,
  ],
  faultOf: (code) => faultIn(SES_CODES, code),
  transports: (values) => [httpTransport('SES_BASE_URL', readSesSettings(values).baseUrl)],
  read: readSesSettings,
  create: (values, deps) => createSesProvider(readSesSettings(values), deps),
} satisfies ProviderEntry

function readSesSettings(values: SettingValues): SesSettings {
  const { accessKeyId, secretAccessKey, ...rest } = readEach({
    accessKeyId: () => required(values, 'SES_ACCESS_KEY_ID'),
    secretAccessKey: () => required(values, 'SES_SECRET_ACCESS_KEY'),
    region: () => readRegion(values, 'SES_REGION'),
    baseUrl: () => (values.SES_BASE_URL ? baseUrl(values, 'SES_BASE_URL') : null),
    sender: () => asciiSender(values),
    topic: () => readTopic(values, TOPIC),
  })
  return {
    keys: { accessKeyId, secretAccessKey, sessionToken: values.SES_SESSION_TOKEN ?? null },
    region: rest.region,
    configurationSet: values.SES_CONFIGURATION_SET ?? null,
    baseUrl: rest.baseUrl ?? `https://email.${rest.region}.amazonaws.com`,
    sender: rest.sender,
    topic: rest.topic,
  }
}

/** It becomes a part of the host. */
function readRegion(values: SettingValues, name: string): string {
  const region = required(values, name)
  if (!/^[a-z]{2,4}(-[a-z]{2,12}){1,3}-\d{1,2}$/.test(region))
    throw wrong(name, 'is not a region like eu-central-1')
  return region
}

const same = (codes: ReadonlySet<string>, ...meaning: Codes[string]): Codes =>
  Object.fromEntries([...codes].map((code) => [code, meaning]))

/** Whose fault an error is, and a sentence. The first three are words of ours for what SES says in a text only. */
export const SES_CODES: Codes = {
  SenderNotVerified: ['account', 'the sender is not verified in this region'],
  RecipientNotVerified: [
    'destination',
    'an account in the sandbox sends to verified addresses only',
  ],
  DailyQuotaExceeded: ['account', 'the account’s messages of 24 hours are used up'],
  AccountSuspendedException: ['account', 'the account may not send any more'],
  SendingPausedException: ['account', 'sending is paused for the account or the configuration set'],
  MailFromDomainNotVerifiedException: ['account', 'the MAIL FROM domain is not verified'],
  NotFoundException: ['account', 'the configuration set does not exist'],
  MessageRejected: ['message', 'the message was rejected'],
  BadRequestException: ['message', 'SES does not accept the request'],
  ...same(AWS_ACCOUNT_ERRORS, 'account', 'AWS refused the keys or their permissions'),
  ...same(AWS_THROTTLES, 'temporary', 'too many requests'),
}

export function createSesProvider(settings: SesSettings, deps: ProviderDeps) {
  const { keys, region, sender, configurationSet } = settings
  const base = `${settings.baseUrl}/v2/email`
  const sign = (request: Parameters<typeof signForAws>[0]) =>
    signForAws(request, keys, { service: 'ses', region }, deps.clock)
  return createMailApi(
    {
      name: 'ses',
      sender,
      receipts: settings.topic && createSesReceipts(settings.topic, deps.http),
      prepare: loadAwsSigner,
      toRequest: (mail) =>
        sign(postJson(`${base}/outbound-emails`, {}, toBody(mail, configurationSet))),
      readAnswer: (answer) => readAnswer(answer, sender),
      probe: {
        toRequest: () => sign(getRequest(`${base}/account`, {})),
        readAnswer: (answer) => readAccount(answer, sender),
      },
    },
    deps,
  )
}

/** SES writes a Message-ID of its own: two tries that arrive are two messages. */
function toBody(mail: Mail, configurationSet: string | null) {
  const part = (Data: string) => ({ Data, Charset: 'UTF-8' })
  const Body = { Text: part(mail.text), ...(mail.html !== null && { Html: part(mail.html) }) }
  const Headers = Object.entries(AUTOMATIC_HEADERS).map(([Name, Value]) => ({ Name, Value }))
  return {
    FromEmailAddress: formatAsciiSender(mail.from),
    Destination: { ToAddresses: [mail.to] },
    Content: { Simple: { Subject: part(mail.subject), Body, Headers } },
    ...(configurationSet !== null && { ConfigurationSetName: configurationSet }),
  }
}

function readAnswer(answer: HttpAnswer, sender: Sender): SendResult {
  const { verdict, body } = answer
  if (verdict.kind === 'accepted') {
    const reference = textOf(readJson(body).MessageId)
    return reference === ''
      ? ambiguous('not_confirmed', 'the answer contains no message id')
      : { kind: 'accepted', reference }
  }
  const code = awsErrorOf(answer)
  return code === null ? verdict : refusal(answer, code, sender)
}

/** Three errors are told apart by their texts alone. */
function refusal(answer: HttpAnswer, code: string, sender: Sender): SendResult {
  const { message, Message } = readJson(answer.body)
  const text = textOf(message) || textOf(Message)
  // With 429, but not for a moment.
  if (AWS_THROTTLES.has(code) && /^daily (message|sending) quota exceeded/i.test(text))
    return permanent('account', 'DailyQuotaExceeded', 'the messages of 24 hours are used up')
  const unverified = UNVERIFIED.exec(text)?.[1]
  if (code !== 'MessageRejected' || unverified === undefined)
    return refuseByCode(SES_CODES, code, answer)
  const whose = isSenderIn(unverified, sender) ? 'SenderNotVerified' : 'RecipientNotVerified'
  return refuseByCode(SES_CODES, whose, answer)
}

/** `Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: a@example.com, b@…` */
const UNVERIFIED = /^Email address is not verified\.(.*)$/s

/** Each whole: an address of a recipient may contain the sender's, and would blame the account. */
function isSenderIn(text: string, { address }: Sender): boolean {
  const [, list = ''] = /check in region [\w-]+: (.*)$/s.exec(text) ?? []
  const named = list.split(', ').map((one) => (/<([^<>]*)>$/.exec(one)?.[1] ?? one).toLowerCase())
  return named.includes(address.toLowerCase()) // mutant: C53.ses-unverified-sender
}

/** The keys may send without being allowed to look at the account. */
const MAY_NOT_LOOK = new Set(['AccessDenied', 'AccessDeniedException'])

function readAccount(answer: HttpAnswer, sender: Sender) {
  const taken: SendResult = { kind: 'accepted', reference: null }
  if (answer.verdict.kind !== 'accepted') {
    const code = awsErrorOf(answer) ?? ''
    return MAY_NOT_LOOK.has(code)
      ? { result: taken, learned: 'the keys are valid; without ses:GetAccount more is not known' }
      : { result: readAnswer(answer, sender), learned: '' }
  }
  const { SendingEnabled, ProductionAccessEnabled } = readJson(answer.body)
  if (SendingEnabled === false) {
    const paused = permanent('account', 'SendingPausedException', 'sending is paused')
    return { result: paused, learned: '' }
  }
  const learned =
    ProductionAccessEnabled === false
      ? 'the keys are valid; the account is in the sandbox and sends to verified addresses only'
      : 'the keys are valid, and the account may send'
  return { result: taken, learned }
}
