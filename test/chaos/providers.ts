// The three made-up providers of the run, as their requests and their reports look on the wire: two gateways for text messages,
// of which the second is the first one's failover, and a messenger (Telegram's interface) that a chain begins with.
// It must not decide what they do: gateway.ts and reporter.ts draw that.

import { createHash, createHmac } from 'node:crypto'

/** Where reports go, by what the messages are told; reporter.ts puts a node in its place. */
export const PUBLIC_URL = 'https://verify.example.com'
const TELEGRAM_TOKEN = 'a-token-of-the-chaos-run'

export type ProviderName = 'http' | 'http:second' | 'telegram'
/** What a message is about, by its request. */
export type Carried = {
  provider: ProviderName
  verification: string
  tryId: string
  code: string
  callbackUrl: string
}
/** The states of a try, as the service knows them. */
export type ReportedState = 'sent' | 'undelivered' | 'delivered'
export type ReportedFault = 'recipient' | 'message'

const GATEWAY_BODY =
  '{"code":"{{code}}","verification":"{{verification_id}}","tryId":"{{attempt_id}}","callbackUrl":"{{callback_url}}"}'

/** @param url of the server that plays all three */
export function providerSettings(url: string): Record<string, string> {
  return {
    ...{ HTTP_SMS_URL: `${url}/first`, HTTP_SMS_BODY: GATEWAY_BODY },
    ...{ HTTP_SMS__SECOND_URL: `${url}/second`, HTTP_SMS__SECOND_BODY: GATEWAY_BODY },
    ...{ TELEGRAM_TOKEN, TELEGRAM_BASE_URL: `${url}/telegram` },
    ...{ PUBLIC_URL, DEVELOPMENT_NETWORK: 'open', SMS_ROUTES: 'http, http:second' },
  }
}

/** @param path of the request; a messenger is told of the try by the callback's address alone */
export function readMessage(path: string, body: string): Carried {
  const fields = JSON.parse(body)
  if (path === '/first') return { ...fields, provider: 'http' }
  if (path === '/second') return { ...fields, provider: 'http:second' }
  const tryId = new URL(fields.callback_url).searchParams.get('try') ?? ''
  const verification = tryId.replace(/^att_(\w+)_\d+_\d+$/, 'vrf_$1')
  const { code, callback_url: callbackUrl } = fields
  return { provider: 'telegram', verification, tryId, code, callbackUrl }
}

/** The answer's body, by its status: a messenger says in it what is wrong. */
export function answerBody(provider: ProviderName, status: number): string {
  if (provider !== 'telegram') return ''
  if (status < 300) return '{"ok":true,"result":{"request_id":"1"}}'
  const error = status === 400 ? 'PHONE_NUMBER_NOT_FOUND' : 'FLOOD_WAIT_1'
  return status === 500 ? '' : JSON.stringify({ ok: false, error })
}

const TELEGRAM_STATUS: Readonly<Record<ReportedState, string>> = {
  sent: 'sent',
  delivered: 'delivered',
  undelivered: 'expired',
}

/** As the provider reports it. */
export function reportOf(provider: ProviderName, state: ReportedState, fault: ReportedFault) {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (provider !== 'telegram')
    return {
      headers,
      body: JSON.stringify({ status: state, ...(state === 'undelivered' && { fault }) }),
    }
  const status = { status: TELEGRAM_STATUS[state] }
  const body = JSON.stringify({ request_id: '1', delivery_status: status })
  const at = String(Math.floor(Date.now() / 1000))
  const key = createHash('sha256').update(TELEGRAM_TOKEN).digest()
  const signature = createHmac('sha256', key).update(`${at}\n`).update(body).digest('hex')
  return {
    headers: { ...headers, 'x-request-timestamp': at, 'x-request-signature': signature },
    body,
  }
}
