// SMS by Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json (twilio_api_v2010 of twilio-oai).
// It must not hand on a message of Twilio's: they quote the number.

import type { Clock } from '../../kernel/clock.ts'
import type { HttpAnswer, HttpClient, OutgoingMessage, Provider, SendResult } from '../ports.ts'

export type TwilioSettings = {
  accountSid: string
  authToken: string
  /** E.164, an alphanumeric sender, or a Messaging Service (MG…). */
  from: string
  baseUrl: string
}

/** Twilio's bounds of ValidityPeriod, seconds. */
const VALIDITY = { min: 1, max: 36_000 } as const

/** Too many requests, as a code of the body: also told with another status than 429. */
const THROTTLED = new Set([20429, 14107, 30001])

/** Codes worth a sentence; others are told by number alone. */
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

export function createTwilioProvider(
  settings: TwilioSettings,
  deps: { http: HttpClient; clock: Clock },
): Provider {
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
      const learned = `the account takes the log-in (${status === 'active' ? 'active' : 'its state is unknown'})`
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

/** A message that waits at the carrier past the code's end is of no use. */
function validitySeconds(message: OutgoingMessage, now: number): number {
  const left = Math.floor((message.expiresAt - now) / 1000)
  return Math.min(VALIDITY.max, Math.max(VALIDITY.min, left))
}

/** What Twilio's answer to a new message is; another 2xx without an id of its own comes from something between. */
const CREATED = 201
/** A message resource that will not be sent, in an answer that is otherwise an acceptance. */
const REFUSED = new Set<unknown>(['failed', 'undelivered', 'canceled'])

function refine({ status, body, verdict }: HttpAnswer): SendResult {
  const answer = readJson(body)
  if (verdict.kind === 'accepted') {
    if (REFUSED.has(answer.status))
      return { kind: 'permanent', error: errorOf(answer.error_code ?? 'failed') }
    const reference = typeof answer.sid === 'string' ? answer.sid : null
    if (reference !== null || status === CREATED) return { kind: 'accepted', reference } // mutant: C67.twilio-answer-shape
    const error = { code: 'not_confirmed', message: 'the answer holds no id of a message' }
    return { kind: 'ambiguous', error }
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
    message: WORDS[known] ?? (known === 0 ? 'the message failed' : `error ${known} of Twilio`),
  }
}

/** Whatever it is: a proxy's page, half a body, null. */
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
