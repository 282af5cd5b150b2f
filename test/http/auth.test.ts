// Who gets in: 401 without a key, 403 without the scope, and each key its own service.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, createClient } from './client.ts'
import {
  ADMIN_KEY,
  type Double,
  ID,
  KEY,
  LOOSE_KEY,
  OTHER_KEY,
  READ_KEY,
  startDouble,
} from './double.ts'

let double: Double
let client: Client
beforeAll(async () => {
  double = await startDouble()
  client = await createClient(double.server.url, null)
})
afterAll(() => double.close())
beforeEach(() => {
  double.calls.length = 0
  double.refusals.length = 0
})

const start = (authorization: string) =>
  client.post('/verify/start', { to: '+14155552671' }, { authorization })

describe('keys', () => {
  it.each([
    ['no key', ''],
    ['a wrong key', 'Bearer another-key-0123456789'],
    ['a key cut short', `Bearer ${KEY.slice(0, -1)}`],
    ['a key with more', `Bearer ${KEY}x`],
    ['another scheme', `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`],
    ['no scheme', KEY],
    ['an unknown key of our form', `Bearer cs_${'0'.repeat(32)}_${'A'.repeat(43)}`],
  ])('C35: %s is the same 401, with WWW-Authenticate', async (_name, authorization) => {
    const { status, body, headers } = await start(authorization)
    expect([status, body.error]).toEqual([401, 'unauthenticated'])
    expect(headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(body.detail).toBe('Send an API key: Authorization: Bearer <key>.')
    expect(double.calls).toEqual([])
  })

  it('401 comes before any of the body is read', async () => {
    const { status } = await client.post('/verify/start', 'x'.repeat(100_000), {
      'content-type': 'text/plain',
    })
    expect(status).toBe(401)
  })

  it.each(['bearer', 'BEARER', 'Bearer  '])('the scheme may be written "%s"', async (scheme) => {
    expect((await start(`${scheme} ${KEY}`)).status).toBe(201)
  })

  it('C35: a key acts for its own service only', async () => {
    await start(`Bearer ${KEY}`)
    await start(`Bearer ${OTHER_KEY}`)
    expect(double.calls.map(({ caller }) => caller)).toEqual(['shop', 'bank'])
  })

  it('C35: a key without the scope is 403, recorded for its service', async () => {
    const { status, body } = await start(`Bearer ${READ_KEY}`)
    expect([status, body.error]).toEqual([403, 'scope_missing'])
    expect(double.refusals).toMatchObject([
      {
        error: 'scope_missing',
        subject: 'key_read',
        actor: { service: 'shop', keyId: 'key_read' },
      },
    ])
    const events = await client.get('/admin/api/events', { authorization: `Bearer ${KEY}` })
    expect([events.status, events.body.error]).toEqual([403, 'scope_missing'])
  })

  it('C35: the admin reads (admin implies admin:read) and starts nothing', async () => {
    expect((await start(`Bearer ${ADMIN_KEY}`)).status).toBe(403)
    const authorization = `Bearer ${ADMIN_KEY}`
    expect((await client.get('/admin/api/events', { authorization })).status).toBe(200)
    expect((await client.get(`/verify/${ID}`, { authorization })).status).toBe(403)
    expect(double.calls).toEqual([])
  })

  it('C35: a key of no service starts nothing, whatever its scopes', async () => {
    const { status, body } = await start(`Bearer ${LOOSE_KEY}`)
    expect([status, body.error]).toEqual([403, 'scope_missing'])
    expect(double.calls).toEqual([])
  })

  it('open routes need no key', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs'])
      expect((await client.get(path)).status).toBe(200)
  })
})
