// What is refused before the domain sees it: fields, shapes, bodies.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClient } from './client.ts'
import { type Double, ID, KEY, startDouble } from './double.ts'

let double: Double
let client: Client
beforeAll(async () => {
  double = await startDouble()
  client = await createClient(double.server.url, KEY)
})
afterAll(() => double.close())
beforeEach(() => {
  double.calls.length = 0
  double.refusals.length = 0
  double.lines.length = 0
})

const TO = { to: '+14155552671' }
const CHECK = { id: ID, code: '123456' }

async function faults(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await client.post(path, body, headers)
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request'])
  expect(double.calls, 'the domain saw nothing').toEqual([])
  const errors: { field: string; detail: string }[] = answer.body.errors ?? []
  return errors.map(({ field }) => field)
}

describe('the code', () => {
  const MISSHAPEN: [string, unknown][] = [
    ['empty', ''],
    ['null', null],
    ['a number', 123456],
    ['a float', 1.5],
    ['an array', ['123456']],
    ['an object', { $ne: '' }],
    ['true', true],
    ['long', '1'.repeat(65)],
    ['half a surrogate', '12345\ud83d'],
  ]
  it.each(MISSHAPEN)('C8: %s is 400 and names the field', async (_name, code) => {
    expect(await faults('/verify/check', { id: ID, code })).toEqual(['code'])
  })

  it('C8: absent is 400, a megabyte 413', async () => {
    expect(await faults('/verify/check', { id: ID })).toEqual(['code'])
    const big = await client.post('/verify/check', { id: ID, code: '1'.repeat(1_000_000) })
    expect([big.status, big.body.error]).toEqual([413, 'payload_too_large'])
    expect(double.calls).toEqual([])
  })

  it('C8: is passed on as it came, other digits and spaces too', async () => {
    await client.post('/verify/check', { id: ID, code: '１２3-4 56' })
    expect(double.calls[0]?.command.code).toBe('１２3-4 56')
  })

  it('C8: no answer, log line or refusal repeats what was typed', async () => {
    const { text } = await client.post('/verify/check', {
      id: ID,
      code: '9187263540'.repeat(7),
      x: 1,
    })
    const told = text + double.lines.join('') + JSON.stringify(double.refusals)
    expect(told).not.toContain('9187263540')
  })
})

