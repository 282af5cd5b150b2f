// SMS by Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json, and GET of one of them (twilio_api_v2010 of twilio-oai).
// It must not hand on a message of Twilio's: some quote the number.

import { askedOf } from '../../asked.ts'
import { faultIn, readJson, refuseByCode } from '../../coded-answer.ts'
import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
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
} from '../../provider-entry.ts'
import { TWILIO_CODES } from './codes.ts'
import { createTwilioReceipts, readMessage, statusCallback } from './receipts.ts'

type TwilioSettings = {
  accountSid: string
  authToken: string
  /** E.164, an alphanumeric sender, or a Messaging Service (MG…). */
  from: string
  baseUrl: string
}

export const twilioEntry = {
  name: 'twilio',
  channels: ['sms'],
  settings: [
    { name: 'TWILIO_ACCOUNT_SID', description: 'Account SID (AC…)' },
    { name: 'TWILIO_AUTH_TOKEN', description: 'Auth token', secret: true },
    {
      name: 'TWILIO_FROM',
      description: 'Sender: a number (+…), an alphanumeric sender, or a Messaging Service (MG…)',
    },
    {
      name: 'TWILIO_BASE_URL',
      description: 'Twilio’s host, for regions and tests',
      default: 'https://api.twilio.com',
    },
  ],
  faultOf: (code) => faultIn(TWILIO_CODES, code),
  transports: (values) => [httpTransport('TWILIO_BASE_URL', readTwilioSettings(values).baseUrl)],
  read: readTwilioSettings,
  create: (values, deps) => createTwilioProvider(readTwilioSettings(values), deps),
} satisfies ProviderEntry

function readTwilioSettings(values: SettingValues): TwilioSettings {
  return readEach({
    accountSid: () => required(values, 'TWILIO_ACCOUNT_SID'),
    authToken: () => required(values, 'TWILIO_AUTH_TOKEN'),
    from: () => required(values, 'TWILIO_FROM'),
    baseUrl: () => baseUrl(values, 'TWILIO_BASE_URL'),
  })
}

/** Twilio's bounds of ValidityPeriod, seconds. */
const VALIDITY = { min: 1, max: 36_000 } as const

export function createTwilioProvider(settings: TwilioSettings, deps: ProviderDeps): Provider {
  const { accountSid, authToken, from } = settings
  const account = `${settings.baseUrl}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`
  const url = `${account}/Messages.json`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const sender: [string, string] = /^MG[0-9a-f]{32}$/i.test(from)
    ? ['MessagingServiceSid', from]
    : ['From', from]
  const get = (path: string, signal: AbortSignal) => {
    const headers = { authorization, accept: 'application/json' }
    return deps.http.send(
      { method: 'GET', url: `${account}${path}.json`, headers, body: '' },
      signal,
    )
  }
  return {
    name: 'twilio',
    channels: ['sms'],
    prepare: deps.http.prepare,
    receipts: createTwilioReceipts(authToken),
    async ask(reference, signal) {
      const answer = await get(`/Messages/${encodeURIComponent(reference)}`, signal)
      return askedOf(answer, (message) => readMessage(message, reference))
    },
    async probe(signal) {
      const answer = await get('', signal)
      const { verdict, wallMs } = answer
      const { code, status } = readJson(answer.body)
      const learned = `the account accepts the login (${status === 'active' ? 'active' : 'its state is unknown'})`
      if (verdict.kind !== 'accepted') {
        const { error } =
          typeof code === 'number' ? refuseByCode(TWILIO_CODES, String(code), answer) : verdict
        return { result: { kind: 'permanent', fault: 'account', error }, learned: '', wallMs }
      }
      // mutant: C71.doctor-twilio-suspended
      if (status === 'suspended' || status === 'closed') {
        const result = permanent('account', `account_${status}`, `the account is ${status}`)
        return { result, learned: '', wallMs }
      }
      return { result: verdict, learned, wallMs }
    },
    async send(message, signal) {
      const form = new URLSearchParams([
        ['To', message.to],
        ['ValidityPeriod', String(validitySeconds(message, deps.clock.now()))],
        sender,
        ['Body', message.text],
        ...statusCallback(message),
      ])
      const headers = {
        authorization,
        accept: 'application/json',
        'accept-charset': 'utf-8',
        'content-type': 'application/x-www-form-urlencoded',
      }
      const request = { method: 'POST', url, headers, body: form.toString() }
      const answer = await deps.http.send(request, signal)
      return refine(answer)
    },
  }
}

/** A message that waits at the carrier until after the code has expired is useless. */
function validitySeconds(message: OutgoingMessage, now: number): number {
  const left = Math.floor((message.expiresAt - now) / 1000)
  return Math.min(VALIDITY.max, Math.max(VALIDITY.min, left))
}

/** Twilio's status for a new message; another 2xx without an id comes from something in between. */
const CREATED = 201
/** Statuses of a message that will not be sent, in an answer that is otherwise an acceptance. */
const REFUSED = new Set<unknown>(['failed', 'undelivered', 'canceled'])

function refine(answer: HttpAnswer): SendResult {
  const { sid, status: state, code, error_code: errorCode } = readJson(answer.body)
  if (answer.verdict.kind !== 'accepted')
    return typeof code === 'number'
      ? refuseByCode(TWILIO_CODES, String(code), answer)
      : answer.verdict
  if (REFUSED.has(state)) return refuseByCode(TWILIO_CODES, String(errorCode || 'failed'), answer)
  const reference = typeof sid === 'string' ? sid : null
  if (reference !== null || answer.status === CREATED) return { kind: 'accepted', reference } // mutant: C67.twilio-answer-shape
  return ambiguous('not_confirmed', 'the answer contains no message id')
}
