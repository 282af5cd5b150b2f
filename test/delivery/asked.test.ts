// What each provider answers when it is asked what became of a message, and whatever its peer does (C21), over real sockets.

import twilio from 'twilio'
import RequestClient from 'twilio/lib/base/RequestClient.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { HttpClient } from '../../src/delivery/ports.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'
import { PATIENCE_MS } from '../long.ts'
import { lost } from './callbacks.ts'
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
} from './fault-server.ts'
import { fixedClock } from './messages.ts'
import { deadlineAfter, inTime } from './stalled.ts'

const SID = 'SM0123456789abcdef0123456789abcdef'
const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
const CODE_AND_NUMBER = '4711471147 is your code, +14155552671'

/** As GET Messages/{sid}.json shows it (twilio_api_v2010). */
const twilioMessage = (status: string, code: number | null = null, sid = SID) => ({
  ...{ sid, status, error_code: code, error_message: CODE_AND_NUMBER, body: CODE_AND_NUMBER },
  ...{ account_sid: ACCOUNT, direction: 'outbound-api', to: '+14155552671', price: null },
})
/** As in infobip-api-java-client 6.4.0, SmsLogsResponse. */
const infobipLog = (groupName: string, name: string, error = 'NO_ERROR', messageId = SID) => ({
  results: [
    {
      ...{
        sender: 'Example',
        destination: '14155552671',
        messageId,
        content: { text: CODE_AND_NUMBER },
      },
      ...{ sentAt: '2027-01-15T11:59:50.000+0000', doneAt: '2027-01-15T11:59:58.000+0000' },
      status: { groupId: 3, groupName, id: 5, name, description: CODE_AND_NUMBER },
      error: { groupId: 0, groupName: 'OK', id: 0, name: error, description: CODE_AND_NUMBER },
    },
  ],
  cursor: { limit: 50, nextCursor: null },
})
const DONE_AT = Date.UTC(2027, 0, 15, 11, 59, 58)
const NOTHING = { kind: 'unknown' }
const receipt = (state: string, at: number | null = null) => ({
  ...{ kind: 'receipt', tryId: null, reference: SID, state, at },
  ...{ error: null, fault: null, suppress: null },
})

type Case = {
  name: string
  values(url: string): Record<string, string>
  path: string
  said: readonly (readonly [body: unknown, asked: object])[]
}
const CASES: Case[] = [
  {
    name: 'twilio',
    values: (url) => ({
      ...{ TWILIO_ACCOUNT_SID: ACCOUNT, TWILIO_AUTH_TOKEN: 'a-token-of-tests' },
      ...{ TWILIO_FROM: '+15005550006', TWILIO_BASE_URL: url },
    }),
    path: `/2010-04-01/Accounts/${ACCOUNT}/Messages/${SID}.json`,
    said: [
      ...['accepted', 'queued', 'sending', 'scheduled', 'constructor'].map(
        (status) => [twilioMessage(status), NOTHING] as const,
      ),
      [twilioMessage('sent'), receipt('sent')],
      [twilioMessage('delivered'), receipt('delivered')],
      [twilioMessage('read'), receipt('delivered')],
      [
        { ...twilioMessage('delivered'), price: '-0.00750', price_unit: 'USD', num_segments: '1' },
        { ...receipt('delivered'), charge: { micros: 7_500, currency: 'USD', parts: 1 } },
      ],
      [twilioMessage('undelivered', 30005), lost('30005', 'recipient', 'unknown')],
      [twilioMessage('failed', 30007), lost('30007', 'message')],
      [twilioMessage('undelivered', 30034), lost('30034', 'destination')],
      [twilioMessage('failed', 30002), lost('30002', 'account')],
      [twilioMessage('canceled'), receipt('undelivered')],
      // Another message is not this one.
      [twilioMessage('delivered', null, 'SM2'), { kind: 'failed', code: 'not_readable' }],
    ],
  },
  {
    name: 'infobip',
    values: (url) => ({
      ...{ INFOBIP_API_KEY: 'a-key-of-tests', INFOBIP_FROM: 'Example', INFOBIP_BASE_URL: url },
    }),
    path: `/sms/3/logs?messageId=${SID}`,
    said: [
      [{ results: [] }, NOTHING],
      [infobipLog('DELIVERED', 'DELIVERED_TO_HANDSET', 'NO_ERROR', 'another'), NOTHING],
      [infobipLog('SOMETHING', 'ELSE'), NOTHING],
      [infobipLog('PENDING', 'PENDING_ENROUTE'), receipt('sent', DONE_AT)],
      [infobipLog('DELIVERED', 'DELIVERED_TO_HANDSET'), receipt('delivered', DONE_AT)],
      [
        infobipLog('UNDELIVERABLE', 'UNDELIVERABLE_NOT_DELIVERED', 'EC_UNKNOWN_SUBSCRIBER'),
        lost('EC_UNKNOWN_SUBSCRIBER', 'recipient', 'unknown'),
      ],
      [infobipLog('REJECTED', 'REJECTED_SOURCE'), lost('REJECTED_SOURCE', 'destination')],
      [infobipLog('EXPIRED', 'EXPIRED_EXPIRED'), lost('EXPIRED_EXPIRED', 'recipient')],
    ],
  },
]