describe('fields', () => {
  it.each([
    ['status', 'approved'],
    ['id', ID],
    ['attempts', 0],
    ['max_attempts', 99],
    ['service', 'bank'],
    ['constructor', {}],
  ])('C43: start with %s is 400, named', async (field, value) => {
    expect(await faults('/verify/start', { ...TO, [field]: value })).toEqual([field])
  })

  it.each(['status', 'attempts', 'valid', 'service'])(
    'C43: check with %s is 400, named',
    async (field) => {
      expect(await faults('/verify/check', { ...CHECK, [field]: true })).toEqual([field])
    },
  )

  it('names every invalid field at once, in words', async () => {
    const body = {
      channel: 'pigeon',
      country: 'USA',
      locale: 'not\na tag',
      purpose: 'Log In',
      session: 'short',
      authenticated: 'yes',
      client_ip: '300.1.1.1',
      code_length: 3,
      ttl_seconds: 59.5,
      metadata: { ok: 1 },
      shoe_size: 44,
    }
    const { body: problem } = await client.post('/verify/start', body, { 'idempotency-key': '""' })
    const told = Object.fromEntries(
      problem.errors.map(({ field, detail }: { field: string; detail: string }) => [field, detail]),
    )
    expect(told).toEqual({
      'Idempotency-Key': 'must have 1 to 255 printable characters',
      to: 'is required, unless subject is given',
      channel: 'must be one of: sms, email, whatsapp, telegram, voice, totp, recovery_code',
      country: 'must be an ISO 3166-1 alpha-2 code, such as US',
      locale: 'must not contain control characters or line breaks',
      purpose: 'must be 1-64 of a-z, 0-9, "_", "." and "-", and begin with a letter or digit',
      session: 'must have at least 16 characters',
      authenticated: 'must be true or false',
      client_ip: 'must be an IPv4 or IPv6 address',
      code_length: 'must be at least 4',
      ttl_seconds: expect.stringMatching(/whole number|at least 60/),
      'metadata.ok': 'must be a string',
      shoe_size: 'is not a known field',
    })
    expect(double.refusals).toMatchObject([
      {
        error: 'invalid_request',
        route: 'start',
        actor: { service: 'shop', keyId: 'key_shop', userAgent: null },
      },
    ])
  })

  it('check requires an id, or to and session', async () => {
    expect(await faults('/verify/check', { code: '123456' })).toEqual(['id'])
    expect(await faults('/verify/check', { code: '123456', ...TO })).toEqual(['id'])
    const { status } = await client.post('/verify/check', {
      code: '123456',
      ...TO,
      session: 'session-0123456789',
    })
    expect(status).toBe(200)
  })

  const TOO_MANY = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, 'v']))
  it.each<[string, object]>([
    ['eleven pairs', TOO_MANY],
    ['a long key', { ['k'.repeat(41)]: 'v' }],
    ['an empty key', { '': 'v' }],
    ['a long value', { k: 'v'.repeat(257) }],
    ['an object as value', { k: { a: 'b' } }],
  ])('metadata with %s is 400', async (_name, metadata) => {
    const fields = await faults('/verify/start', { ...TO, metadata })
    expect(fields).toHaveLength(1)
    expect(fields[0]).toMatch(/^metadata/)
  })

  it('metadata at its bounds is accepted', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`${i}`.padEnd(40, 'k'), 'é'.repeat(256)]),
    )
    expect((await client.post('/verify/start', { ...TO, metadata })).status).toBe(201)
    expect(double.calls[0]?.command.metadata).toEqual(metadata)
  })

  const URL_TEXT = 'https://evil.example/login'
  it.each<[string, object]>([
    ['purpose', { purpose: URL_TEXT }],
    ['purpose', { purpose: 'login\n' }],
    ['purpose', { purpose: '../../x' }],
    ['locale', { locale: 'en\r\nBcc: a@b.example' }],
    ['locale', { locale: URL_TEXT }],
    ['metadata', { metadata: { note: 'a\nb' } }],
    ['metadata', { metadata: { note: 'a\u2028b' } }],
    ['metadata', { metadata: { note: 'a\u0000b' } }],
    ['metadata', { metadata: { note: URL_TEXT } }],
    ['metadata', { metadata: { note: 'see WWW.evil.example' } }],
    ['metadata', { metadata: { 'a\rb': 'x' } }],
    ['brand', { brand: 'Bank' }],
    ['brand_name', { brand_name: 'Bank' }],
    ['channel', { channel: 'sms\n' }],
    ['country', { country: 'U\n' }],
  ])('C45: %s cannot carry a URL or a line break: %j', async (field, extra) => {
    const fields = await faults('/verify/start', { ...TO, ...extra })
    expect(fields).toHaveLength(1)
    expect(fields[0]).toMatch(new RegExp(`^${field}`))
  })

  it.each([
    ['256 characters', 'k'.repeat(256)],
    ['nothing', ''],
    ['an open quote', '"abc'],
    ['a quoted nothing', '""'],
    ['Latin-1', 'caf\u00e9'],
  ])('an Idempotency-Key of %s is 400', async (_name, key) => {
    expect(await faults('/verify/start', TO, { 'idempotency-key': key })).toEqual([
      'Idempotency-Key',
    ])
  })

  it('the bare and the quoted form are the same key, up to 255 characters', async () => {
    const key = 'k'.repeat(255)
    await client.post('/verify/start', TO, { 'idempotency-key': key })
    await client.post('/verify/start', TO, { 'idempotency-key': `"${key}"` })
    const [bare, quoted] = double.calls.map(({ command }) => command.idempotency)
    expect(bare).toEqual(quoted)
    expect(bare).toMatchObject({ key })
  })

  it.each(['x', 'vrf_', '%00', 'vrf_%F0%9F%98%80', 'a'.repeat(65)])(
    'an id of no shape (%s) is 404',
    async (id) => {
      const { status, body } = await client.get(`/verify/${id}`)
      expect(status).toBe(id === 'x' || id === 'vrf_' ? 200 : 404)
      if (status === 404) expect(body.error).toBe('verification_not_found')
    },
  )
})
