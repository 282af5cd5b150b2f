// What every HTTP provider must hold, whatever its peer does (C21), over real sockets.
// It must not know a provider: each test hands in how one is made for an address.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  CONNECTIONS_PER_HOST,
  createHttpClient,
  MAX_BODY_BYTES,
} from '../../src/delivery/answers/http-client.ts'
import type {
  Fault,
  HttpClient,
  OutgoingMessage,
  Provider,
  SendResult,
} from '../../src/delivery/ports.ts'
import {
  answer,
  type Behaviour,
  closeMidBody,
  closeWithoutAnswer,
  drip,
  dripHead,
  type FaultServer,
  hang,
  hugeBody,
  notHttp,
  refusedUrl,
  startFaultServer,
} from '../delivery/fault-server.ts'
import { fixedClock } from '../delivery/messages.ts'
import { deadlineAfter, inTime } from '../delivery/stalled.ts'
import { PATIENCE_MS } from '../long.ts'

/** For what waits in this process alone. */
const DEADLINE_MS = 400
/** Where the server answers at once: only a net. */
const ANSWERED_MS = 20_000

/** Every permanent one with its fault. */
type Expected =
  | { kind: 'permanent'; code: string; fault: Fault }
  | { kind: Exclude<SendResult['kind'], 'permanent'>; code?: string; retryAfterMs?: number | null }
type Case = [name: string, behaviour: Behaviour, expected: Expected]

const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>'

const UNCONFIRMED: Expected = { kind: 'ambiguous', code: 'not_confirmed' }

/** Where the provider's own words do not say whose. */
const FAULT_BY_STATUS: [Fault, number[]][] = [
  ['account', [301, 307, 401, 402, 403, 404, 407]],
  ['message', [400, 405, 413, 422]],
]

/** Of a server that comes to no end: the deadline ends the request. */
const stallsOf = (taken: Expected): Case[] => [
  ['hangs', hang, { kind: 'ambiguous', code: 'timeout' }],
  ['drips its head', dripHead(50), { kind: 'ambiguous', code: 'timeout' }],
  ['drips its body after 200', drip(200, 50), taken],
  ['drips its body after 500', drip(500, 50), { kind: 'ambiguous', code: 'http_500' }],
]

/**
 * @param taken what a 2xx is without the provider's own word for it
 * @param empty what a 202 without a body is
 */
const casesOf = (taken: Expected, empty: Expected): Case[] => [
  ['500', answer(500, 'oops'), { kind: 'ambiguous', code: 'http_500' }],
  ['502 with HTML', answer(502, HTML), { kind: 'ambiguous', code: 'http_502' }],
  ['504 with HTML', answer(504, HTML), { kind: 'ambiguous', code: 'http_504' }],
  ['524 with HTML', answer(524, HTML), { kind: 'ambiguous', code: 'http_524' }],
  ['408', answer(408), { kind: 'ambiguous', code: 'http_408' }],
  ['409', answer(409), { kind: 'ambiguous', code: 'http_409' }],
  ['425', answer(425), { kind: 'temporary', code: 'http_425', retryAfterMs: null }],
  [
    '503 with Retry-After',
    answer(503, HTML, { 'retry-after': '3' }),
    { kind: 'temporary', code: 'http_503', retryAfterMs: 3_000 },
  ],
  ['200 with garbage', answer(200, '\u0000{"sid":'), taken],
  ['200 with null', answer(200, 'null'), taken],
  ['202 without a body', answer(202), empty],
  ['429', answer(429), { kind: 'temporary', code: 'http_429', retryAfterMs: null }],
  [
    '429 with Retry-After',
    answer(429, '', { 'retry-after': '7' }),
    { kind: 'temporary', code: 'http_429', retryAfterMs: 7_000 },
  ],
  [
    '429 with garbage in Retry-After',
    answer(429, '', { 'retry-after': 'soon' }),
    { kind: 'temporary', code: 'http_429', retryAfterMs: null },
  ],
  ['closes mid-body of a 200', closeMidBody(200), taken],
  ['closes mid-body of a 503', closeMidBody(503), { kind: 'temporary', code: 'http_503' }],
  [
    'closes without an answer',
    closeWithoutAnswer,
    { kind: 'ambiguous', code: 'connection_closed' },
  ],
  ['is no HTTP server', notHttp, { kind: 'ambiguous', code: 'not_http' }],
  ['huge body', hugeBody(200), taken],
  ['huge body of a 500', hugeBody(500), { kind: 'ambiguous', code: 'http_500' }],
  ['400', answer(400, 'no'), { kind: 'permanent', code: 'http_400', fault: 'message' }],
  ['401', answer(401), { kind: 'permanent', code: 'http_401', fault: 'account' }],
]

/**
 * @param confirmed an answer that says in the provider's own words that it took the message; null: its status says so
 * @param bareStatus one that says so without words
 */
