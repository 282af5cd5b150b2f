import { generateKeyPairSync, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Fault, OutgoingMessage } from '../../src/delivery/ports.ts'
import { vonageEntry } from '../../src/delivery/providers/vonage/vonage.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, type Seen, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const KEY = { VONAGE_API_KEY: 'abcd1234', VONAGE_API_SECRET: 'a-secret-of-tests' }
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const APPLICATION = {
  VONAGE_APPLICATION_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab',
  VONAGE_PRIVATE_KEY: PEM.trim(),
}
const FROM = { VONAGE_FROM: 'Countersign', VONAGE_BASE_URL: 'https://api.nexmo.com' }
const TAKEN = answer(202, '{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}')

describeHttpProvider(
  'vonage',
  (url, http) =>
    vonageEntry.create(
      { ...FROM, ...APPLICATION, VONAGE_BASE_URL: url },
      { http, clock: fixedClock },
    ),
  smsMessage(),
  TAKEN,
)

/** What @vonage/messages 1.27.1 sends for `new SMS({ … })` by key and secret. */
const OFFICIAL = {
  method: 'POST',
  url: '/v1/messages',
  type: 'application/json',
  authorization: 'Basic YWJjZDEyMzQ6YS1zZWNyZXQtb2YtdGVzdHM=',
  body: JSON.parse(
    '{"to":"14155552671","from":"Countersign","client_ref":"dlv_0123456789abcdefghijklmnopqrstuv_1","message_type":"text","text":"4711 € is your code","channel":"sms","sms":{"content_id":"1107457532145798767","entity_id":"1101456324675322134"},"ttl":600}',
  ),
}

