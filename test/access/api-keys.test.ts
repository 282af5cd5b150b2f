// Keys: what they look like, what is kept of them, and who gets in; on the real store.

import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, parseApiKey } from '../../src/access/api-keys.ts'
import { type Authenticator, createAuthenticator } from '../../src/access/authenticator.ts'
import type { ApiKeyRecord } from '../../src/access/ports.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import type { Store } from '../../src/storage/store.ts'

const NOW = 1_790_000_000_000
const FIXED = {
  id: 'API_KEY',
  text: 'sixteen-letters!',
  service: 'shop',
  scopes: ['verify'],
} as const

let directory: string
let store: Store
let authenticator: Authenticator
const services = new Map([['shop', {}]])
let now = NOW
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'keys-'))
  const client = await openDatabase({
    path: join(directory, 'test.db'),
    migrationsFolder: 'drizzle/sqlite',
  })
  store = createSqliteStore(client)
  authenticator = createAuthenticator({
    ...{ store: store.apiKeys, clock: { now: () => now }, fixedKeys: [FIXED], services },
  })
})
afterAll(async () => {
  await store.close()
  rmSync(directory, { recursive: true, force: true })
})

const make = (given: Partial<Parameters<typeof createApiKey>[0]> = {}) =>
  createApiKey({ service: 'shop', name: 'web', scopes: ['verify'], nowMs: NOW, ...given })

describe('the text of a key', () => {
  it('holds its id and 256 random bits, and is split again', () => {
    for (let i = 0; i < 1000; i += 1) {
      const { text, record } = make()
      expect(text).toMatch(/^cs_[0-9a-v]{32}_[A-Za-z0-9_-]{43}$/)
      const parts = parseApiKey(text)
      expect(parts?.id).toBe(record.id)
      expect(Buffer.from(parts?.secret ?? '', 'base64url')).toHaveLength(32)
      expect(
        createHash('sha256')
          .update(parts?.secret ?? '')
          .digest()
          .equals(record.secretHash),
      ).toBe(true)
    }
  })

  it.each([
    '',
    'cs_',
    'cs__',
    `cs_${'0'.repeat(32)}`,
    `cs_${'z'.repeat(32)}_${'A'.repeat(43)}`,
    `xx_${'0'.repeat(32)}_${'A'.repeat(43)}`,
    `cs_${'0'.repeat(32)}_${'A'.repeat(44)}`,
    `cs_${'0'.repeat(32)}_${'A'.repeat(43)}\n`,
  ])('%j is not one', (text) => {
    expect(parseApiKey(text)).toBeUndefined()
  })

  it('needs a scope, and a service for verify', () => {
    expect(() => make({ scopes: [] })).toThrow(/scope/)
    expect(() => make({ service: null })).toThrow(/service/)
    expect(make({ service: null, scopes: ['admin'] }).record.service).toBeNull()
  })
})

describe('callers that get in', () => {
  it('C35: a stored key does, until it is revoked', async () => {
    const { text, record } = make()
    expect(await authenticator.authenticate(text)).toBeUndefined()
    await store.apiKeys.insert(record)
    expect(await authenticator.authenticate(text)).toEqual({
      keyId: record.id,
      service: 'shop',
      scopes: new Set(['verify']),
    })
    await store.apiKeys.revoke(record.id, NOW + 1)
    expect(await authenticator.authenticate(text)).toBeUndefined()
  })

  it('C35: another secret under a known id does not, nor a secret under another id', async () => {
    const first = make()
    const second = make()
    await store.apiKeys.insert(first.record)
    await store.apiKeys.insert(second.record)
    const secretOf = (text: string) => text.slice(-43)
    const mixed = first.text.slice(0, -43) + secretOf(second.text)
    expect(await authenticator.authenticate(mixed)).toBeUndefined()
    const flipped =
      first.text.slice(0, -2) + (first.text.at(-2) === 'A' ? 'B' : 'A') + first.text.at(-1)
    expect(await authenticator.authenticate(flipped)).toBeUndefined()
  })

  it('a key of a service that is no longer there does not', async () => {
    const { text, record } = make({ service: 'gone' })
    await store.apiKeys.insert(record)
    expect(await authenticator.authenticate(text)).toBeUndefined()
  })

  it.each([
    ['admin', ['admin', 'admin:read', 'admin:support']],
    ['admin:support', ['admin:read', 'admin:support']],
    ['admin:read', ['admin:read']],
  ] as const)('%s implies those below it, and not verify', async (scope, implied) => {
    const { text, record } = make({ service: null, scopes: [scope] })
    await store.apiKeys.insert(record)
    const access = await authenticator.authenticate(text)
    expect([...(access?.scopes ?? [])].toSorted()).toEqual(implied)
  })

  it('until its end, and its use is noted once an hour', async () => {
    const { text, record } = make({ expiresAt: NOW + 7_200_000 })
    await store.apiKeys.insert(record)
    const used = async () => {
      await authenticator.authenticate(text)
      return (await store.apiKeys.find(record.id))?.lastUsedAt
    }
    now = NOW
    await Promise.all(Array.from({ length: 20 }, () => authenticator.authenticate(text)))
    await expect.poll(used).toBe(NOW)
    now = NOW + 3_599_999
    expect(await used()).toBe(NOW)
    now = NOW + 3_600_000
    await expect.poll(used).toBe(NOW + 3_600_000)
    now = NOW + 7_199_999
    expect(await authenticator.authenticate(text)).toBeDefined()
    now = NOW + 7_200_000
    expect(await authenticator.authenticate(text)).toBeUndefined()
    expect(await authenticator.standing(record.id)).toBeUndefined()
    now = NOW
  })

  it('a key of the environment does, whole only', async () => {
    expect(await authenticator.authenticate(FIXED.text)).toMatchObject({ keyId: 'API_KEY' })
    for (const text of ['', 'sixteen-letters', 'sixteen-letters!!', 'SIXTEEN-LETTERS!'])
      expect(await authenticator.authenticate(text)).toBeUndefined()
  })

  it('nobody gets in with an unreadable hash', async () => {
    const { text, record } = make()
    const broken: ApiKeyRecord = { ...record, secretHash: Buffer.alloc(0) }
    const { authenticate } = createAuthenticator({
      store: { find: async () => broken, touch: async () => {} },
      clock: { now: () => now },
      fixedKeys: [],
      services,
    })
    expect(await authenticate(text)).toBeUndefined()
  })

  it('a store that is down is not a wrong key', async () => {
    const find = () => Promise.reject(new StoreUnavailableError('locked'))
    const { authenticate } = createAuthenticator({
      ...{ store: { find, touch: find }, clock: { now: () => now }, fixedKeys: [FIXED], services },
    })
    await expect(authenticate(make().text)).rejects.toThrow(StoreUnavailableError)
    expect(await authenticate(FIXED.text)).toBeDefined()
  })

  it('short keys and unknown services are refused at start', () => {
    const create = (fixed: object) => () =>
      createAuthenticator({
        ...{ store: store.apiKeys, clock: { now: () => now }, services },
        fixedKeys: [{ ...FIXED, ...fixed }],
      })
    expect(create({ text: 'fifteen-letters' })).toThrow(/16/)
    expect(create({ service: 'gone' })).toThrow(/service/)
  })

  it('no secret is in the files', async () => {
    const { text, record } = make()
    await store.apiKeys.insert(record)
    const files = readdirSync(directory).map((name) =>
      readFileSync(join(directory, name), 'latin1'),
    )
    expect(files.join('')).toContain(record.id)
    expect(files.join('')).not.toContain(text.slice(-43))
  })
})
