// An open console is nobody at work: its stream and its own fetches let the session end at its idle limit.

import { get } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAuthenticator } from '../../src/access/authenticator.ts'
import type { AdminDeps } from '../../src/admin/operations.ts'
import { createSessions, IDLE_MS } from '../../src/console/sessions.ts'
import { createFollower } from '../../src/events/follower.ts'
import { createStreamPlaces, MAX_STREAMS } from '../../src/http/stream-places.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import type { Store } from '../../src/storage/store.ts'
import { type Double, startDouble } from '../http/double.ts'
import { PATIENCE_MS } from '../long.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'

const MINUTE_MS = 60_000
const KEY = 'the-key-of-the-administrator'
let now = 1_790_000_000_000
const clock = { now: () => now }
const directory = makeDirectory()
let store: Store
let double: Double
let cookie: string
let looks = 0

beforeAll(async () => {
  store = await openStore(`${directory.path}/store.db`)
  const authenticator = createAuthenticator({
    store: store.apiKeys,
    clock,
    fixedKeys: [{ id: 'ADMIN_KEY', text: KEY, service: null, scopes: ['admin'] }],
    services: new Set<string>(),
  })
  const keyring = createKeyring([Buffer.alloc(32, 1)])
  const sessions = createSessions({
    ...{ authenticator, identities: null, store: store.adminSessions, keyring, clock },
  })
  const deps = {
    sessions: {
      ...sessions,
      look(token: string) {
        looks += 1
        return sessions.look(token)
      },
    },
    admin: { verifications: store.verificationReads } as unknown as AdminDeps,
    follower: createFollower({ store: store.events, logger: { warn: () => {} } }),
    streamPlaces: createStreamPlaces(MAX_STREAMS),
  }
  double = await startDouble({ ...deps, clock, authenticator })
  cookie = `countersign_console=${(await sessions.begin(KEY))?.token}`
})
afterAll(async () => {
  await double.close()
  await store.close()
  directory.remove()
})

const statusOf = async (headers: Record<string, string>) =>
  (
    await fetch(`${double.server.url}/admin/verifications`, {
      headers: { cookie, ...headers },
      redirect: 'manual',
    })
  ).status

it('ends half an hour after the last click, even though the page kept fetching automatically', async () => {
  now += 5 * MINUTE_MS
  expect(await statusOf({})).toBe(200)
  const clicked = now
  let heard = ''
  const ended = new Promise<void>((resolve) => {
    get(`${double.server.url}/admin/live`, { headers: { cookie } }, (incoming) => {
      incoming.on('data', (data) => {
        heard += data
      })
      incoming.on('close', resolve)
    })
  })
  await expect.poll(() => heard).toContain('connected')
  while (now < clicked + IDLE_MS - MINUTE_MS) {
    now += MINUTE_MS
    expect(await statusOf({ 'x-automatic': '1' })).toBe(200)
  }
  // The stream has looked by itself, and did not end.
  const lookedBefore = looks
  await expect
    .poll(() => looks, { timeout: Math.max(10_000, PATIENCE_MS) })
    .toBeGreaterThan(lookedBefore + 1)
  expect(heard).not.toContain('over')
  now = clicked + IDLE_MS
  expect(await statusOf({ 'x-automatic': '1' })).toBe(303)
  await ended
  expect(heard).toContain('event: over')
  expect(await statusOf({})).toBe(303)
}, 30_000)
