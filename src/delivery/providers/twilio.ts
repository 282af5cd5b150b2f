// SMS by Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json (twilio_api_v2010 of twilio-oai).
// It must not hand on a message of Twilio's: some quote the number.

import {
  ambiguous,
  type Fault,
  type HttpAnswer,
  type OutgoingMessage,
  type Provider,
  permanent,
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
  faultOf: (code) => CODES[Number(code)]?.[0],
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

/** Whose fault a code is, and a sentence: https://www.twilio.com/docs/api/errors. Those from 30003 on come by receipt, or in a 201. */
const CODES: Readonly<Record<number, readonly [Fault, string]>> = {
  10001: ['account', 'the account is not active'],
  20003: ['account', 'the account or its token was refused'],
  20005: ['account', 'the account is not active'],
  20404: ['account', 'the account or the sender does not exist'],
  21211: ['recipient', 'the number is not valid'],
  21408: ['destination', 'the account may not send to this country'],
  21606: ['destination', 'the sender may not send to this number'],
  21608: ['destination', 'a trial account sends to verified numbers only'],
  21610: ['recipient', 'the recipient has opted out'],
  21612: ['destination', 'the number cannot be reached from this sender'],
  21614: ['recipient', 'the number is not a mobile number'],
  21617: ['message', 'the message is too long'],
  21635: ['recipient', 'the number is a landline'],
  30002: ['account', 'the account is suspended'],
  30003: ['recipient', 'the phone cannot be reached'],
  30004: ['recipient', 'the message was blocked'],
  30005: ['recipient', 'the number is not in use'],
  30006: ['recipient', 'the number is a landline'],
  30007: ['message', 'the message was filtered'],
  30032: ['destination', 'the sender is not registered for this country'],
  30034: ['destination', 'the sender is not registered for this country'],
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
    if (REFUSED.has(answer.status)) {
      const code = answer.error_code
      return { kind: 'permanent', fault: faultOfTwilio(code, status), error: errorOf(code) }
    }
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
  const { kind } = verdict
  return kind === 'permanent'
    ? { kind, fault: faultOfTwilio(answer.code, status), error }
    : { ...verdict, error }
}

/**
 * Of a code that is not listed a 401 or 402 alone is the account's: 403 and 404 also come for a number or a country, and
 * any stranger may have one.
 */
function faultOfTwilio(code: unknown, status: number | null): Fault {
  const known = typeof code === 'number' ? CODES[code]?.[0] : undefined // mutant: C53.twilio-code-fault
  return known ?? (status === 401 || status === 402 ? 'account' : 'message') // mutant: C53.twilio-unknown-403
}

function errorOf(code: unknown): { code: string; message: string } {
  const known = typeof code === 'number' ? code : 0
  return {
    code: known === 0 ? 'failed' : String(known),
    message: wordOf(known),
  }
}

function wordOf(code: number): string {
  if (code === 0) return 'the message failed'
  return CODES[code]?.[1] ?? (code === 20429 ? 'too many requests' : `Twilio error ${code}`)
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
