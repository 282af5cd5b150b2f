// SMS by Infobip: POST /sms/3/messages, and GET /sms/3/logs (SMS API v3; infobip-api-java-client 6.4.0 states its fields).
// It must not hand on a description of Infobip's: some quote the number.

import {
  type Codes,
  faultIn,
  readJson,
  refuseByCode,
  toObject,
} from '../../answers/coded-answer.ts'
import { type IndiaIds, indiaIdsFor, indiaSettings, readIndiaIds } from '../../india.ts'
import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
  type Provider,
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
} from '../../provider-entry.ts'
import { askedOf } from '../../receipts/asked.ts'
import { createInfobipReceipts, readLog } from './receipts.ts'

type InfobipSettings = {
  apiKey: string
  from: string
  baseUrl: string
  india: IndiaIds | null
}

export const infobipEntry = {
  name: 'infobip',
  channels: ['sms'],
  settings: [
    { name: 'INFOBIP_API_KEY', description: 'API key', secret: true },
    { name: 'INFOBIP_FROM', description: 'Sender: a number (+…) or an alphanumeric sender' },
    {
      name: 'INFOBIP_BASE_URL',
      description: 'Your own base URL, as Infobip’s portal shows it: https://….api.infobip.com',
    },
    ...indiaSettings('INFOBIP'),
  ],
  faultOf: (code) => faultIn(INFOBIP_CODES, code),
  transports: (values) => [httpTransport('INFOBIP_BASE_URL', readBaseUrl(values))],
  read: readInfobipSettings,
  create: (values, deps) => createInfobipProvider(readInfobipSettings(values), deps),
} satisfies ProviderEntry

function readInfobipSettings(values: SettingValues): InfobipSettings {
  return readEach({
    apiKey: () => required(values, 'INFOBIP_API_KEY'),
    from: () => required(values, 'INFOBIP_FROM'),
    baseUrl: () => readBaseUrl(values),
    india: () => readIndiaIds(values, 'INFOBIP'),
  })
}

/** The portal shows it without its scheme. */
function readBaseUrl(values: SettingValues): string {
  const text = required(values, 'INFOBIP_BASE_URL')
  const url = /^[\w-]+(\.[\w-]+)+$/.test(text) ? `https://${text}` : text
  return baseUrl({ INFOBIP_BASE_URL: url }, 'INFOBIP_BASE_URL')
}

/**
 * Names of a message's status: infobip.com/docs, "Response status and error codes". None is temporary: the refused message
 * has used its id, so that the same again would be answered as a duplicate.
 */
export const INFOBIP_CODES: Codes = {
  EXPIRED_DLR_UNKNOWN: ['message', 'the message expired, and nothing more is known'],
  EXPIRED_EXPIRED: ['recipient', 'the message expired before it was delivered'],
  MISSING_TO: ['recipient', 'the number is missing'],
  REJECTED_DESTINATION: ['recipient', 'the number is not valid'],
  REJECTED_DESTINATION_BLOCKLISTED: ['recipient', 'the number is on a block list'],
  REJECTED_DESTINATION_NOT_REGISTERED: ['destination', 'a test account sends to one number only'],
  REJECTED_DND: ['recipient', 'the recipient does not take texts from services'],
  REJECTED_FLOODING_FILTER: ['message', 'too many texts to this number within an hour'],
  REJECTED_MESSAGE_TOO_LONG: ['message', 'the message is too long'],
  REJECTED_NETWORK: ['destination', 'the account may not send to this network'],
  REJECTED_NOT_ENOUGH_CREDITS: ['account', 'the account has no credit left'],
  REJECTED_PREFIX_MISSING: ['recipient', 'the prefix or the length of the number is not known'],
  REJECTED_PREPAID_PACKAGE_EXPIRED: ['account', 'the credit of the account has expired'],
  REJECTED_ROUTE_NOT_AVAILABLE: ['destination', 'the account has no route for this number'],
  REJECTED_SENDER: ['destination', 'the sender is on the account’s block list'],
  REJECTED_SOURCE: ['destination', 'the sender is not registered on the account'],
  REJECTED_SYSTEM_ERROR: ['message', 'Infobip has a fault of its own'],
  SIGNALS_BLOCKED: ['message', 'the protection against fraud blocked the message'],
  UNDELIVERABLE_NOT_DELIVERED: ['recipient', 'the message could not be delivered'],
  UNDELIVERABLE_REJECTED_OPERATOR: ['message', 'the carrier refused the message'],
  UNDELIVERABLE_REJECTED_PLATFORM: ['message', 'the message was refused as invalid'],
}
/** A try of the same send whose answer was lost came first. */
const DUPLICATE = 'REJECTED_DUPLICATE_MESSAGE_ID'
/** Of a status' group; `groupName` of what was refused is one of the others. */
const TAKEN = new Set<unknown>(['ACCEPTED', 'PENDING', 'DELIVERED'])
const REFUSED = new Set<unknown>(['REJECTED', 'UNDELIVERABLE', 'EXPIRED'])

