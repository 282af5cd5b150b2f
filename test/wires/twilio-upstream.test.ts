// C95: what is known of a request to Twilio by its answer, or by the lack of one: done, refused, not sent, or nobody knows.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { createUpstream } from '../../src/wires/twilio/upstream.ts'
import { PATIENCE_MS } from '../long.ts'

const LOGIN = { keySid: `AC${'0'.repeat(32)}`, keySecret: 'a-secret-at-twilio' }

const http = createHttpClient({ clock: createClock() })
let server: Server
let answer: RequestListener = () => {}
let baseUrl = ''
beforeAll(async () => {
  await http.prepare()
  server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await http.close()
  server.closeAllConnections()
  server.close()
})

let noted: string[] = []
const check = (url = baseUrl, deadlineMs = PATIENCE_MS) => {
  noted = []
  const note = (error: string) => void noted.push(error)
  return createUpstream({ ...LOGIN, baseUrl: url }, { http, note, deadlineMs }).check(
    'VA',
    '+1',
    '1',
  )
}
const says =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
const error = (status: number, code: number, message = 'no') =>
  JSON.stringify({ code, message, status })

describe('C95: an answer of Twilio’s', () => {
  it.each([
    ['a resource', says(201, '{"sid":"VE1"}'), { kind: 'answered', body: { sid: 'VE1' } }, []],
    ['a success without one', says(200, '<html>'), { kind: 'lost' }, ['no_answer']],
    ['a list', says(200, '[]'), { kind: 'lost' }, ['no_answer']],
    ['a fault of theirs', says(500, error(500, 20500)), { kind: 'lost' }, ['no_answer']],
    ['a busy one', says(503, ''), { kind: 'lost' }, ['no_answer']],
    [
      'a refusal, with their code',
      says(404, error(404, 20404, 'gone')),
      {
        kind: 'refused',
        error: { status: 404, code: 20404, message: 'gone' },
        cause: 'twilio_20404',
      },
      [],
    ],
    [
      'too many, with their time',
      says(429, error(429, 60203), { 'retry-after': '17' }),
      { kind: 'refused', error: { status: 429, code: 60203, message: 'no', retryAfter: 17 } },
      [],
    ],
    [
      'our login',
      says(401, error(401, 20003)),
      { kind: 'refused', error: { status: 503, code: 20503 }, cause: 'http_401' },
      ['http_401'],
    ],
    [
      'a proxy in between',
      says(403, 'no'),
      { kind: 'refused', error: { status: 503, code: 20503 } },
      ['http_403'],
    ],
  ] as const)('%s', async (_name, listener, expected, told) => {
    answer = listener
    const asked = await check()
    expect(asked).toMatchObject(expected)
    // The operator hears of what is Twilio's or our own, not of what its caller is told.
    expect(noted).toEqual(told)
    expect(JSON.stringify(asked)).not.toContain(LOGIN.keySecret)
  })

  it('none in time may have been one', async () => {
    answer = () => {}
    expect(await check(baseUrl, 300)).toEqual({ kind: 'lost' })
  })

  it('a connection that is cut may have been an answer; one that was never made was none', async () => {
    answer = (request) => request.socket.destroy()
    expect(await check()).toEqual({ kind: 'lost' })
    const closed = createServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    expect(await check(`http://127.0.0.1:${port}`)).toEqual({ kind: 'unsent' })
    expect(noted).toEqual(['unreachable'])
  })
})
