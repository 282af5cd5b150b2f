// Mail by Postmark: POST /email (postmarkapp.com/developer/api/email-api).
// It must not hand on a message of Postmark's: some quote the address.

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
import { createPostmarkReceipts, POSTMARK_LOGIN_ROW, readWebhookLogin } from './receipts.ts'

type PostmarkSettings = {
  token: string
  stream: string
  baseUrl: string
  sender: Sender
  /** Null: no receipts are read. */
  webhookLogin: string | null
}

export const postmarkEntry = {
  name: 'postmark',
  channels: ['email'],
  settings: [
    { name: 'POSTMARK_SERVER_TOKEN', description: 'Server API token', secret: true },
    {
      name: 'POSTMARK_MESSAGE_STREAM',
      description: 'A transactional message stream of the server',
      default: 'outbound',
    },
    {
      name: 'POSTMARK_BASE_URL',
      description: 'Postmark’s host, for tests',
      default: 'https://api.postmarkapp.com',
    },
    POSTMARK_LOGIN_ROW,
    MAIL_FROM_ROW,
  ],
  faultOf: (code) => faultIn(POSTMARK_CODES, code),
  transports: (values) => [httpTransport('POSTMARK_BASE_URL', readSettings(values).baseUrl)],
  read: readSettings,
  create: (values, deps) => createPostmarkProvider(readSettings(values), deps),
} satisfies ProviderEntry

function readSettings(values: SettingValues): PostmarkSettings {
  return readEach({
    token: () => required(values, 'POSTMARK_SERVER_TOKEN'),
    stream: () => required(values, 'POSTMARK_MESSAGE_STREAM'),
    baseUrl: () => baseUrl(values, 'POSTMARK_BASE_URL'),
    sender: () => asciiSender(values),
    webhookLogin: () => readWebhookLogin(values),
  })
}

/** ErrorCode: postmarkapp.com/developer/api/overview#error-codes. */
export const POSTMARK_CODES: Codes = {
  10: ['account', 'the token was refused'],
  100: ['temporary', 'Postmark is being maintained'],
  300: ['message', 'Postmark does not accept the request'],
  400: ['account', 'the sender is not known'],
  401: ['account', 'the sender is not confirmed'],
  402: ['message', 'Postmark does not accept the request'],
  403: ['message', 'Postmark does not accept the request'],
  405: ['account', 'the account has no credits left'],
  406: ['recipient', 'the address bounced or complained before'],
  411: ['message', 'Postmark does not accept the request'],
  412: ['destination', 'an account that is not approved sends to its own domain only'],
  413: ['account', 'the account may not send'],
  429: ['temporary', 'too many requests'],
  1226: ['account', 'the message stream does not exist or cannot be used'],
}
/** Of message streams: unknown, archived, or of another kind. */
const STREAM = { from: 1220, to: 1299 } as const
const STREAM_PROBLEM = ['account', 'the message stream does not exist or cannot be used'] as const
/** "Invalid 'To' address: …", "Error parsing 'To': …": only its beginning is Postmark's own, the rest may quote. */
const OF_FIELD = /^(?:invalid|error parsing) '(to|from)'/i

/** The table, and what an error's text or the range of its code says beyond it. */
function codesFor(code: number, text: string): Codes {
  if (code >= STREAM.from && code <= STREAM.to) return { [code]: STREAM_PROBLEM }
  const field = code === 300 ? OF_FIELD.exec(text)?.[1]?.toLowerCase() : undefined
  if (field === 'to') return { [code]: ['recipient', 'the address is not valid'] } // mutant: C53.postmark-bad-address
  if (field === 'from') return { [code]: ['account', 'the sender is not valid or not verified'] }
  return POSTMARK_CODES
}

export function createPostmarkProvider(settings: PostmarkSettings, deps: ProviderDeps) {
  const base = settings.baseUrl
  const login = { 'x-postmark-server-token': settings.token }
  const stream = `${base}/message-streams/${encodeURIComponent(settings.stream)}`
  return createMailApi(
    {
      name: 'postmark',
      sender: settings.sender,
      receipts:
        settings.webhookLogin === null ? null : createPostmarkReceipts(settings.webhookLogin),
      toRequest: (mail) => postJson(`${base}/email`, login, toBody(mail, settings.stream)),
      readAnswer,
      probe: { toRequest: () => getRequest(stream, login), readAnswer: readStream },
    },
    deps,
  )
}

function toBody(mail: Mail, stream: string) {
  // Without the last one Postmark writes a Message-ID of its own.
  const headers = { ...AUTOMATIC_HEADERS, 'Message-ID': mail.messageId, 'X-PM-KeepID': 'true' }
  return {
    From: formatSender(mail.from),
    To: mail.to,
    Subject: mail.subject,
    TextBody: mail.text,
    ...(mail.html !== null && { HtmlBody: mail.html }),
    MessageStream: stream,
    Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
    // A server's default may rewrite the text, or add a picture that reports the reader.
    TrackOpens: false,
    TrackLinks: 'None',
  }
}

function readAnswer(answer: HttpAnswer): SendResult {
  const { verdict, body } = answer
  const { ErrorCode, Message, MessageID } = readJson(body)
  const code = typeof ErrorCode === 'number' ? ErrorCode : 0
  if (code !== 0) return refuseByCode(codesFor(code, textOf(Message)), String(code), answer)
  if (verdict.kind !== 'accepted') return verdict
  const reference = textOf(MessageID)
  return reference === ''
    ? ambiguous('not_confirmed', 'the answer contains no message id')
    : { kind: 'accepted', reference }
}

function readStream(answer: HttpAnswer) {
  const { ErrorCode, MessageStreamType, ArchivedAt } = readJson(answer.body)
  const ofAccount = (code: string, words: string) => ({
    result: permanent('account', code, words),
    learned: '',
  })
  if (answer.verdict.kind !== 'accepted')
    return answer.status === 404 && ErrorCode === undefined
      ? ofAccount('1226', 'the message stream does not exist')
      : { result: readAnswer(answer), learned: '' }
  if (typeof ArchivedAt === 'string') return ofAccount('1226', 'the message stream is archived')
  if (MessageStreamType === 'Inbound')
    return ofAccount('1226', 'the message stream is for incoming mail')
  const learned =
    MessageStreamType === 'Broadcasts'
      ? 'the token is valid; the message stream is for broadcasts: codes belong into a transactional one'
      : 'the token is valid, and the message stream exists'
  return { result: answer.verdict, learned }
}