export function describeHttpProvider(
  name: string,
  create: (url: string, http: HttpClient) => Provider,
  message: OutgoingMessage,
  confirmed: Behaviour | null = null,
  bareStatus: number | null = null,
): void {
  const taken: Expected = confirmed === null ? { kind: 'accepted' } : UNCONFIRMED
  const cases = casesOf(taken, bareStatus === 202 ? { kind: 'accepted' } : taken)
  describe(`${name}: the contract of a provider`, () => {
    let server: FaultServer
    let http: HttpClient
    beforeAll(async () => {
      server = await startFaultServer()
    })
    afterAll(() => server.close())
    beforeEach(() => {
      http = createHttpClient({ clock: fixedClock })
    })
    afterEach(() => http.close())

    const send = async (url: string, deadline = AbortSignal.timeout(ANSWERED_MS)) => {
      const provider = create(url, http)
      // As at a start: the deadline is the peer's, not that of loading.
      await provider.prepare?.()
      const result = await inTime(deadline, (signal) => provider.send(message, signal))
      expectNothingTold(result, message)
      return result
    }

    it.each(stallsOf(taken))('C21: %s', async (_, behaviour, expected) => {
      const before = server.seen.length
      server.behave(behaviour)
      const result = await send(
        server.url,
        deadlineAfter(() => server.seen.length > before),
      )
      expect(told(result)).toMatchObject(expected)
    })

    it.each(cases)('C21: %s', async (_, behaviour, expected) => {
      server.behave(behaviour)
      const result = await send(server.url)
      expect(told(result)).toMatchObject(expected)
    })

    it.each(FAULT_BY_STATUS)(
      'C53: is refused by fault of the %s with each of %j',
      async (fault, all) => {
        for (const status of all) {
          server.behave(answer(status, 'no'))
          const result = await create(server.url, http).send(
            message,
            AbortSignal.timeout(ANSWERED_MS),
          )
          expect(told(result)).toEqual({ kind: 'permanent', code: `http_${status}`, fault })
        }
      },
    )

    it('C21: accepts the message', async () => {
      server.behave(confirmed ?? answer(200, '{}'))
      const provider = create(server.url, http)
      const result = await provider.send(message, AbortSignal.timeout(ANSWERED_MS))
      expectNothingTold(result, message)
      expect(told(result)).toEqual({ kind: 'accepted' })
    })

    it('C67: a try after one whose answer was lost is known by its delivery, not by its try', async () => {
      const provider = create(server.url, http)
      server.behave(answer(504))
      for (const tryId of ['att_1', 'att_2'])
        await provider.send({ ...message, tryId }, AbortSignal.timeout(ANSWERED_MS))
      const [first, second] = server.seen.slice(-2)
      const { host: _, ...headers } = first?.headers ?? {}
      expect(second).toMatchObject({ body: first?.body, url: first?.url, headers })
    })

    it('C21: refuses connections', async () => {
      const result = await send(await refusedUrl())
      expect(told(result)).toMatchObject({ kind: 'temporary', code: 'connection_refused' })
    })

    it('C21: a name that does not resolve', async () => {
      const result = await send('http://gateway.invalid')
      expect(result.kind).toBe('temporary')
    })

    it('follows no redirect', async () => {
      const before = server.seen.length
      server.behave(answer(307, '', { location: `${server.url}/elsewhere` }))
      expect(told(await send(server.url))).toMatchObject({ code: 'http_307', fault: 'account' })
      expect(server.seen.length).toBe(before + 1)
    })

    it('a deadline that has passed already sends nothing', async () => {
      const before = server.seen.length
      const result = await create(server.url, http).send(message, AbortSignal.abort())
      expect(result.kind).toBe('temporary')
      expect(server.seen.length).toBe(before)
    })

    it('keeps its connections', async () => {
      server.behave(answer(200, '{}'))
      const before = server.connections()
      for (let i = 0; i < 20; i += 1) await send(server.url)
      // undici opens a second one while it looks whether the first is still there.
      expect(server.connections()).toBeLessThanOrEqual(before + 2)
    })
  })
}

describe('the HTTP client', () => {
  it('C21: reads at most 64 KiB', async () => {
    const server = await startFaultServer(hugeBody(200))
    const http = createHttpClient({ clock: fixedClock })
    const request = { method: 'POST', url: server.url, headers: {}, body: '' }
    const { body } = await http.send(request, AbortSignal.timeout(PATIENCE_MS))
    expect(body.length).toBe(MAX_BODY_BYTES)
    await http.close()
    await server.close()
  })
})

describe('the HTTP client, full', () => {
  it('C21: a message that waits for a connection until its deadline was not sent, and never will be', async () => {
    const server = await startFaultServer(hang)
    const http = createHttpClient({ clock: fixedClock })
    const request = { method: 'POST', url: server.url, headers: {}, body: '' }
    const end = new AbortController()
    const busy = Array.from({ length: CONNECTIONS_PER_HOST }, () => http.send(request, end.signal))
    await vi.waitUntil(() => server.seen.length === CONNECTIONS_PER_HOST)
    const { verdict } = await http.send(request, AbortSignal.timeout(DEADLINE_MS))
    expect(verdict).toMatchObject({ kind: 'temporary', error: { code: 'timeout' } })
    server.behave(answer(200))
    end.abort()
    await Promise.all(busy)
    const after = await http.send(request, AbortSignal.timeout(ANSWERED_MS))
    expect(after.verdict.kind).toBe('accepted')
    expect(server.seen.length).toBe(CONNECTIONS_PER_HOST + 1)
    await http.close()
    await server.close()
  })
})

function told(result: SendResult): Record<string, unknown> {
  if (result.kind === 'accepted') return { kind: result.kind }
  const { kind, error } = result
  return {
    kind,
    code: error.code,
    ...('retryAfterMs' in result ? { retryAfterMs: result.retryAfterMs } : {}),
    ...('fault' in result ? { fault: result.fault } : {}),
  }
}

function expectNothingTold(result: SendResult, message: OutgoingMessage): void {
  const text = JSON.stringify(result)
  expect(text).not.toContain(message.code)
  expect(text).not.toContain(message.to)
  if (result.kind === 'accepted') return
  expect(result.error.message).toMatch(/^[^\n]{1,120}$/)
}
