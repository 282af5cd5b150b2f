// Mail by SendGrid: POST /v3/mail/send (tsg_mail_v3 of sendgrid-oai).
// It must not hand on a message of SendGrid's: some quote the address.

import type { KeyObject } from 'node:crypto'
import {
  type Codes,
  faultIn,
  readJson,
  refuseByCode,
  toObject,
} from '../../answers/coded-answer.ts'
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
import { AUTOMATIC_HEADERS, type Mail } from '../mail/mail.ts'
import { createMailApi, getRequest, postJson, textOf } from '../mail/mail-api.ts'
import { asciiSender, MAIL_FROM_ROW, type Sender } from '../mail/mailbox.ts'
import { createSendGridReceipts, readWebhookKey, SENDGRID_KEY_ROW } from './receipts.ts'

type SendGridSettings = {
  apiKey: string
  baseUrl: string
  sender: Sender
  /** Null: no receipts are read. */
  webhookKey: KeyObject | null
}

export const sendGridEntry = {
  name: 'sendgrid',
  channels: ['email'],
  settings: [
    {
      name: 'SENDGRID_API_KEY',
      description: 'API key (SG.…) with the permission Mail Send',
      secret: true,
    },
    {
      name: 'SENDGRID_BASE_URL',
      description: 'SendGrid’s host: https://api.eu.sendgrid.com for EU subusers',
      default: 'https://api.sendgrid.com',
    },
    SENDGRID_KEY_ROW,
    MAIL_FROM_ROW,
  ],
  faultOf: (code) => faultIn(SENDGRID_CODES, code),
  transports: (values) => [httpTransport('SENDGRID_BASE_URL', readSettings(values).baseUrl)],
  read: readSettings,
  create: (values, deps) => createSendGridProvider(readSettings(values), deps),
} satisfies ProviderEntry

function readSettings(values: SettingValues): SendGridSettings {
  return readEach({
    apiKey: () => required(values, 'SENDGRID_API_KEY'),
    baseUrl: () => baseUrl(values, 'SENDGRID_BASE_URL'),
    sender: () => asciiSender(values),
    webhookKey: () => readWebhookKey(values),
  })
}

/** Words of ours: SendGrid has texts, and no codes. */
export const SENDGRID_CODES: Codes = {
  credits_exceeded: ['account', 'the account’s credits are used up'],
  sender_not_verified: ['account', 'the sender is not verified'],
  invalid_sender: ['account', 'the sender is not valid'],
  invalid_recipient: ['recipient', 'the address is not valid'],
  no_mail_send: ['account', 'the key lacks the permission Mail Send'],
}

export function createSendGridProvider(settings: SendGridSettings, deps: ProviderDeps) {
  const base = `${settings.baseUrl}/v3`
  const login = { authorization: `Bearer ${settings.apiKey}` }
  return createMailApi(
    {
      name: 'sendgrid',
      sender: settings.sender,
      receipts: settings.webhookKey && createSendGridReceipts(settings.webhookKey),
      toRequest: (mail) => postJson(`${base}/mail/send`, login, toBody(mail)),
      readAnswer: (answer) => readAnswer(answer, deps.clock.now()),
      probe: { toRequest: () => getRequest(`${base}/scopes`, login), readAnswer: readScopes },
    },
    deps,
  )
}

function toBody(mail: Mail) {
  return {
    personalizations: [{ to: [{ email: mail.to }] }],
    from: { email: mail.from.address, ...(mail.from.name !== '' && { name: mail.from.name }) },
    subject: mail.subject,
    // Text first: "text/plain" has to come before "text/html".
    content: [
      { type: 'text/plain', value: mail.text },
      ...(mail.html === null ? [] : [{ type: 'text/html', value: mail.html }]),
    ],
    headers: { ...AUTOMATIC_HEADERS, 'Message-ID': mail.messageId },
    // An account's default may rewrite the text, or add a picture that reports the reader.
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    },
  }
}

/** SendGrid's status for a new message; another 2xx without an id comes from something in between. */
const ACCEPTED = 202

function readAnswer(answer: HttpAnswer, now: number): SendResult {
  const { status, headers, verdict } = answer
  if (verdict.kind === 'accepted') {
    const reference = headers['x-message-id'] || null
    if (reference !== null || status === ACCEPTED) return { kind: 'accepted', reference } // mutant: C67.sendgrid-answer-shape
    return ambiguous('not_confirmed', 'the answer contains no message id')
  }
  // 429 comes without Retry-After, but with the second at which the count begins again.
  if (verdict.kind === 'temporary')
    return { ...verdict, retryAfterMs: verdict.retryAfterMs ?? untilReset(headers, now) }
  return refusal(answer)
}

function refusal(answer: HttpAnswer): SendResult {
  const word = wordFor(answer.status, answer.body)
  return word === null ? answer.verdict : refuseByCode(SENDGRID_CODES, word, answer)
}

/** Milliseconds; its bound is that of Retry-After. */
function untilReset(headers: HttpAnswer['headers'], now: number): number | null {
  const reset = headers['x-ratelimit-reset'] ?? ''
  return /^\d{9,11}$/.test(reset) ? Math.max(0, Number(reset) * 1000 - now) : null // mutant: C67.sendgrid-reset
}

/** By the field that SendGrid names, or by the beginning of its text: nothing of a recipient's can stand there. */
function wordFor(status: number | null, body: string): string | null {
  const { errors } = readJson(body)
  const { field, message } = toObject(Array.isArray(errors) ? errors[0] : null)
  const [where, text] = [textOf(field), textOf(message)]
  if (/^maximum credits exceeded/i.test(text)) return 'credits_exceeded'
  if (/^the from address does not match a verified sender/i.test(text)) return 'sender_not_verified'
  if (status !== 400) return null
  if (/^personalizations\.0\.to\b/.test(where)) return 'invalid_recipient'
  return /^from\b/.test(where) ? 'invalid_sender' : null
}

function readScopes(answer: HttpAnswer) {
  const { verdict, body } = answer
  const { scopes } = readJson(body)
  if (verdict.kind === 'accepted' && Array.isArray(scopes) && !scopes.includes('mail.send')) {
    const result = permanent('account', 'no_mail_send', 'the key lacks the permission Mail Send')
    return { result, learned: '' }
  }
  return { result: refusal(answer), learned: 'the key is valid and may send mail' }
}