describe('vonage', () => {
  let http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    http = createHttpClient({ clock: fixedClock })
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const create = (values: Record<string, string>, clock: { now: () => number } = fixedClock) =>
    vonageEntry.create({ ...FROM, ...values, VONAGE_BASE_URL: server.url }, { http, clock })
  const send = async (values: Record<string, string>, change: Partial<OutgoingMessage> = {}) => {
    const result = await create(values).send(smsMessage(change), AbortSignal.timeout(PATIENCE_MS))
    return { result, seen: last(server) }
  }

  it('sends what the official client sends', async () => {
    server.behave(TAKEN)
    const { result, seen } = await send(KEY, { text: '4711 € is your code' })
    const { sms: _, ...body } = OFFICIAL.body
    expect(comparable(seen)).toEqual({ ...OFFICIAL, body })
    expect(result).toEqual({ kind: 'accepted', reference: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab' })
  })

  it('names where to report', async () => {
    server.behave(TAKEN)
    const callbackUrl = 'https://verify.example.com/receipts/vonage?try=x&mac=y'
    const { seen } = await send(KEY, { callbackUrl })
    expect(JSON.parse(seen.body)).toMatchObject({ webhook_url: callbackUrl, webhook_version: 'v1' })
  })

  it('C66: to India with the ids of the registration, elsewhere without', async () => {
    const { entity_id, content_id } = OFFICIAL.body.sms
    const ids = { VONAGE_INDIA_ENTITY_ID: entity_id, VONAGE_INDIA_TEMPLATE_ID: content_id }
    const india = await send({ ...KEY, ...ids }, { to: '+919876543210' })
    expect(JSON.parse(india.seen.body).sms).toEqual(OFFICIAL.body.sms)
    const alone = await send({ ...KEY, VONAGE_INDIA_ENTITY_ID: entity_id }, { to: '+919876543210' })
    expect(JSON.parse(alone.seen.body).sms).toEqual({ entity_id })
    const elsewhere = await send({ ...KEY, ...ids })
    expect(JSON.parse(elsewhere.seen.body)).not.toHaveProperty('sms')
  })

  it('logs in with a token of the application, which is kept for a part of its time', async () => {
    let now = NOW
    const provider = create({ ...APPLICATION, ...KEY }, { now: () => now })
    const tokens = []
    for (now of [NOW, NOW + 299_000, NOW + 301_000]) {
      await provider.send(smsMessage(), AbortSignal.timeout(PATIENCE_MS))
      tokens.push(last(server).headers.authorization?.replace('Bearer ', ''))
    }
    const [first = '', second, third = ''] = tokens
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    expect(readToken(first)).toEqual({
      header: { alg: 'RS256', typ: 'JWT' },
      claims: {
        application_id: APPLICATION.VONAGE_APPLICATION_ID,
        iat: NOW / 1000,
        exp: NOW / 1000 + 900,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
      isSigned: true,
    })
    expect(readToken(third).claims.iat).toBe(NOW / 1000 + 301)
  })

  it.each([
    [NOW + 600_000, 600],
    [NOW + 90_999, 90],
    [NOW - 5_000, 20],
    [NOW + 999_999_999, 604_800],
  ])('a message is valid until the code ends', async (expiresAt, ttl) => {
    expect(JSON.parse((await send(KEY, { expiresAt })).seen.body).ttl).toBe(ttl)
  })

  it.each<[Fault, number, string]>([
    ['account', 401, 'api-errors/#unathorized'],
    ['account', 401, 'api-errors/#unauthorized'],
    ['account', 401, 'api-errors/#unprovisioned'],
    ['account', 401, 'api-errors#something-new'],
    ['account', 402, 'api-errors/#low-balance'],
    ['account', 403, 'api-errors#account-suspended'],
    ['message', 403, 'api-errors#something-new'],
    ['message', 404, 'api-errors#something-new'],
    ['message', 422, 'api-errors#invalid-json'],
    ['message', 422, 'api-errors/messages#1150'],
    ['message', 422, 'api-errors/messages#1472'],
    ['recipient', 422, 'api-errors/messages#1170'],
    ['recipient', 422, 'api-errors/messages#1240'],
    ['recipient', 422, 'api-errors/messages#1300'],
    ['recipient', 422, 'api-errors/messages#1430'],
    ['destination', 422, 'api-errors/messages#1120'],
    ['destination', 422, 'api-errors/messages#1420'],
    ['destination', 422, 'api-errors/messages#1474'],
    ['destination', 422, 'api-errors/messages#1480'],
    ['account', 422, 'api-errors/messages#1060'],
    ['account', 422, 'api-errors/messages#1070'],
  ])('C53: the fault is of the %s: %i with %s', async (fault, status, type) => {
    const { result } = await problem(status, { type: `https://developer.vonage.com/${type}` })
    const code = type.split('#')[1]
    expect(result).toMatchObject({ kind: 'permanent', fault, error: { code } })
  })

  it.each<[Fault, string, string, string]>([
    ['recipient', 'Invalid recipient', '110', '1430'],
    ['recipient', 'Invalid recipient', '1130', '1430'],
    ['destination', 'Invalid sender', '1120', '1420'],
  ])('C53: the fault is of the %s: %s, whatever its number', async (fault, title, end, code) => {
    const type = `https://developer.nexmo.com/api-errors/messages#${end}`
    const { result } = await problem(422, { type, title })
    expect(result).toMatchObject({ kind: 'permanent', fault, error: { code } })
  })

  it.each([
    [422, '1000', 'temporary'],
    [422, '1180', 'temporary'],
    [429, 'something-new', 'temporary'],
    [500, '1030', 'ambiguous'],
    [500, '1240', 'ambiguous'],
  ])('%i with %s is %s', async (status, end, kind) => {
    const type = `https://developer.vonage.com/api-errors/messages#${end}`
    const { result } = await problem(status, { type })
    expect(result).toMatchObject({ kind, error: { code: end } })
  })

  const problem = async (status: number, body: Record<string, string>) => {
    const detail = 'The number +14155552671 is not valid: 4711471147'
    server.behave(answer(status, JSON.stringify({ title: 'x', detail, instance: 'y', ...body })))
    const sent = await send(KEY)
    expect(JSON.stringify(sent.result)).not.toMatch(/4155552671|4711471147/)
    return sent
  }

  it('C67: 202 without an id confirms nothing', async () => {
    server.behave(answer(202, '{"workflow_id":"x"}'))
    expect((await send(KEY)).result).toMatchObject({ error: { code: 'not_confirmed' } })
  })

  it.each([
    [422, '{"title":"Invalid params"}', 'accepted', 'Vonage accepts the login'],
    [401, '{"type":"https://developer.vonage.com/api-errors/#unauthorized"}', 'permanent', ''],
    [503, '', 'temporary', ''],
    // Taken for a message: something else than Vonage answers.
    [202, '{}', 'ambiguous', ''],
  ])('C71: the probe sends nothing; %i with %s is %s', async (status, body, kind, learned) => {
    server.behave(answer(status, body))
    const probe = await create(KEY).probe?.(AbortSignal.timeout(PATIENCE_MS))
    expect(last(server)).toMatchObject({ url: '/v1/messages', body: '{}' })
    expect(probe?.result.kind).toBe(kind)
    expect(probe?.learned).toMatch(learned)
    server.behave(TAKEN)
  })

  it.each([
    [{}, /^VONAGE_APPLICATION_ID: is missing: give it and VONAGE_PRIVATE_KEY/],
    [{ VONAGE_API_KEY: 'x' }, /^VONAGE_API_SECRET: is missing$/],
    [{ VONAGE_APPLICATION_ID: 'x' }, /^VONAGE_PRIVATE_KEY: is missing$/],
    [{ ...APPLICATION, VONAGE_PRIVATE_KEY: 'a-key' }, /^VONAGE_PRIVATE_KEY: is not an RSA private/],
    [{ ...KEY, VONAGE_INDIA_ENTITY_ID: 'x1' }, /^VONAGE_INDIA_ENTITY_ID: is not digits alone$/],
    [{ ...KEY, VONAGE_INDIA_TEMPLATE_ID: '1' }, /^VONAGE_INDIA_ENTITY_ID: is missing/],
  ])('refuses the settings %j', (values, problem) => {
    expect(() => vonageEntry.read({ ...FROM, ...values })).toThrow(problem)
  })

  it('reads a key whose lines are joined by \\n', () => {
    const joined = PEM.trim().replaceAll('\n', '\\n')
    const read = () => vonageEntry.read({ ...FROM, ...APPLICATION, VONAGE_PRIVATE_KEY: joined })
    expect(read).not.toThrow()
  })
})

function readToken(token: string) {
  const [head = '', body = '', signature = ''] = token.split('.')
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  const signed = Buffer.from(`${head}.${body}`)
  const isSigned = verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'))
  return { header: parse(head), claims: parse(body), isSigned }
}

function last(server: FaultServer): Seen {
  const seen = server.seen.at(-1)
  if (!seen) throw new Error('nothing came')
  return seen
}

function comparable({ method, url, headers, body }: Seen) {
  const { authorization, 'content-type': type } = headers
  return { method, url, type, authorization, body: JSON.parse(body) }
}
