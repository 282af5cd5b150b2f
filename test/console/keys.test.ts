// API keys made and revoked in the console and by the API: shown once, within the admin's own reach, and in the log.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/access/ports.ts'
import { createClient } from '../http/client.ts'
import { type Real, startReal } from '../http/real.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { makeKey, readable, signedIn } from './world.ts'

let real: Real
let visitor: Visitor
beforeAll(async () => {
  real = await startReal({ SERVICES: JSON.stringify({ services: { default: {}, shop: {} } }) })
  visitor = await signedIn(real)
})
afterAll(() => real.close())

const PATH = '/admin/keys'
const byKey = async (service: string | null, scopes: Scope[]) => {
  const key = await makeKey(real, service, scopes, `of ${service}`)
  return { key, api: await createClient(real.url, key), visitor: await signedIn(real, key) }
}

async function post(action: string, form: Record<string, string>, by = visitor) {
  const form_token = formTokenOf(await by.get('/admin/health'))
  return by.post(`${PATH}/${action}`, { form_token, ...form })
}
const KEY = { name: 'login page', scope: 'verify', service: 'shop', days: '90' }

async function logged(type: string) {
  const { body } = await real.admin.get(`/admin/api/events?type=${type}&limit=1`)
  return body.events[0]
}

describe('a key made on the page', () => {
  it('is shown once, works until it is revoked, and the log says who did both', async () => {
    const made = await post('create', KEY)
    expect(made.status).toBe(200)
    const key = /cs_[0-9a-v]{32}_[\w-]{43}/.exec(made.text)?.[0] ?? ''
    expect(key).not.toBe('')
    const id = `key_${key.slice(3, 35)}`
    const client = await createClient(real.url, key)
    expect((await client.post('/verify/start', { to: '+14155552671' })).status).toBe(201)
    const page = await visitor.get(PATH)
    expect(page.text).not.toContain(key)
    expect(readable(page)).toMatch(/login page key_\w+ verify shop active until .* Revoke…/)
    expect(await logged('key.created')).toMatchObject({
      ...{ key_id: 'ADMIN_KEY', service: 'shop', client_ip: '127.0.0.1' },
      details: { key: id, name: 'login page', scopes: 'verify' },
    })
    expect((await post('revoke', { id })).location).toBe(`${PATH}?done=revoked`)
    expect((await client.post('/verify/start', { to: '+14155552671' })).status).toBe(401)
    expect(await logged('key.revoked')).toMatchObject({ details: { key: id } })
    expect(readable(await visitor.get(PATH))).toMatch(/login page key_\w+ verify shop revoked/)
    expect(real.lines.join('')).not.toContain(key)
  })

  it('ends with the day that was chosen, in UTC, rather than after some days', async () => {
    await post('create', { ...KEY, name: 'until new year', until: '2098-12-31' })
    const { body } = await real.admin.get('/admin/api/keys')
    const made = body.keys.find((one: { name: string }) => one.name === 'until new year')
    expect(made.expires_at).toBe('2098-12-31T23:59:59.999Z')
  })

  it.each([
    [{ scope: 'verify', service: '' }, 'Service must be given'],
    [{ service: 'bank' }, 'Service does not exist'],
    [{ name: 'x'.repeat(101) }, 'must be one line of at most 100 characters'],
    [{ name: 'a\u0007b' }, 'must be one line'],
    [{ scope: 'root' }, 'Use the form below'],
    [{ days: '7' }, 'Use the form below'],
    [{ days: 'constructor' }, 'Use the form below'],
    [{ until: '2098-02-31' }, 'Use the form below'],
    [{ until: '2020-01-31' }, 'It ends must lie in the future'],
  ])('%j is not made, in words', async (change, words) => {
    const before = (await real.admin.get('/admin/api/keys')).body.keys.length
    const made = await post('create', { ...KEY, ...change })
    expect([made.status, readable(made)]).toEqual([422, expect.stringContaining(words)])
    expect(made.text).not.toMatch(/cs_[0-9a-v]{32}_/)
    expect((await real.admin.get('/admin/api/keys')).body.keys).toHaveLength(before)
  })

  it('shows a hostile name as text', async () => {
    await post('create', { ...KEY, name: '"><script>alert(1)</script>' })
    expect((await visitor.get(PATH)).text).not.toContain('<script>alert')
  })
})

