// C35, C40, C43, C45 on the composed service: two services, every route, every method, and fields that
// nobody asked for.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import type { Store } from '../../src/storage/store.ts'
import { type Answer, type Client, createClient } from '../http/client.ts'
import { ADMIN_KEY, API_KEY } from '../http/real.ts'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const SESSION = 'session-0123456789'
const TO = '+14155552671'
const SERVICES = JSON.stringify({ services: { default: {}, bank: { brand_name: 'Bank' } } })

let service: Steered
let store: Store
beforeAll(async () => {
  service = await startSteered({ SERVICES })
  const file = await openDatabase({
    path: join(service.directory, 'data', 'countersign.db'),
    migrationsFolder: 'drizzle/sqlite',
  })
  store = createSqliteStore(file)
})
afterAll(async () => {
  await store.close()
  await service.close()
})

async function makeKey(
  of: string | null,
  scopes: Scope[],
): Promise<{ id: string; client: Client }> {
  const key = createApiKey({ service: of, name: 'test', scopes, nowMs: Date.now() })
  await store.apiKeys.insert(key.record)
  return { id: key.record.id, client: await createClient(service.url, key.text) }
}

/** Every route that needs a key, asked about one verification. */
function everyRoute(client: Client, id: string, code: string): [string, Promise<Answer>][] {
  return [
    ['start', client.post('/verify/start', { to: TO })],
    ['get', client.get(`/verify/${id}`)],
    ['head', client.send('HEAD', `/verify/${id}`)],
    ['check', client.post('/verify/check', { id, code, session: SESSION })],
    ['check by session', client.post('/verify/check', { to: TO, code, session: SESSION })],
    ['resend', client.post(`/verify/${id}/resend`, {})],
    ['cancel', client.post(`/verify/${id}/cancel`, {})],
    ['list', client.post('/verify/list', { to: TO })],
    ['events', client.get('/admin/api/events')],
    ['search', client.post('/admin/api/events/search', { recipient: TO })],
  ]
}
const outcomes = async (routes: [string, Promise<Answer>][]) =>
  Object.fromEntries(
    await Promise.all(routes.map(async ([name, answer]) => [name, (await answer).status] as const)),
  )

const begin = async () => {
  const { id } = (await service.start({ to: TO, session: SESSION })).body
  return { id, code: (await service.message(id)).code }
}

describe('services and keys', () => {
  it('C35: the key of another service sees, changes and spends nothing', async () => {
    const { id, code } = await begin()
    const { client } = await makeKey('bank', ['verify'])
    expect(await outcomes(everyRoute(client, id, code))).toEqual({
      start: 201,
      ...{ get: 404, head: 404, check: 404, 'check by session': 404, resend: 404, cancel: 404 },
      ...{ list: 200, events: 403, search: 403 },
    })
    // Its list holds its own start; the same key and session are others there.
    const own = (await client.post('/verify/list', { to: TO })).body.verifications
    expect(own.map((one: { id: string }) => one.id)).not.toContain(id)
    const key = { 'idempotency-key': 'shared' }
    const body = { to: TO, session: SESSION }
    const here = await service.start(body, key)
    const there = await client.post('/verify/start', body, key)
    expect([here.body.id, there.status]).toEqual([id, 201])
    expect(there.body.id).not.toBe(id)
    expect((await service.look(id)).body).toMatchObject({
      attempts_remaining: 5,
      status: 'pending',
    })
    expect((await service.check({ id, code, session: SESSION })).status).toBe(200)
    const { text } = await service.message(there.body.id)
    expect(text).toContain('Bank')
  })

  it('C35: an admin key of one service reads its events only', async () => {
    const { id } = await begin()
    const bank = await makeKey('bank', ['admin:read'])
    const own = await makeKey('default', ['admin:read'])
    for (const [client, sees] of [
      [bank.client, false],
      [own.client, true],
      [service.admin, true],
    ] as const) {
      const about = await client.get(`/admin/api/events?verification=${id}`)
      const found = await client.post('/admin/api/events/search', { recipient: TO, limit: 100 })
      const ids = found.body.events.map((one: { verification_id: string }) => one.verification_id)
      expect([about.body.events.length > 0, ids.includes(id)]).toEqual([sees, sees])
    }
  })

  it('C35: without the scope each route is 403, once revoked each is 401', async () => {
    const { id, code } = await begin()
    const reader = await makeKey('default', ['admin:read'])
    const none = { start: 403, get: 403, head: 403, check: 403, 'check by session': 403 }
    const rest = { resend: 403, cancel: 403, list: 403 }
    const reads = await outcomes(everyRoute(reader.client, id, code))
    expect(reads).toEqual({ ...none, ...rest, events: 200, search: 200 })
    const admins = await outcomes(everyRoute(service.admin, id, code))
    expect(admins).toEqual({ ...none, ...rest, events: 200, search: 200 })
    await store.apiKeys.revoke(reader.id, Date.now())
    const revoked = await outcomes(everyRoute(reader.client, id, code))
    expect(new Set(Object.values(revoked))).toEqual(new Set([401]))
    expect((await service.look(id)).body).toMatchObject({
      attempts_remaining: 5,
      status: 'pending',
    })
  })
})

