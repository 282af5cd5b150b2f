// Mail by Resend: POST /emails (resend.yaml of resend-openapi), with an Idempotency-Key.
// It must not hand on a message of Resend's: some quote the address.

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
} from '../../provider-entry.ts'
import { AUTOMATIC_HEADERS, formatSender, type Mail } from '../mail/mail.ts'
import { createMailApi, getRequest, postJson, textOf } from '../mail/mail-api.ts'
import { asciiSender, MAIL_FROM_ROW, type Sender } from '../mail/mailbox.ts'
import { createResendReceipts, RESEND_SECRET_ROW, readWebhookSecret } from './receipts.ts'

type ResendSettings = {
  apiKey: string
  baseUrl: string
  sender: Sender
  /** Null: no receipts are read. */
  webhookKey: Buffer | null
}

export const resendEntry = {
  name: 'resend',
  channels: ['email'],
  settings: [
    {
      name: 'RESEND_API_KEY',
      description: 'API key (re_…); sending access is enough',
      secret: true,
    },
    {
      name: 'RESEND_BASE_URL',
      description: 'Resend’s host, for tests',
      default: 'https://api.resend.com',
    },
    RESEND_SECRET_ROW,
    MAIL_FROM_ROW,
  ],
  faultOf: (code) => faultIn(RESEND_CODES, code),
  transports: (values) => [httpTransport('RESEND_BASE_URL', readSettings(values).baseUrl)],
  read: readSettings,
  create: (values, deps) => createResendProvider(readSettings(values), deps),
} satisfies ProviderEntry

function readSettings(values: SettingValues): ResendSettings {
  return readEach({
    apiKey: () => required(values, 'RESEND_API_KEY'),
    baseUrl: () => baseUrl(values, 'RESEND_BASE_URL'),
    sender: () => asciiSender(values),
    webhookKey: () => readWebhookSecret(values),
  })
}

/** `name` of an error: resend.com/docs/api-reference/errors. The first four are words of ours for what it says in a text only. */
export const RESEND_CODES: Codes = {
  invalid_recipient: ['recipient', 'the address is not valid'],
  testing_only: ['destination', 'an account without a domain sends to its own address only'],
  domain_not_verified: ['account', 'the sender’s domain is not verified'],
  key_refused: ['account', 'the key was refused'],
  missing_api_key: ['account', 'the key was refused'],
  invalid_api_key: ['account', 'the key was refused'],
  restricted_api_key: ['account', 'the key may not do this'],
  invalid_access: ['account', 'the key may not do this'],
  invalid_from_address: ['account', 'the sender is not valid'],
  not_found: ['account', 'there is nothing at this URL'],
  method_not_allowed: ['account', 'there is nothing at this URL'],
  daily_quota_exceeded: ['account', 'the account’s messages of the day are used up'],
  monthly_quota_exceeded: ['account', 'the account’s messages of the month are used up'],
  rate_limit_exceeded: ['temporary', 'too many requests'],
  security_error: ['message', 'the message was refused as unsafe'],
  validation_error: ['message', 'Resend does not accept the request'],
}
/** `validation_error` by the beginning of its text: the rest may quote. */
const VALIDATION: readonly (readonly [beginning: RegExp, word: string])[] = [
  [/^invalid `to` field/i, 'invalid_recipient'],
  [/^invalid `from` field/i, 'invalid_from_address'],
  [/^you can only send testing emails/i, 'testing_only'],
  [/^the \S{1,255} domain is not verified/i, 'domain_not_verified'],
  [/^api key is invalid/i, 'key_refused'],
]
/** They come with 429, but not for a moment. */
const QUOTAS = new Set(['daily_quota_exceeded', 'monthly_quota_exceeded'])
const NAME = /^[a-z]+(_[a-z]+){0,5}$/

export function createResendProvider(settings: ResendSettings, deps: ProviderDeps) {
  const base = settings.baseUrl
  const login = { authorization: `Bearer ${settings.apiKey}` }
  return createMailApi(
    {
      name: 'resend',
      sender: settings.sender,
      receipts: settings.webhookKey && createResendReceipts(settings.webhookKey),
      idempotent: true,
      toRequest: (mail) =>
        postJson(`${base}/emails`, { ...login, 'idempotency-key': mail.deliveryId }, toBody(mail)), // mutant: C67.resend-idempotency-key
      readAnswer,
      probe: {
        toRequest: () => getRequest(`${base}/domains`, login),
        readAnswer: (answer) => readDomains(answer, settings.sender),
      },
    },
    deps,
  )
}

/** Resend writes a Message-ID of its own. */
function toBody(mail: Mail) {
  return {
    from: formatSender(mail.from),
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    ...(mail.html !== null && { html: mail.html }),
    headers: AUTOMATIC_HEADERS,
  }
}

function readAnswer(answer: HttpAnswer): SendResult {
  const { id, name, message } = readJson(answer.body)
  if (answer.verdict.kind === 'accepted') {
    const reference = textOf(id)
    return reference === ''
      ? ambiguous('not_confirmed', 'the answer contains no message id')
      : { kind: 'accepted', reference }
  }
  const waited = { ...answer, verdict: withReset(answer) }
  const code = textOf(name)
  if (!NAME.test(code)) return waited.verdict
  if (QUOTAS.has(code)) return permanent('account', code, 'the account’s messages are used up') // mutant: C53.resend-quota
  const [, word] =
    (code === 'validation_error' &&
      VALIDATION.find(([beginning]) => beginning.test(textOf(message)))) ||
    []
  return refuseByCode(RESEND_CODES, word ?? code, waited)
}

/** `ratelimit-reset`: seconds, where there is no Retry-After. */
function withReset({ verdict, headers }: HttpAnswer): SendResult {
  const reset = headers['ratelimit-reset'] ?? ''
  if (verdict.kind !== 'temporary' || verdict.retryAfterMs !== null) return verdict
  return /^\d{1,6}$/.test(reset) ? { ...verdict, retryAfterMs: Number(reset) * 1000 } : verdict
}

/** A key for sending alone is refused here by its own name, which proves that it is valid. */
function readDomains(answer: HttpAnswer, { address }: Sender) {
  const taken: SendResult = { kind: 'accepted', reference: null }
  const { data, has_more, name } = readJson(answer.body)
  if (name === 'restricted_api_key')
    return { result: taken, learned: 'the key is valid for sending; the domain was not checked' }
  if (answer.verdict.kind !== 'accepted') return { result: readAnswer(answer), learned: '' }
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  const all: { name?: unknown; status?: unknown }[] = Array.isArray(data) ? data : []
  const own = all.find((one) => textOf(one?.name).toLowerCase() === domain)
  if (own?.status === 'verified')
    return { result: taken, learned: 'the key is valid, and the sender’s domain is verified' }
  if (own === undefined && (has_more === true || !Array.isArray(data)))
    return { result: taken, learned: 'the key is valid; the domain was not found among the first' }
  return {
    result: permanent('account', 'domain_not_verified', 'the sender’s domain is not verified'),
    learned: '',
  }
}
