import twilio from 'twilio'
import RequestClient from 'twilio/lib/base/RequestClient.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Fault } from '../../src/delivery/ports.ts'
import { createTwilioProvider } from '../../src/delivery/providers/twilio/twilio.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, type Seen, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const ACCOUNT = {
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  authToken: 'a-token-of-tests',
  from: '+15005550006',
}
const SERVICE_SID = 'MG0123456789abcdef0123456789abcdef'

describeHttpProvider(
  'twilio',
  (baseUrl, http) => createTwilioProvider({ ...ACCOUNT, baseUrl }, { http, clock: fixedClock }),
  smsMessage(),
  answer(200, '{"sid":"SM1"}'),
)

describe('twilio', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(answer(201, '{"sid":"SM1","status":"queued"}'))
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })

  const send = async (from: string, text: string, expiresAt = NOW + 600_000) => {
    const provider = createTwilioProvider(
      { ...ACCOUNT, from, baseUrl: server.url },
      { http, clock: fixedClock },
    )
    const result = await provider.send(
      smsMessage({ text, expiresAt }),
      AbortSignal.timeout(PATIENCE_MS),
    )
    return { result, seen: last(server) }
  }

  /** The official package's own client, its host replaced. */
  const sendOfficially = async (sender: object, body: string) => {
    const client = new RequestClient()
    const httpClient = {
      request: (options: Parameters<RequestClient['request']>[0]) =>
        client.request({
          ...options,
          uri: options.uri.replace('https://api.twilio.com', server.url),
        }),
    } as RequestClient
    const official = twilio(ACCOUNT.accountSid, ACCOUNT.authToken, { httpClient })
    const to = '+14155552671'
    await official.messages.create({ to, body, validityPeriod: 600, ...sender })
    return last(server)
  }

  it.each([
    [ACCOUNT.from, { from: ACCOUNT.from }],
    ['Countersign', { from: 'Countersign' }],
    [SERVICE_SID, { messagingServiceSid: SERVICE_SID }],
  ])('sends from %s what the official client sends', async (from, sender) => {
    const text = '4711 is your Ünï & "Co" + <Brand> 日本 code.\n\n@example.com #4711'
    server.behave(answer(201, '{"sid":"SM1","status":"queued"}'))
    const { result, seen } = await send(from, text)
    const official = await sendOfficially(sender, text)
    expect(comparable(seen)).toEqual(comparable(official))
    expect(result).toEqual({ kind: 'accepted', reference: 'SM1' })
  })

  it.each([
    [NOW + 600_000, '600'],
    [NOW + 90_999, '90'],
    [NOW - 5_000, '1'],
    [NOW + 99_999_999, '36000'],
  ])('a message is valid until the code ends', async (expiresAt, seconds) => {
    const { seen } = await send(ACCOUNT.from, 'x', expiresAt)
    expect(new URLSearchParams(seen.body).get('ValidityPeriod')).toBe(seconds)
  })

  it.each([
    [400, 21211, 'permanent'],
    [400, 21614, 'permanent'],
    [403, 21408, 'permanent'],
    [400, 21610, 'permanent'],
    [400, 21612, 'permanent'],
    [401, 20003, 'permanent'],
    [429, 20429, 'temporary'],
    [400, 20429, 'temporary'],
    [400, 99999, 'permanent'],
    [500, 20500, 'ambiguous'],
    [504, 20504, 'ambiguous'],
    [500, 20429, 'temporary'],
    [503, 20503, 'temporary'],
  ])('%i with code %i is %s', async (status, code, kind) => {
    const message = `The 'To' number +14155552671 is not valid: 4711471147`
    server.behave(answer(status, JSON.stringify({ code, message, more_info: 'x', status })))
    const { result } = await send(ACCOUNT.from, 'x')
    expect(result).toMatchObject({ kind, error: { code: String(code) } })
    expect(JSON.stringify(result)).not.toMatch(/4155552671|4711471147/)
  })

  it.each<[Fault, number, number[]]>([
    ['recipient', 400, [21211, 21610, 21614, 21635, 30003, 30004, 30005, 30006]],
    ['destination', 403, [21408]],
    ['destination', 400, [21606, 21608, 21612, 30032, 30034]],
    ['account', 401, [20003]],
    ['account', 403, [10001, 20005, 30002]],
    ['account', 404, [20404]],
    ['message', 400, [21617, 30007]],
    // Not listed: a 401 or 402 is the account's; a 403 or 404 may be one number's.
    ['account', 401, [99999]],
    ['account', 402, [99999]],
    ['message', 403, [99999]],
    ['message', 404, [99999]],
    ['message', 400, [99999]],
  ])('C53: the fault is of the %s: %i with each of %j', async (fault, status, codes) => {
    for (const code of codes) {
      server.behave(answer(status, JSON.stringify({ code, status })))
      const expected = { kind: 'permanent', fault, error: { code: String(code) } }
      expect((await send(ACCOUNT.from, 'x')).result).toMatchObject(expected)
      server.behave(answer(201, JSON.stringify({ sid: 'SM1', status: 'failed', error_code: code })))
      const made = (await send(ACCOUNT.from, 'x')).result
      expect(made).toMatchObject(code === 99999 ? { fault: 'message' } : { fault })
    }
  })

  it.each([
    [201, '', { kind: 'accepted', reference: null }],
    [201, '{"sid":', { kind: 'accepted', reference: null }],
    [200, '<html>sign in</html>', { kind: 'ambiguous', error: { code: 'not_confirmed' } }],
    [202, '{"sid":null}', { kind: 'ambiguous', error: { code: 'not_confirmed' } }],
    [
      201,
      '{"sid":"SM1","status":"failed","error_code":30034}',
      { kind: 'permanent', fault: 'destination', error: { code: '30034' } },
    ],
    [
      201,
      '{"sid":"SM1","status":"undelivered","error_code":null}',
      { kind: 'permanent', fault: 'message', error: { code: 'failed' } },
    ],
  ])('C67: %i with %j', async (status, body, expected) => {
    server.behave(answer(status, body))
    expect((await send(ACCOUNT.from, 'x')).result).toMatchObject(expected)
  })

  it('429 keeps its Retry-After along with the code', async () => {
    server.behave(answer(429, '{"code":20429}', { 'retry-after': '12' }))
    const { result } = await send(ACCOUNT.from, 'x')
    expect(result).toMatchObject({ kind: 'temporary', retryAfterMs: 12_000 })
  })
})

function last(server: FaultServer): Seen {
  const seen = server.seen.at(-1)
  if (!seen) throw new Error('nothing came')
  return seen
}

function comparable({ method, url, headers, body }: Seen) {
  const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1))
  const { authorization, accept } = headers
  return { method, url, authorization, accept, type: headers['content-type'], fields }
}
