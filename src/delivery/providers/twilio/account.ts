// An account at Twilio, as texts and calls share it: its settings, its requests, and what an answer means.
// It must not hand on a message of Twilio's: some quote the number.

import { readJson, refuseByCode } from '../../answers/coded-answer.ts'
import { ambiguous, type HttpAnswer, type Probe, permanent, type SendResult } from '../../ports.ts'
import {
  baseUrl,
  type ProviderDeps,
  type ProviderSetting,
  required,
  type SettingValues,
} from '../../provider-entry.ts'
import { askedOf, type ReadAsked } from '../../receipts/asked.ts'
import type { AskReceipt } from '../../receipts/ports.ts'
import { TWILIO_CODES } from './codes.ts'

export type TwilioAccount = { accountSid: string; authToken: string; baseUrl: string }

export const ACCOUNT_SETTINGS = [
  { name: 'TWILIO_ACCOUNT_SID', description: 'Account SID (AC…)', common: true },
  { name: 'TWILIO_AUTH_TOKEN', description: 'Auth token', secret: true, common: true },
  {
    name: 'TWILIO_BASE_URL',
    description: 'Twilio’s host, for regions and tests',
    default: 'https://api.twilio.com',
    common: true,
  },
] as const satisfies readonly ProviderSetting[]

export const accountParts = (values: SettingValues) => ({
  accountSid: () => required(values, 'TWILIO_ACCOUNT_SID'),
  authToken: () => required(values, 'TWILIO_AUTH_TOKEN'),
  baseUrl: () => baseUrl(values, 'TWILIO_BASE_URL'),
})

export const isNumber = (text: string) => /^\+[1-9]\d{6,14}$/.test(text)
export const isService = (text: string) => /^MG[0-9a-f]{32}$/i.test(text)

/** @param prefix of an address on another channel than SMS */
export const senderOf = (from: string, prefix: '' | 'whatsapp:' = ''): [string, string] =>
  isService(from) ? ['MessagingServiceSid', from] : ['From', `${prefix}${from}`]

/** @param resource of the account: `Messages` or `Calls` */
export function openAccount(
  { accountSid, authToken, baseUrl: base }: TwilioAccount,
  resource: 'Messages' | 'Calls',
  { http }: Pick<ProviderDeps, 'http'>,
) {
  const account = `${base}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  const read = (path: string, signal: AbortSignal) => {
    const headers = { authorization, accept: 'application/json' }
    return http.send({ method: 'GET', url: `${account}${path}.json`, headers, body: '' }, signal)
  }
  return {
    askBy:
      (readOne: ReadAsked): AskReceipt =>
      async (reference, signal) => {
        const answer = await read(`/${resource}/${encodeURIComponent(reference)}`, signal)
        return askedOf(answer, reference, readOne)
      },
    async post(fields: [string, string][], signal: AbortSignal): Promise<SendResult> {
      const headers = {
        authorization,
        accept: 'application/json',
        'accept-charset': 'utf-8',
        'content-type': 'application/x-www-form-urlencoded',
      }
      const body = new URLSearchParams(fields).toString()
      const url = `${account}/${resource}.json`
      return refine(await http.send({ method: 'POST', url, headers, body }, signal))
    },
    async probe(signal: AbortSignal): Promise<Probe> {
      const answer = await read('', signal)
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
  }
}

/** Twilio's status for a new message or call; another 2xx without an id comes from something in between. */
const CREATED = 201
/** Statuses of one that will not go out, in an answer that is otherwise an acceptance. */
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
