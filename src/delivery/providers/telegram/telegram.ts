// Codes by Telegram's Gateway: POST /sendVerificationMessage (core.telegram.org/gateway/api), to numbers that have Telegram.
// It must not send a text of ours: the Gateway has one of its own.

import {
  type Codes,
  faultIn,
  readJson,
  refuseByCode,
  toObject,
} from '../../answers/coded-answer.ts'
import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
  type Provider,
  permanent,
  type SendResult,
  temporary,
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
import { createTelegramReceipts } from './receipts.ts'

type TelegramSettings = { token: string; sender: string | null; baseUrl: string }

export const telegramEntry = {
  name: 'telegram',
  channels: ['telegram'],
  settings: [
    { name: 'TELEGRAM_TOKEN', description: 'Access token of the Telegram Gateway', secret: true },
    {
      name: 'TELEGRAM_SENDER_USERNAME',
      description: 'A verified channel of yours that the code comes from',
      optional: true,
    },
    {
      name: 'TELEGRAM_BASE_URL',
      description: 'The Gateway’s host, for tests',
      default: 'https://gatewayapi.telegram.org',
    },
  ],
  faultOf: (code) => faultIn(TELEGRAM_CODES, code),
  transports: (values) => [
    httpTransport('TELEGRAM_BASE_URL', readTelegramSettings(values).baseUrl),
  ],
  read: readTelegramSettings,
  toTemplate: (_values, { code }) => ({
    ...{ template: 'Telegram’s own text', language: null },
    variables: { code },
  }),
  create: (values, deps) => createTelegramProvider(readTelegramSettings(values), deps),
} satisfies ProviderEntry

function readTelegramSettings(values: SettingValues): TelegramSettings {
  return readEach({
    token: () => required(values, 'TELEGRAM_TOKEN'),
    sender: () => readSender(values),
    baseUrl: () => baseUrl(values, 'TELEGRAM_BASE_URL'),
  })
}

function readSender(values: SettingValues): string | null {
  const name = 'TELEGRAM_SENDER_USERNAME'
  const text = values[name]
  if (text === undefined) return null
  if (!/^@?\w{4,32}$/.test(text)) throw wrong(name, 'is not the username of a channel')
  return text.replace(/^@/, '')
}

/** `error` of an answer. The page of the API lists none: these are what clients have met. */
export const TELEGRAM_CODES: Codes = {
  ACCESS_TOKEN_INVALID: ['account', 'the token was refused'],
  ACCESS_TOKEN_REQUIRED: ['account', 'the token was refused'],
  BALANCE_NOT_ENOUGH: ['account', 'the balance of the account is too low'],
  CALLBACK_URL_INVALID: ['message', 'Telegram does not accept the address for receipts'],
  CODE_INVALID: ['message', 'Telegram does not accept the code'],
  CODE_LENGTH_INVALID: ['message', 'Telegram takes codes of 4 to 8 digits'],
  FLOOD_WAIT: ['temporary', 'too many requests'],
  PHONE_NUMBER_INVALID: ['recipient', 'the number is not valid'],
  PHONE_NUMBER_NOT_AVAILABLE: ['recipient', 'Telegram cannot send to this number for now'],
  PHONE_NUMBER_NOT_FOUND: ['recipient', 'the number is not on Telegram'],
  SENDER_NOT_OWNED: ['account', 'the sender belongs to another account'],
  SENDER_NOT_VERIFIED: ['account', 'the sender is not verified'],
  SENDER_USERNAME_INVALID: ['account', 'the sender is not valid'],
  TTL_INVALID: ['message', 'Telegram does not accept the lifetime'],
  UNKNOWN_METHOD: ['account', 'there is nothing at this URL'],
}

/** Telegram's bounds of a code of ours. */
const CODE = /^\d{4,8}$/
/** Seconds: Telegram's bounds of ttl. A message that it cannot deliver by then is not charged. */
const TTL = { min: 30, max: 3_600 } as const
/** Of no request: the answer about it is that it is not valid, once the token was accepted. */
const NO_REQUEST = '0'

function createTelegramProvider(settings: TelegramSettings, deps: ProviderDeps): Provider {
  const base = settings.baseUrl
  const headers = {
    authorization: `Bearer ${settings.token}`,
    accept: 'application/json',
    'content-type': 'application/json',
  }
  const ask = (method: string, body: unknown, signal: AbortSignal) =>
    deps.http.send(
      { method: 'POST', url: `${base}/${method}`, headers, body: JSON.stringify(body) },
      signal,
    )
  return {
    name: 'telegram',
    channels: ['telegram'],
    prepare: deps.http.prepare,
    receipts: createTelegramReceipts(settings.token),
    async probe(signal) {
      // checkSendAbility costs as much as a message; this costs nothing.
      const answer = await ask('checkVerificationStatus', { request_id: NO_REQUEST }, signal)
      const { wallMs } = answer
      if (errorOf(answer) !== 'REQUEST_ID_INVALID')
        return { result: refine(answer), learned: '', wallMs }
      const learned = 'Telegram accepts the token'
      return { result: { kind: 'accepted', reference: null }, learned, wallMs }
    },
    async send(message, signal) {
      if (!CODE.test(message.code))
        return permanent('message', 'CODE_LENGTH_INVALID', 'Telegram takes codes of 4 to 8 digits') // mutant: C66.telegram-code-length
      const body = toMessage(message, settings, deps.clock.now())
      return refine(await ask('sendVerificationMessage', body, signal))
    },
  }
}

function toMessage(message: OutgoingMessage, { sender }: TelegramSettings, now: number) {
  const left = Math.floor((message.expiresAt - now) / 1000)
  return {
    phone_number: message.to,
    code: message.code,
    ttl: Math.min(TTL.max, Math.max(TTL.min, left)),
    ...(sender !== null && { sender_username: sender }),
    ...(message.callbackUrl !== null && { callback_url: message.callbackUrl }),
  }
}

/** Null: the answer is not the Gateway's own, or names none. */
function errorOf({ body }: HttpAnswer): string | null {
  const { ok, error } = readJson(body)
  return ok === false && typeof error === 'string' && /^[A-Z_0-9]{1,64}$/.test(error) ? error : null
}

function refine(answer: HttpAnswer): SendResult {
  const error = errorOf(answer)
  if (error !== null) return refuse(error, answer)
  if (answer.verdict.kind !== 'accepted') return answer.verdict
  const { ok, result } = readJson(answer.body)
  const { request_id: id } = toObject(result)
  if (ok === true && typeof id === 'string') return { kind: 'accepted', reference: id }
  return ambiguous('not_confirmed', 'the answer contains no request id')
}

/** `FLOOD_WAIT_30`: seconds. */
function refuse(error: string, answer: HttpAnswer): SendResult {
  const [, seconds] = /^FLOOD_WAIT_(\d{1,6})$/.exec(error) ?? []
  if (seconds !== undefined)
    return temporary('FLOOD_WAIT', 'too many requests', Number(seconds) * 1000)
  return refuseByCode(TELEGRAM_CODES, error, answer)
}
