// The live updates over HTTP: who is told what, how many may listen, and what ends a stream.

import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import { MAX_STREAMS } from '../../src/http/stream-places.ts'
import { ADMIN_KEY, API_KEY, type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { createVisitor, formTokenOf, type Visitor } from './visitor.ts'

const SECONDS = { timeout: Math.max(8_000, PATIENCE_MS) }

let real: Real
const opened: IncomingMessage[] = []
beforeAll(async () => {
  real = await startReal({
    SERVICES: '{"services":{"default":{},"shop":{},"bank":{}}}',
    LIMIT_SENDS_PER_NUMBER_BURST: 'off',
  })
})
afterAll(async () => {
  for (const one of opened) one.destroy()
  await real.close()
})

async function signedIn(key = ADMIN_KEY): Promise<Visitor> {
  const visitor = createVisitor(real.url)
  expect((await visitor.post('/admin/session', { key })).status).toBe(303)
  return visitor
}

async function withStore<T>(
  run: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const store = await openStore(join(real.directory, 'data/countersign.db'))
  const result = await run(store)
  await store.close()
  return result
}

const keyOf = (service: string | null) =>
  withStore(async (store) => {
    const made = createApiKey({ service, name: 'k', scopes: ['admin:read'], nowMs: Date.now() })
    await store.apiKeys.insert(made.record)
    return { text: made.text, id: made.record.id }
  })

/** By a key of that service's login flow. @returns the id */
async function startIn(service: string): Promise<string> {
  const { text } = await withStore(async (store) => {
    const made = createApiKey({ service, name: 'k', scopes: ['verify'], nowMs: Date.now() })
    await store.apiKeys.insert(made.record)
    return made
  })
  return (await real.start({}, { authorization: `Bearer ${text}` })).body.id
}

type Stream = { status: number; type: string; heard(): string; ended: Promise<void> }

/** Resolves once it is connected, or refused. */
function open(path: string, headers: Record<string, string>): Promise<Stream> {
  return new Promise((resolve, reject) => {
    get(`${real.url}${path}`, { headers, agent: false }, (incoming) => {
      opened.push(incoming)
      let heard = ''
      const ended = new Promise<void>((done) => incoming.on('close', () => done()))
      const stream = {
        status: incoming.statusCode ?? 0,
        type: incoming.headers['content-type'] ?? '',
        heard: () => heard,
        ended,
      }
      incoming.on('error', () => {})
      incoming.on('data', (data) => {
        heard += data
        if (heard.includes('connected')) resolve(stream)
      })
      if (stream.status !== 200) resolve(stream)
    }).on('error', reject)
  })
}

const live = (visitor: Visitor, query = '') =>
  open(`/admin/live${query}`, { cookie: visitor.cookie })
const program = (key: string) =>
  open('/admin/api/verifications/stream', { authorization: `Bearer ${key}` })
const dataOf = (stream: Stream) =>
  [...stream.heard().matchAll(/^data: (.+)$/gm)].map((one) => JSON.parse(one[1] ?? ''))

describe('a console that listens', () => {
  it('receives the ids of changes, and nothing else', async () => {
    const stream = await live(await signedIn())
    expect([stream.status, stream.type]).toEqual([200, 'text/event-stream'])
    const { body } = await real.start()
    await vi.waitFor(() => expect(dataOf(stream).flat()).toContain(body.id), SECONDS)
    expect(stream.heard()).not.toMatch(/415|2671|[0-9A-Z]{3}-[0-9A-Z]{3}|sms/)
  })

  it('receives changes of its own service only, or of one verification on request', async () => {
    const shopAdmin = await signedIn((await keyOf('shop')).text)
    const [shop, all] = [await live(shopAdmin), await live(await signedIn())]
    const first = (await real.start()).body.id
    const one = await live(await signedIn(), `?verification=${first}`)
    const second = (await real.start({}, { authorization: `Bearer ${API_KEY}` })).body.id
    await real.client.post(`/verify/${first}/cancel`, {})
    await vi.waitFor(() => expect(dataOf(one).flat()).toContain(first), SECONDS)
    await vi.waitFor(() => expect(dataOf(all).flat()).toContain(second), SECONDS)
    // What is told later is all that was told: nothing of the others came before it.
    const id = await startIn('shop')
    await vi.waitFor(() => expect(dataOf(shop).flat()).toContain(id), SECONDS)
    expect(new Set(dataOf(shop).flat())).toEqual(new Set([id]))
    expect(dataOf(one).flat()).not.toContain(second)
  })

  it('C35: on a summary, too: of every service it hears of any change, of one of its own alone', async () => {
    const bankAdmin = await signedIn((await keyOf('bank')).text)
    const [bank, every] = [await live(bankAdmin, '?all=1'), await live(await signedIn(), '?all=1')]
    const plain = await live(await signedIn())
    // One reader for both: once the plain one was told, so would the other have been.
    const startElsewhere = async () => {
      const { id } = (await real.start()).body
      await vi.waitFor(() => expect(dataOf(plain).flat()).toContain(id), SECONDS)
      return dataOf(bank).length
    }
    // Its own sign-in is an event of its service.
    const before = await startElsewhere()
    expect(await startElsewhere()).toBe(before)
    await vi.waitFor(() => expect(dataOf(every)).toContainEqual([]), SECONDS)
    await startIn('bank')
    await vi.waitFor(() => expect(dataOf(bank).length).toBeGreaterThan(before), SECONDS)
  })

  it('ends within seconds of the sign-out, and reports it', async () => {
    const visitor = await signedIn()
    const stream = await live(visitor)
    const form_token = formTokenOf(await visitor.get('/admin/health'))
    const kept = visitor.cookie
    await visitor.post('/admin/session/end', { form_token })
    await stream.ended
    expect(stream.heard()).toContain('event: over')
    expect((await open('/admin/live', { cookie: kept })).status).toBe(401)
  }, 10_000)

  it('ends within seconds of its key being revoked', async () => {
    const key = await keyOf('shop')
    const [stream, stays] = [await live(await signedIn(key.text)), await live(await signedIn())]
    const asProgram = await program(key.text)
    await withStore((store) => store.apiKeys.revoke(key.id, Date.now()))
    await Promise.all([stream.ended, asProgram.ended])
    expect(stream.heard()).toContain('event: over')
    expect(stays.heard()).not.toContain('over')
  }, 10_000)

  it('needs a session, and no other site may begin one', async () => {
    expect((await open('/admin/live', {})).status).toBe(401)
    expect((await open('/admin/live', { cookie: 'countersign_console=x.y' })).status).toBe(401)
    const { cookie } = await signedIn()
    const elsewhere = { cookie, 'sec-fetch-site': 'same-site' }
    expect((await open('/admin/live', elsewhere)).status).toBe(403)
    expect((await real.admin.send('POST', '/admin/api/verifications/stream')).status).toBe(405)
  })

  it('may have a bounded number of streams, and a place is free again once one has ended', async () => {
    const visitor = await signedIn()
    const all = []
    for (let n = 0; n < MAX_STREAMS.perHolder; n += 1) all.push(await live(visitor))
    expect((await live(visitor)).status).toBe(429)
    expect((await live(await signedIn())).status).toBe(200)
    opened.at(-3)?.destroy()
    await vi.waitFor(async () => expect((await live(visitor)).status).toBe(200), SECONDS)
  })

  it('C64: a key has a bounded number of streams, however often it signs in; others have theirs', async () => {
    const { text } = await keyOf('bank')
    const visitors: Visitor[] = []
    const taken: IncomingMessage[] = []
    while (taken.length < MAX_STREAMS.perKey) {
      const visitor = await signedIn(text)
      visitors.push(visitor)
      for (let n = 0; n < MAX_STREAMS.perHolder && taken.length < MAX_STREAMS.perKey; n += 1) {
        expect((await live(visitor)).status).toBe(200)
        taken.push(opened.at(-1) as IncomingMessage)
      }
    }
    expect((await live(await signedIn(text))).status).toBe(429)
    // As a program it is the same key.
    expect((await program(text)).status).toBe(503)
    expect((await live(await signedIn((await keyOf('bank')).text))).status).toBe(200)
    expect((await live(await signedIn())).status).toBe(200)
    for (const one of taken) one.destroy()
    await vi.waitFor(async () => expect((await program(text)).status).toBe(200), SECONDS)
  })

  it('occupies no place by HEAD', async () => {
    const visitor = await signedIn()
    for (let n = 0; n <= MAX_STREAMS.perHolder; n += 1)
      await fetch(`${real.url}/admin/live`, {
        method: 'HEAD',
        headers: { cookie: visitor.cookie },
      })
    expect((await live(visitor)).status).toBe(200)
  })
})

describe('a program that listens', () => {
  it('receives whole events of its service as they come', async () => {
    const [all, shop] = [await program(ADMIN_KEY), await program((await keyOf('shop')).text)]
    const { body } = await real.start()
    const event = await vi.waitFor(() => {
      const found = dataOf(all).find((one) => one.verification_id === body.id)
      expect(found).toMatchObject({ type: 'verification.started', service: 'default' })
      return found
    }, SECONDS)
    expect(all.heard()).toContain(`id: ${event.sequence}\n`)
    const id = await startIn('shop')
    await vi.waitFor(() => expect(dataOf(shop).length).toBeGreaterThan(0), SECONDS)
    for (const told of dataOf(shop))
      expect(told).toMatchObject({ service: 'shop', verification_id: id })
    const read = await real.admin.get(`/admin/api/events?verification=${body.id}`)
    expect(read.body.events).toContainEqual(event)
  })

  it('needs a key that may read', async () => {
    expect((await program(API_KEY)).status).toBe(403)
    expect((await program('nobody')).status).toBe(401)
  })

  it('is refused with 503 where it has all of its places', async () => {
    const { text } = await keyOf(null)
    for (let n = 0; n < MAX_STREAMS.perHolder; n += 1) await program(text)
    const refused = await program(text)
    expect(refused.status).toBe(503)
  })
})

describe('the end of the server', () => {
  it('ends every stream', async () => {
    const own = await startReal()
    const visitor = createVisitor(own.url)
    await visitor.post('/admin/session', { key: ADMIN_KEY })
    let heard = ''
    const ended = new Promise<string>((resolve) => {
      get(`${own.url}/admin/live`, { headers: { cookie: visitor.cookie } }, (incoming) => {
        incoming.on('data', (data) => {
          heard += data
        })
        incoming.on('end', () => resolve(heard))
      })
    })
    await vi.waitFor(() => expect(heard).toContain('connected'), SECONDS)
    await own.close()
    expect(await ended).toBe(': connected\n\n')
    expect(own.lines.join('')).not.toContain('cannot be followed')
  })
})
