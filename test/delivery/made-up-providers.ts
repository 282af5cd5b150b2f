// Three made-up providers, as their requests and their reports look on the wire: two gateways for text messages, of which the
// second is the first one's failover, and a messenger (Telegram's interface) that a chain begins with.
// It must not decide what they do: each test does, and the chaos run draws it.

import { createHash, createHmac } from 'node:crypto'
import { startFaultServer } from './fault-server.ts'

/** Where reports go, by what the messages are told; whoever reports puts a node in its place. */
export const PUBLIC_URL = 'https://verify.example.com'
const TELEGRAM_TOKEN = 'a-token-of-the-made-up-messenger'

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

export type Received = Carried & {
  /** Milliseconds since the epoch. */
  at: number
  /** Null: no answer was written. */
  answered: number | null
}
/** The status of an answer, and how long it takes; `never`: none. */
export type Plan = { status: number; afterMs?: number } | 'never'

/** @returns the status of the answer; null: none came */
export async function report(
  node: string,
  { provider, callbackUrl }: Pick<Carried, 'provider' | 'callbackUrl'>,
  state: ReportedState,
  fault: ReportedFault = 'message',
): Promise<number | null> {
  const { headers, body } = reportOf(provider, state, fault)
  const url = callbackUrl.replace(PUBLIC_URL, node)
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined)
  await response?.arrayBuffer().catch(() => {})
  return response?.status ?? null
}

export type MadeUp = Awaited<ReturnType<typeof startMadeUp>>

/** All three on one socket; each message is written down before it is answered. */
export async function startMadeUp(plan: (message: Carried) => Plan = () => ({ status: 200 })) {
  const messages: Received[] = []
  let current = plan
  const server = await startFaultServer((response, { url, body }) => {
    const message: Received = { ...readMessage(url, body), at: Date.now(), answered: null }
    messages.push(message)
    const planned = current(message)
    if (planned === 'never') return
    const { status, afterMs = 0 } = planned
    setTimeout(() => {
      if (response.destroyed) return
      message.answered = status
      response.writeHead(status).end(answerBody(message.provider, status))
    }, afterMs)
  })
  return {
    url: server.url,
    messages,
    of: (verification: string) => messages.filter((one) => one.verification === verification),
    behave(next: (message: Carried) => Plan) {
      current = next
    },
    close: server.close,
  }
}
