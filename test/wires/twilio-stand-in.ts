// A stand-in for Twilio Verify on a real socket, which keeps to its documented answers: one pending verification a recipient,
// the same code again within its life, five attempts, 404 once it has ended.
// It must not know this service: whoever has its login may call it.

import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const LOGIN = {
  keySid: `SK${'e'.repeat(32)}`,
  keySecret: 'a-secret-of-the-account-at-twilio',
}

type Verification = {
  sid: string
  to: string
  channel: string
  code: string
  attempts: number
  sends: string[]
  createdAt: number
}
/** Of the next request: answered as `drop` after it was done, `cut` before anything was, `slow` never; `held` never, though it was done. */
export type Trouble =
  | 'drop'
  | 'cut'
  | 'slow'
  | 'held'
  | { status: number; body: string; headers?: Record<string, string> }

const MAX_ATTEMPTS = 5
const MAX_SENDS = 5
const hex = () => randomBytes(16).toString('hex')
const timeOf = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`

export type StandIn = Awaited<ReturnType<typeof startStandIn>>

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

export async function startStandIn(serviceSid: string) {
  const pending = new Map<string, Verification>()
  const requests: { method: string; path: string; form: Record<string, string> }[] = []
  const troubles: Trouble[] = []
  const refuse = (status: number, code: number, message: string) => ({
    status,
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  })
  const gone = (resource: string) =>
    refuse(404, 20404, `The requested resource /Services/${serviceSid}/${resource} was not found`)
  const common = (one: Verification, status: string) => ({
    ...{ sid: one.sid, service_sid: serviceSid, account_sid: `AC${'d'.repeat(32)}` },
    ...{ to: one.to, channel: one.channel, status, valid: status === 'approved' },
    ...{ amount: null, payee: null },
    ...{ date_created: timeOf(one.createdAt), date_updated: timeOf(Date.now()) },
  })
  const verification = (one: Verification, status = 'pending') => ({
    ...common(one, status),
    ...{ lookup: {}, sna: null },
    send_code_attempts: one.sends.map((sid) => ({
      time: timeOf(one.createdAt),
      channel: 'SMS',
      attempt_sid: sid,
    })),
    url: `https://verify.twilio.com/v2/Services/${serviceSid}/Verifications/${one.sid}`,
  })
  const named = (name: string) =>
    pending.get(name) ?? [...pending.values()].find(({ sid }) => sid === name)

  function start(form: URLSearchParams) {
    const to = form.get('To') ?? ''
    const before = pending.get(to)
    if (before && before.sends.length >= MAX_SENDS)
      return refuse(429, 60203, 'Max send attempts reached')
    const code = String(100_000 + (randomBytes(4).readUInt32BE() % 900_000))
    const one = before ?? {
      sid: `VE${hex()}`,
      to,
      channel: form.get('Channel') ?? '',
      code,
      attempts: 0,
      sends: [],
      createdAt: Date.now(),
    }
    one.sends.push(`VL${hex()}`)
    pending.set(to, one)
    return { status: 201, body: verification(one) }
  }

  function check(form: URLSearchParams) {
    const one = named(form.get('VerificationSid') ?? form.get('To') ?? '')
    if (!one) return gone('VerificationCheck')
    if (one.attempts >= MAX_ATTEMPTS) return refuse(429, 60202, 'Max check attempts reached')
    one.attempts += 1
    const isRight = form.get('Code') === one.code
    if (isRight) pending.delete(one.to)
    const body = { ...common(one, isRight ? 'approved' : 'pending'), sna_attempts_error_codes: [] }
    return { status: 201, body }
  }

  function answer(method: string, path: string, form: URLSearchParams) {
    const [, sid, resource, name] =
      /^\/v2\/Services\/([^/]+)\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? []
    if (sid !== serviceSid) return gone('')
    if (resource === 'VerificationCheck') return check(form)
    if (name === undefined) return start(form)
    const one = named(decodeURIComponent(name))
    if (!one) return gone('Verifications')
    if (method === 'GET') return { status: 200, body: verification(one) }
    pending.delete(one.to)
    return { status: 200, body: verification(one, form.get('Status') ?? '') }
  }

  const expected = `Basic ${Buffer.from(`${LOGIN.keySid}:${LOGIN.keySecret}`).toString('base64')}`
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = await readForm(request)
    const { method = '', url = '', headers } = request
    requests.push({ method, path: url, form: Object.fromEntries(form) })
    const send = (status: number, body: unknown, more: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...more })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    const trouble = troubles.shift()
    if (trouble === 'slow') return
    if (trouble === 'cut') return void request.socket.destroy()
    if (typeof trouble === 'object') return send(trouble.status, trouble.body, trouble.headers)
    const { status, body } =
      headers.authorization === expected
        ? answer(method, url, form)
        : refuse(401, 20003, 'Authenticate')
    if (trouble === 'held') return
    if (trouble === 'drop') return void request.socket.destroy()
    send(status, body)
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** Of the next requests, in this order. */
    trouble: (...next: Trouble[]) => void troubles.push(...next),
    codeOf: (to: string) => pending.get(to)?.code,
    sidOf: (to: string) => pending.get(to)?.sid,
    end: (to: string) => void pending.delete(to),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