describe('looking', () => {
  it('C40: GET, HEAD and OPTIONS on anything change no verification, with a key or without', async () => {
    const { id, code } = await begin()
    const before = await service.look(id)
    const events = await service.events(id)
    const query = `?id=${id}&code=${code}&session=${SESSION}&to=${encodeURIComponent(TO)}`
    const paths = Object.keys(service.client.documented.document.paths)
      .filter((path) => !path.endsWith('/stream'))
      .map((path) => path.replace('{id}', id))
    expect(paths.length).toBeGreaterThan(10)
    const keys = [API_KEY, ADMIN_KEY, 'no key']
    for (const path of [...paths, `/verify/${id}/check`, `/verify/check/${id}/${code}`])
      for (const method of ['GET', 'HEAD', 'OPTIONS'])
        for (const key of keys) {
          const headers = { authorization: `Bearer ${key}` }
          const answer = await fetch(service.url + path + query, { method, headers })
          expect(answer.status).not.toBe(500)
          await answer.arrayBuffer()
        }
    const after = await service.look(id)
    expect({ ...after.body, expires_in: 0, resend_in: 0 }).toEqual({
      ...before.body,
      expires_in: 0,
      resend_in: 0,
    })
    expect(await service.events(id)).toEqual(events)
    expect((await service.check({ id, code, session: SESSION })).status).toBe(200)
  })
})

describe('fields that callers give', () => {
  it.each([
    'status',
    'attempts',
    'id_',
    'expires_at',
    'max_attempts',
    'kind',
    '__proto__',
    'valid',
  ])('C43: %s in a body is 400, named, on every route, and changes nothing', async (field) => {
    const { id, code } = await begin()
    const extra = JSON.parse(`{"${field}":"approved"}`) as object
    for (const [path, body] of [
      ['/verify/start', { to: TO }],
      ['/verify/check', { id, code, session: SESSION }],
      ['/verify/list', { to: TO }],
      [`/verify/${id}/resend`, {}],
      [`/verify/${id}/cancel`, {}],
    ] as const) {
      const text = `{"${field}":"approved",${JSON.stringify(body).slice(1)}`.replace(',}', '}')
      const answer = await service.client.post(path, text)
      expect([path, ...outcomeOf(answer)]).toEqual([path, 400, 'invalid_request'])
      expect(answer.body.errors).toEqual([{ field, detail: 'is not a known field' }])
    }
    expect(Object.keys(extra)).toHaveLength(1)
    const { status, attempts_remaining } = (await service.look(id)).body
    expect([status, attempts_remaining]).toEqual(['pending', 5])
  })

  it('C45: nothing that a caller gives appears in the message', async () => {
    const mark = 'marked-by-caller'
    for (const to of [TO, 'ann@example.com']) {
      const { body } = await service.start({
        to,
        purpose: mark,
        session: `${mark}-0123456789`,
        user_agent: mark,
        metadata: { [mark]: mark },
        locale: 'de',
      })
      const message = await service.message(body.id)
      expect(JSON.stringify(message)).not.toContain('marked')
    }
    for (const given of [
      { purpose: 'https://evil.example' },
      { purpose: 'login\nevil.example' },
      { metadata: { note: 'see https://evil.example' } },
      { metadata: { note: 'a\r\nb' } },
      { locale: 'en\nhttps://evil.example' },
      { to: 'ann@example.com\nhttps://evil.example' },
    ])
      expect(outcomeOf(await service.start(given))).toEqual([400, 'invalid_request'])
  })
})