describe('C35: an admin of one service', () => {
  it('sees, makes and revokes keys of that service alone', async () => {
    const shop = await byKey('shop', ['admin'])
    const other = await makeKey(real, 'default', ['verify'], 'of another')
    const id = `key_${other.slice(3, 35)}`
    expect((await shop.visitor.get(PATH)).text).not.toContain(id)
    const { body } = await shop.api.get('/admin/api/keys')
    expect(new Set(body.keys.map((one: { service: string }) => one.service))).toEqual(
      new Set(['shop']),
    )
    for (const service of ['default', '']) {
      const made = await post('create', { ...KEY, scope: 'admin', service }, shop.visitor)
      expect([service, made.status]).toEqual([service, 422])
    }
    const wide = await shop.api.post('/admin/api/keys/create', {
      scopes: ['admin'],
      service: 'default',
    })
    expect([wide.status, wide.body.errors[0].field]).toEqual([400, 'service'])
    const own = await shop.api.post('/admin/api/keys/create', { scopes: ['admin:read'] })
    expect([own.status, own.body.service]).toEqual([201, 'shop'])
    expect((await post('revoke', { id }, shop.visitor)).status).toBe(404)
    expect((await shop.api.post(`/admin/api/keys/${id}/revoke`, {})).status).toBe(404)
    const client = await createClient(real.url, other)
    expect((await client.post('/verify/start', { to: '+14155552671' })).status).toBe(201)
  })

  it.each(['admin:read', 'admin:support'] as const)(
    '%s is offered and does nothing of it',
    async (scope) => {
      const { visitor: reader, api } = await byKey(null, [scope])
      expect((await reader.get('/admin/health')).text).not.toContain(`href="${PATH}"`)
      expect((await reader.get(PATH)).status).toBe(403)
      expect((await post('create', KEY, reader)).status).toBe(403)
      expect((await api.get('/admin/api/keys')).status).toBe(403)
      expect((await api.post('/admin/api/keys/create', { scopes: ['admin'] })).status).toBe(403)
    },
  )
})

describe('by the API', () => {
  it('a key has an end, and its last use', async () => {
    const expires_at = '2099-01-31T00:00:00.000Z'
    const made = await real.admin.post('/admin/api/keys/create', {
      ...{ scopes: ['verify', 'verify'], service: 'shop', name: 'by API', expires_at },
    })
    expect([made.status, made.body]).toMatchObject([
      201,
      { scopes: ['verify'], expires_at, state: 'active', last_used_at: null },
    ])
    const client = await createClient(real.url, made.body.key)
    expect((await client.post('/verify/start', { to: '+14155552671' })).status).toBe(201)
    const find = async () => {
      const { body } = await real.admin.get('/admin/api/keys')
      return body.keys.find((one: { id: string }) => one.id === made.body.id)
    }
    await expect.poll(async () => (await find()).last_used_at).not.toBeNull()
    expect(await find()).not.toHaveProperty('key')
    const past = { scopes: ['admin'], expires_at: '2020-01-01T00:00:00.000Z' }
    const refused = await real.admin.post('/admin/api/keys/create', past)
    expect([refused.status, refused.body.errors]).toEqual([
      ...[400, [{ field: 'expires_at', detail: 'must lie in the future' }]],
    ])
    const revoked = await real.admin.post(`/admin/api/keys/${made.body.id}/revoke`, {})
    expect([revoked.status, revoked.body.state]).toEqual([200, 'revoked'])
    expect((await real.admin.post(`/admin/api/keys/${made.body.id}/revoke`, {})).status).toBe(200)
    const unknown = `key_${'0'.repeat(32)}`
    expect((await real.admin.post(`/admin/api/keys/${unknown}/revoke`, {})).status).toBe(404)
  })
})
