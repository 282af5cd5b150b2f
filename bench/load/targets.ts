// How a flow is started and checked: with us, and with better-auth. One kept connection for each caller.
// It must not take any answer but the right one for success.

import { Client } from 'undici'
import { addressOf, phoneOf } from './people.ts'

export type TargetName = 'ours' | 'better-auth' | 'better-auth-consume'
export type Answer = { status: number; id: string; retryAfterMs: number }
export type Caller = {
  start(index: number): Promise<Answer>
  check(answer: Answer, code: string, index: number): Promise<Answer>
  /** Opens the connection. */
  ping(): Promise<void>
  close(): Promise<void>
}

const JSON_TYPE = 'application/json'

async function post(
  client: Client,
  path: string,
  headers: Record<string, string>,
  body: unknown,
): Promise<{ status: number; text: string; retryAfterMs: number }> {
  const answer = await client.request({
    method: 'POST',
    path,
    headers,
    body: JSON.stringify(body),
  })
  const text = await answer.body.text()
  const retryAfter = Number(answer.headers['retry-after'] ?? 0)
  return { status: answer.statusCode, text, retryAfterMs: retryAfter * 1000 }
}

function createOurs(client: Client, apiKey: string): Omit<Caller, 'close' | 'ping'> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': JSON_TYPE }
  return {
    async start(index) {
      const body = { to: phoneOf(index), client_ip: addressOf(index) }
      const { status, text, retryAfterMs } = await post(client, '/verify/start', headers, body)
      return { status, retryAfterMs, id: status === 201 ? JSON.parse(text).id : '' }
    },
    async check({ id }, code, index) {
      const body = { id, code, client_ip: addressOf(index) }
      const { status, text, retryAfterMs } = await post(client, '/verify/check', headers, body)
      if (status === 200 && JSON.parse(text).status !== 'approved')
        throw new Error(`not approved: ${text}`)
      return { status, retryAfterMs, id }
    },
  }
}

/** Its own routes; `consume` is its server-side call that touches no user and makes no session. */
function createBetterAuth(
  client: Client,
  origin: string,
  consume: boolean,
): Omit<Caller, 'close' | 'ping'> {
  const headersFor = (index: number) => ({
    'content-type': JSON_TYPE,
    origin,
    'x-forwarded-for': addressOf(index),
  })
  const checkPath = consume ? '/consume' : '/api/auth/phone-number/verify'
  return {
    async start(index) {
      const body = { phoneNumber: phoneOf(index) }
      const { status, text } = await post(
        client,
        '/api/auth/phone-number/send-otp',
        headersFor(index),
        body,
      )
      if (status !== 200) throw new Error(`send-otp: ${status} ${text}`)
      return { status: 201, retryAfterMs: 0, id: body.phoneNumber }
    },
    async check({ id }, code, index) {
      const body = { phoneNumber: id, code, ...(!consume && { disableSession: true }) }
      const { status, text } = await post(client, checkPath, headersFor(index), body)
      if (status !== 200 || !/"status":true/.test(text))
        throw new Error(`${checkPath}: ${status} ${text}`)
      return { status, retryAfterMs: 0, id }
    },
  }
}

export function createCaller(target: TargetName, url: string, apiKey: string): Caller {
  const client = new Client(url, { pipelining: 1, keepAliveTimeout: 60_000 })
  const made =
    target === 'ours'
      ? createOurs(client, apiKey)
      : createBetterAuth(client, url, target === 'better-auth-consume')
  return {
    ...made,
    async ping() {
      const answer = await client.request({ method: 'GET', path: '/healthz' })
      await answer.body.dump()
    },
    close: () => client.close(),
  }
}