const STALLS: readonly (readonly [string, Behaviour, object])[] = [
  ['hangs', hang, { kind: 'failed', code: 'timeout' }],
  ['drips its head', dripHead(50), { kind: 'failed', code: 'timeout' }],
  [
    'drips its body',
    drip(200, 50),
    { kind: 'failed', code: expect.stringMatching(/^(timeout|not_readable)$/) },
  ],
]
const FAULTS: readonly (readonly [string, Behaviour, object])[] = [
  ['closes without an answer', closeWithoutAnswer, { kind: 'failed', code: 'connection_closed' }],
  ['closes in the middle of a body', closeMidBody(200), { kind: 'failed', code: 'not_readable' }],
  ['writes without end', hugeBody(200), { kind: 'failed', code: 'not_readable' }],
  ['is no HTTP', notHttp, { kind: 'failed', code: 'not_http' }],
  ['404: not known yet', answer(404, '{"code":20404,"status":404}'), NOTHING],
  ['401', answer(401, '{"code":20003}'), { kind: 'failed', code: 'http_401' }],
  ['429', answer(429, '', { 'retry-after': '3' }), { kind: 'failed', code: 'http_429' }],
  ['500', answer(500, 'oops'), { kind: 'failed', code: 'http_500' }],
  ['502 with HTML', answer(502, '<html>'), { kind: 'failed', code: 'http_502' }],
  ['200 with garbage', answer(200, '\u0000{"sid":'), { kind: 'failed', code: 'not_readable' }],
  ['200 with HTML', answer(200, '<html>'), { kind: 'failed', code: 'not_readable' }],
  ['200 with null', answer(200, 'null'), { kind: 'failed', code: 'not_readable' }],
  ['200 with {}', answer(200, '{}'), { kind: 'failed', code: 'not_readable' }],
  ['204', answer(204), { kind: 'failed', code: 'not_readable' }],
  ['a redirect', answer(302, '', { location: '/' }), { kind: 'failed', code: 'http_302' }],
]

describe.each(CASES)('$name: asked what became of a message', ({ name, values, path, said }) => {
  let server: FaultServer
  const http: HttpClient = createHttpClient({ clock: fixedClock })
  beforeAll(async () => {
    server = await startFaultServer()
    await http.prepare()
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const ask = async (url: string, deadline = AbortSignal.timeout(PATIENCE_MS)) => {
    const entry = PROVIDERS.find((one) => one.name === name)
    const found = entry?.create(values(url), { http, clock: fixedClock }).ask
    if (!found) return expect.fail('cannot be asked')
    return await inTime(deadline, (signal) => found(SID, signal))
  }

  it.each(STALLS)('C21: %s', async (_, behaviour, expected) => {
    const before = server.seen.length
    server.behave(behaviour)
    const deadline = deadlineAfter(() => server.seen.length > before)
    expect(await ask(server.url, deadline)).toEqual(expected)
  })

  it.each(FAULTS)('C21: %s', async (_, behaviour, expected) => {
    server.behave(behaviour)
    expect(await ask(server.url)).toEqual(expected)
  })

  it('C21: refuses connections', async () => {
    const expected = { kind: 'failed', code: 'connection_refused' }
    expect(await ask(await refusedUrl())).toEqual(expected)
  })

  it('says what a receipt says, without a text of its own', async () => {
    for (const [body, expected] of said) {
      server.behave(answer(200, JSON.stringify(body)))
      const asked = await ask(server.url)
      expect(asked).toMatchObject(expected)
      expect(JSON.stringify(asked)).not.toMatch(/4711471147|415555/)
    }
    const seen = server.seen.at(-1)
    expect(seen).toMatchObject({ method: 'GET', url: path, body: '' })
  })
})

it('twilio: is asked as its own client asks', async () => {
  const server = await startFaultServer(answer(200, JSON.stringify(twilioMessage('delivered'))))
  const client = new RequestClient()
  const httpClient = {
    request: (options: Parameters<RequestClient['request']>[0]) =>
      client.request({
        ...options,
        uri: options.uri.replace('https://api.twilio.com', server.url),
      }),
  } as RequestClient
  const official = twilio(ACCOUNT, 'a-token-of-tests', { httpClient })
  const { status } = await official.messages(SID).fetch()
  expect(status).toBe('delivered')
  const [seen] = server.seen
  const [given] = CASES
  expect({ method: seen?.method, url: seen?.url }).toEqual({ method: 'GET', url: given?.path })
  const login = Buffer.from(`${ACCOUNT}:a-token-of-tests`).toString('base64')
  expect(seen?.headers.authorization).toBe(`Basic ${login}`)
  await server.close()
})
