// A small server that speaks the front door's wire, for what the real service does not do on demand: hang, drop an answer, refuse a stream.
// What it answers follows docs/openapi.json; c88-service.test.ts holds the element to the real service.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Wire = Record<string, unknown> & { status: string; attempts_remaining: number }

export type Verification = {
  token: string
  view: Wire
  code: string
  /** The secret of the first browser. */
  browser: string | undefined
  /** What arrived, in order: `check 123456`, `resend`. */
  asked: string[]
  streams: Set<ServerResponse>
  /** Done instead of the next answer to a POST, once. */
  next: 'drop' | 'hang' | 'busy' | undefined
  /** A stream is refused. */
  isFull: boolean
  show(change: Partial<Wire>): void
}

const CORS = {
  'access-control-allow-headers': 'Content-Type, Countersign-Browser',
  'access-control-allow-methods': 'GET, POST',
  'access-control-max-age': '600',
}
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()

function firstView(): Wire {
  return {
    reference: 'K7Q-42M',
    status: 'pending',
    recipient: '+141•••71',
    channel: 'sms',
    purpose: 'login',
    brand: 'Example',
    locale: 'en',
    expires_at: inSeconds(600),
    expires_in_seconds: 600,
    resend_at: inSeconds(30),
    resend_in_seconds: 30,
    attempts_remaining: 3,
    code_length: 6,
    next_step: null,
    message: { state: 'trying', text: '', reason: null, at: null },
    actions: ['check'],
  }
}

const wireOf = ({ view }: Verification) => ({
  ...view,
  approval: view.status === 'approved' ? 'apc_once' : null,
})

async function bodyOf(request: IncomingMessage): Promise<{ code?: string }> {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text || '{}')
}

function act(one: Verification, action: string, code: string): [status: number, body: object] {
  const { view } = one
  const refuse = (status: number, error: string, more = {}): [number, object] => [
    status,
    { status, error, ...more },
  ]
  if (view.status !== 'pending') return refuse(409, `verification_${view.status}`)
  if (action !== 'check') {
    one.show({ actions: ['check'], resend_at: inSeconds(40), resend_in_seconds: 40 })
    return [200, wireOf(one)]
  }
  if (code === one.code) {
    one.show({ status: 'approved', actions: [] })
    return [200, wireOf(one)]
  }
  const left = view.attempts_remaining - 1
  one.show({ attempts_remaining: left, ...(left === 0 && { status: 'failed', actions: [] }) })
  return refuse(422, 'code_incorrect', { attempts_remaining: left })
}

export async function startDoor() {
  const known = new Map<string, Verification>()

  const server = createServer(async (request, response) => {
    const origin = request.headers.origin ?? ''
    const answer = (status: number, body: object, headers = {}) =>
      response
        .writeHead(status, {
          'content-type': status < 400 ? 'application/json' : 'application/problem+json',
          'access-control-allow-origin': origin,
          'cache-control': 'no-store',
          ...CORS,
          ...headers,
        })
        .end(JSON.stringify(body))
    if (request.method === 'OPTIONS') return answer(200, {})
    const [, token = '', path = ''] = /^\/v\/(vt_\w+)(.*)$/.exec(request.url ?? '') ?? []
    const one = known.get(token)
    if (!one) return answer(404, { error: 'view_not_found' })
    const browser = String(request.headers['countersign-browser'])
    one.browser ??= browser
    if (browser !== one.browser) return answer(403, { error: 'view_taken' })
    if (path === '.json') return answer(200, wireOf(one))
    if (path === '/events') {
      if (one.isFull) return answer(503, { error: 'overloaded' }, { 'retry-after': '1' })
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'access-control-allow-origin': origin,
      })
      response.write(`event: view\ndata: ${JSON.stringify(wireOf(one))}\n\n`)
      one.streams.add(response)
      response.on('close', () => one.streams.delete(response))
      return
    }
    const { code = '' } = await bodyOf(request)
    const action = path.slice(1)
    one.asked.push(code ? `${action} ${code}` : action)
    const fault = one.next
    one.next = undefined
    if (fault === 'hang') return
    if (fault === 'busy')
      return answer(503, { error: 'overloaded', retry_after_seconds: 2 }, { 'retry-after': '2' })
    const [status, body] = act(one, action, code)
    if (fault === 'drop') return response.destroy()
    answer(status, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  let count = 0
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add(change: Partial<Wire> = {}): Verification {
      count += 1
      const one: Verification = {
        token: `vt_${String(count).padStart(50, 'x')}`,
        view: { ...firstView(), ...change },
        code: '123456',
        browser: undefined,
        asked: [],
        streams: new Set(),
        next: undefined,
        isFull: false,
        show(more) {
          one.view = { ...one.view, ...more }
          for (const stream of one.streams)
            stream.write(`event: view\ndata: ${JSON.stringify(wireOf(one))}\n\n`)
        },
      }
      known.set(one.token, one)
      return one
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type SmallDoor = Awaited<ReturnType<typeof startDoor>>
