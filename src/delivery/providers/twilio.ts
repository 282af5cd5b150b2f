// SMS by Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json (twilio_api_v2010 of twilio-oai).
// It must not hand on a message of Twilio's: some quote the number.

import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
  type Provider,
  type SendResult,
} from '../ports.ts'
import {
  httpTransport,
  httpUrl,
  type ProviderDeps,
  type ProviderEntry,
  readEach,
  required,
  type SettingValues,
} from '../provider-entry.ts'

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
  transports: (values) => [httpTransport('TWILIO_BASE_URL', readTwilioSettings(values).baseUrl)],
  read: readTwilioSettings,
  create: (values, deps) => createTwilioProvider(readTwilioSettings(values), deps),
} satisfies ProviderEntry

function readTwilioSettings(values: SettingValues): TwilioSettings {
  return readEach({
    accountSid: () => required(values, 'TWILIO_ACCOUNT_SID'),
    authToken: () => required(values, 'TWILIO_AUTH_TOKEN'),
    from: () => required(values, 'TWILIO_FROM'),
    baseUrl: () => httpUrl(values, 'TWILIO_BASE_URL'),
  })
}

/** Twilio's bounds of ValidityPeriod, seconds. */
const VALIDITY = { min: 1, max: 36_000 } as const

/** Too many requests, as a code in the body: it also comes with other statuses than 429. */
const THROTTLED = new Set([20429, 14107, 30001])

/** Codes worth a sentence; others are given as a number only. */
const WORDS: Record<number, string> = {
  20003: 'the account or its token was refused',
  21211: 'the number is not valid',
  21408: 'the account may not send to this country',
  21606: 'the sender may not send to this number',
  21610: 'the recipient has opted out',
  21612: 'the number cannot be reached from this sender',
  21614: 'the number is not a mobile number',
  21635: 'the number is a landline',
  20429: 'too many requests',
}

export function createTwilioProvider(settings: TwilioSettings, deps: ProviderDeps): Provider {
  const { accountSid, authToken, from } = settings
  const account = `${settings.baseUrl.replace(/\/+$/, '')}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`
  const url = `${account}/Messages.json`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const sender: [string, string] = /^MG[0-9a-f]{32}$/i.test(from)
    ? ['MessagingServiceSid', from]
    : ['From', from]
  return {
    name: 'twilio',
    channels: ['sms'],
    prepare: deps.http.prepare,
    async probe(signal) {
      const headers = { authorization, accept: 'application/json' }
      const request = { method: 'GET', url: `${account}.json`, headers, body: '' }
      const { body, verdict, wallMs } = await deps.http.send(request, signal)
      const { code, status } = readJson(body)
      const learned = `the account accepts the login (${status === 'active' ? 'active' : 'its state is unknown'})`
      if (verdict.kind !== 'accepted') {
        const error = typeof code === 'number' ? errorOf(code) : verdict.error
        return { result: { kind: 'permanent', error }, learned: '', wallMs }
      }
      // mutant: C71.doctor-twilio-suspended
      if (status === 'suspended' || status === 'closed') {
        const error = { code: `account_${status}`, message: `the account is ${status}` }
        return { result: { kind: 'permanent', error }, learned: '', wallMs }
      }
      return { result: verdict, learned, wallMs }
    },
    async send(message, signal) {
      const form = new URLSearchParams([
        ['To', message.to],
        ['ValidityPeriod', String(validitySeconds(message, deps.clock.now()))],
        sender,
        ['Body', message.text],
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

function refine({ status, body, verdict }: HttpAnswer): SendResult {
  const answer = readJson(body)
  if (verdict.kind === 'accepted') {
    if (REFUSED.has(answer.status))
      return { kind: 'permanent', error: errorOf(answer.error_code ?? 'failed') }
    const reference = typeof answer.sid === 'string' ? answer.sid : null
    if (reference !== null || status === CREATED) return { kind: 'accepted', reference } // mutant: C67.twilio-answer-shape
    return ambiguous('not_confirmed', 'the answer contains no message id')
  }
  if (typeof answer.code !== 'number') return verdict
  const error = errorOf(answer.code)
  if (THROTTLED.has(answer.code)) {
    const retryAfterMs = verdict.kind === 'temporary' ? verdict.retryAfterMs : null
    return { kind: 'temporary', error, retryAfterMs }
  }
  return { ...verdict, error }
}

function errorOf(code: unknown): { code: string; message: string } {
  const known = typeof code === 'number' ? code : 0
  return {
    code: known === 0 ? 'failed' : String(known),
    message: WORDS[known] ?? (known === 0 ? 'the message failed' : `Twilio error ${known}`),
  }
}

/** An empty object for anything else: a proxy's page, half a body, null. */
function readJson(
  body: string,
): Partial<Record<'sid' | 'status' | 'code' | 'error_code', unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
