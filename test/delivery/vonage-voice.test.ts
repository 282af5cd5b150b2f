// Calls by Vonage: the request, what Vonage asks during a call, and what it reports at its end, signed as it signs.

import { createHash, createHmac, generateKeyPairSync, verify as verifySignature } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { CallPage } from '../../src/delivery/calls/ports.ts'
import type { Fault, HttpClient } from '../../src/delivery/ports.ts'
import { vonageCall } from '../../src/delivery/providers/vonage/ncco.ts'
import { vonageVoiceEntry } from '../../src/delivery/providers/vonage/voice.ts'
import { LANGUAGES } from '../../src/delivery/templates/texts.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { callback, TRY, unreachable, verified, withOneChanged } from './callbacks.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const SECRET = 'a-signature-secret-of-tests'
const UUID = '63f61863-4a51-4f6b-86e1-46edebcf9356'
const VALUES = {
  VONAGE_VOICE_FROM: '+15005550006',
  VONAGE_APPLICATION_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab',
  VONAGE_PRIVATE_KEY: (privateKey.export({ type: 'pkcs8', format: 'pem' }) as string).trim(),
  VONAGE_SIGNATURE_SECRET: SECRET,
  VONAGE_BASE_URL: 'https://api.nexmo.com',
}
const create = (url: string, http: HttpClient) =>
  vonageVoiceEntry.create({ ...VALUES, VONAGE_BASE_URL: url }, { http, clock: fixedClock })
const callUrl = `https://verify.example.com/calls/vonage?try=${TRY}&mac=x`
const callbackUrl = `https://verify.example.com/receipts/vonage?try=${TRY}&mac=y`
const MESSAGE = smsMessage({ channel: 'voice', size: null, callUrl, callbackUrl })
const TAKEN = answer(201, JSON.stringify({ uuid: UUID, status: 'started' }))

describeHttpProvider('vonage (voice)', create, MESSAGE, TAKEN)

describe('a call by Vonage', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const send = (message = MESSAGE) =>
    create(server.url, http).send(message, AbortSignal.timeout(PATIENCE_MS))

  it('is asked for by the application’s key, and nothing of it has the code', async () => {
    expect(await send()).toEqual({ kind: 'accepted', reference: UUID })
    const [seen] = server.seen
    expect([seen?.method, seen?.url]).toEqual(['POST', '/v1/calls'])
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      to: [{ type: 'phone', number: '14155552671' }],
      from: { type: 'phone', number: '15005550006' },
      ...{ answer_url: [callUrl], answer_method: 'POST' },
      ...{ event_url: [callbackUrl], event_method: 'POST' },
      ...{ ringing_timer: 40, length_timer: 120 },
    })
    const [head, claims, signature = ''] =
      seen?.headers.authorization?.replace('Bearer ', '').split('.') ?? []
    const signed = Buffer.from(`${head}.${claims}`)
    const isSigned = verifySignature(
      'RSA-SHA256',
      signed,
      publicKey,
      Buffer.from(signature, 'base64url'),
    )
    expect(isSigned).toBe(true)
    expect(JSON.stringify(server.seen)).not.toContain(MESSAGE.code)
  })

  it('is not made where Vonage could not ask what to say', async () => {
    const before = server.seen.length
    expect(await send({ ...MESSAGE, callUrl: null })).toMatchObject({ fault: 'account' })
    expect(server.seen.length).toBe(before)
  })

  it.each([
    ['VONAGE_VOICE_FROM', 'Countersign', /^VONAGE_VOICE_FROM: is not a number/],
    ['VONAGE_APPLICATION_ID', undefined, /^VONAGE_APPLICATION_ID: is missing/],
    ['VONAGE_PRIVATE_KEY', 'a-key', /^VONAGE_PRIVATE_KEY: is not an RSA private/],
    ['VONAGE_SIGNATURE_SECRET', undefined, /^VONAGE_SIGNATURE_SECRET: is missing/],
    ['VONAGE_SIGNATURE_SECRET', 'short', /^VONAGE_SIGNATURE_SECRET: is under 16/],
  ])('cannot do with %s=%s', (name, value, problem) => {
    const { [name as 'VONAGE_VOICE_FROM']: _, ...rest } = VALUES
    const values = value === undefined ? rest : { ...rest, [name]: value }
    expect(() => vonageVoiceEntry.read(values as Record<string, string>)).toThrow(problem)
  })
})