function createInfobipProvider(settings: InfobipSettings, deps: ProviderDeps): Provider {
  const base = settings.baseUrl
  const headers = {
    authorization: `App ${settings.apiKey}`,
    accept: 'application/json',
    'content-type': 'application/json',
  }
  const post = (path: string, body: unknown, signal: AbortSignal) =>
    deps.http.send(
      { method: 'POST', url: `${base}${path}`, headers, body: JSON.stringify(body) },
      signal,
    )
  return {
    name: 'infobip',
    channels: ['sms'],
    prepare: deps.http.prepare,
    receipts: createInfobipReceipts(INFOBIP_CODES),
    // Not its reports: each is given once, to whoever asks first.
    async ask(reference, signal) {
      const url = `${base}/sms/3/logs?messageId=${encodeURIComponent(reference)}`
      const answer = await deps.http.send({ method: 'GET', url, headers, body: '' }, signal)
      return askedOf(answer, reference, (log) => readLog(log, reference, INFOBIP_CODES))
    },
    async probe(signal) {
      // How a text would be cut into parts: nothing is sent.
      const { verdict, wallMs } = await post('/sms/1/preview', { text: 'ok' }, signal)
      const learned = verdict.kind === 'accepted' ? 'Infobip accepts the key' : ''
      return { result: verdict, learned, wallMs }
    },
    async send(message, signal) {
      const sent = { messages: [toMessage(message, settings, deps.clock.now())] }
      return refine(await post('/sms/3/messages', sent, signal), message)
    },
  }
}

/** Seconds: 48 hours are Infobip's most; its least is not documented. */
const VALIDITY = { min: 60, max: 172_800 } as const

function toMessage(message: OutgoingMessage, { from, india }: InfobipSettings, now: number) {
  const left = Math.floor((message.expiresAt - now) / 1000)
  const amount = Math.min(VALIDITY.max, Math.max(VALIDITY.min, left))
  const ids = indiaIdsFor(message.to, india)
  const indiaDlt = ids && {
    principalEntityId: ids.entityId,
    ...(ids.templateId !== null && { contentTemplateId: ids.templateId }),
  }
  return {
    sender: from.replace(/^\+/, ''),
    // The id of the send, not of the try: what was taken before its answer was lost is not taken again.
    destinations: [{ to: message.to.replace(/^\+/, ''), messageId: message.deliveryId }], // mutant: C67.infobip-message-id
    content: { text: message.text },
    ...(message.callbackUrl !== null && {
      webhooks: { delivery: { url: message.callbackUrl }, contentType: 'application/json' },
    }),
    options: {
      validityPeriod: { amount, timeUnit: 'SECONDS' },
      ...(indiaDlt && { regional: { indiaDlt } }),
    },
  }
}

function refine(answer: HttpAnswer, { deliveryId }: OutgoingMessage): SendResult {
  if (answer.verdict.kind !== 'accepted') return answer.verdict
  const { messages } = readJson(answer.body)
  const { messageId, status } = toObject(Array.isArray(messages) ? messages[0] : undefined)
  const { groupName, name } = toObject(status)
  if (name === DUPLICATE) return { kind: 'accepted', reference: deliveryId } // mutant: C67.infobip-duplicate
  if (REFUSED.has(groupName)) return refuseByCode(INFOBIP_CODES, codeOf(name, groupName), answer) // mutant: C53.infobip-status
  const reference = typeof messageId === 'string' ? messageId : null
  if (TAKEN.has(groupName)) return { kind: 'accepted', reference }
  return ambiguous('not_confirmed', 'the answer contains no status of the message')
}

function codeOf(name: unknown, groupName: unknown): string {
  return typeof name === 'string' && /^[A-Z_]{1,64}$/.test(name) ? name : String(groupName)
}