const toPart = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
function signed(body: string, at = NOW, secret = SECRET) {
  const hash = createHash('sha256').update(body).digest('hex')
  const claims = toPart({ iss: 'Vonage', iat: at / 1000, jti: 'x', payload_hash: hash })
  const text = `${toPart({ typ: 'JWT', alg: 'HS256' })}.${claims}`
  const signature = createHmac('sha256', secret).update(text).digest('base64url')
  return callback(body, { authorization: `Bearer ${text}.${signature}` })
}
const { receipts } = create('http://127.0.0.1:1', unreachable)
if (!receipts) throw new Error('it reads no receipts')

describe('what Vonage reports of a call', () => {
  it.each<[string, Fault | null]>([
    ['busy', 'recipient'],
    ['timeout', 'recipient'],
    ['unanswered', 'recipient'],
    ['rejected', 'message'],
    ['failed', 'message'],
    ['cancelled', 'message'],
    ['completed', null],
  ])('C26: %s: it told nobody its code', (status, fault) => {
    const body = JSON.stringify({ uuid: UUID, status, timestamp: '2027-01-15T12:00:00.000Z' })
    expect(receipts.read(signed(body))).toMatchObject([
      {
        tryId: TRY,
        reference: UUID,
        state: 'undelivered',
        // Its `timeout` is a person's, and ours that of a request.
        error: { code: status === 'timeout' ? 'unanswered' : status },
        fault,
        at: NOW,
      },
    ])
  })

  it.each(['started', 'ringing', 'answered', 'human', 'constructor'])(
    '%s says nothing',
    (status) => {
      expect(receipts.read(signed(JSON.stringify({ uuid: UUID, status })))).toEqual([])
    },
  )

  it('C27: forged, cut, old, or by another secret it is refused; a text’s report is not read', async () => {
    const body = JSON.stringify({ uuid: UUID, status: 'busy' })
    const right = signed(body)
    const { authorization = '' } = right.headers
    expect(await verified(receipts, right)).toBe(true)
    expect(await verified(receipts, signed(body, NOW, 'a-signature-secret-of-others'))).toBe(false)
    expect(await verified(receipts, { ...right, body: Buffer.from(body.slice(1)) })).toBe(false)
    expect(await verified(receipts, right, NOW + 301_000)).toBe(false)
    const changed = { authorization: withOneChanged(authorization, authorization.length - 3) }
    expect(await verified(receipts, { ...right, headers: changed })).toBe(false)
    expect(receipts.read(signed('{"message_uuid":"x","status":"delivered"}'))).toBeUndefined()
  })
})

describe('what a call by Vonage says', () => {
  it.each<[CallPage, object[]]>([
    [
      { kind: 'prompt', locale: 'de', text: 'Taste', url: callUrl },
      [
        { action: 'talk', text: 'Taste', language: 'de-DE', bargeIn: true, loop: 2 },
        {
          ...{ action: 'input', type: ['dtmf'], dtmf: { maxDigits: 1, timeOut: 5 } },
          ...{ eventUrl: [callUrl], eventMethod: 'POST' },
        },
      ],
    ],
    [
      { kind: 'code', locale: 'zh-Hans', texts: ['1, 2', '1, 2'] },
      Array(2).fill({ action: 'talk', text: '1, 2', language: 'cmn-CN' }),
    ],
    [
      { kind: 'over', locale: 'en', text: 'Bye' },
      [{ action: 'talk', text: 'Bye', language: 'en-US' }],
    ],
  ])('%j', (page, actions) => {
    const { type, body } = vonageCall.write(page)
    expect([type, JSON.parse(body)]).toEqual(['application/json', actions])
  })

  it('has a voice for each language but Persian', () => {
    expect(LANGUAGES.filter((tag) => !vonageCall.speaks(tag))).toEqual(['fa'])
  })

  it.each([
    [{ uuid: UUID, to: '1', from: '2' }, 'answered'],
    [{ uuid: UUID, dtmf: { digits: '4', timed_out: false } }, 'key'],
    [{ uuid: UUID, dtmf: { digits: '', timed_out: true } }, 'silence'],
    [{ dtmf: { digits: '4' } }, undefined],
  ])('asked with %j it is %s', (body, event) => {
    expect(vonageCall.read(callback(JSON.stringify(body)))).toBe(event)
  })
})
