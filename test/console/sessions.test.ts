// A session of the console lives as long as its limits, its key and its row say, whichever ends first.

import { beforeEach, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import { createAuthenticator } from '../../src/access/authenticator.ts'
import { createIdentities, type Identity, type RoleRule } from '../../src/access/identities.ts'
import { ABSOLUTE_MS, createSessions, IDLE_MS, sessionIdOf } from '../../src/console/sessions.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import type { Store } from '../../src/storage/store.ts'
import { makeDirectory, openStore } from '../storage/sqlite/fixture.ts'

const T0 = 1_790_000_000_000
const ADMIN = 'the-key-of-the-administrator'
const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
let store: Store
let now: number

const ISSUER = 'https://sso.example'
const ANN: Identity = { issuer: ISSUER, subject: 'ann-1', name: 'Ann', roles: ['helpdesk'] }
const HELPDESK: RoleRule = { value: 'helpdesk', role: 'support', service: null }

type Options = {
  adminKey?: string
  roots?: Buffer[]
  /** Null: people sign in with keys alone. */
  oidc?: { issuer: string; rules: readonly RoleRule[] } | null
}

function sessionsWith(options: Options = {}) {
  const { adminKey = ADMIN, roots = [OLD], oidc = { issuer: ISSUER, rules: [HELPDESK] } } = options
  return createSessions({
    authenticator: createAuthenticator({
      store: store.apiKeys,
      clock: { now: () => now },
      fixedKeys: [
        { id: 'ADMIN_KEY', text: adminKey, service: null, scopes: ['admin'] },
        { id: 'API_KEY', text: 'the-key-of-the-login-flow', service: 'shop', scopes: ['verify'] },
      ],
      services: new Set(['shop']),
    }),
    identities: oidc && createIdentities(oidc),
    store: store.adminSessions,
    keyring: createKeyring(roots),
    clock: { now: () => now },
  })
}

async function signIn(key = ADMIN): Promise<string> {
  const result = await sessionsWith().begin(key)
  if (!result) throw new Error('not begun')
  return result.token
}

beforeEach(async () => {
  now = T0
  const directory = makeDirectory()
  store = await openStore(`${directory.path}/store.db`)
  return async () => {
    await store.close()
    directory.remove()
  }
})

describe('a session', () => {
  it('begins with an admin key only', async () => {
    expect(await sessionsWith().begin('the-key-of-the-login-flow')).toBeUndefined()
    expect(await sessionsWith().begin('anything else')).toBeUndefined()
    const { access, keyName } = (await sessionsWith().resume(await signIn())) ?? {}
    expect([access?.service, keyName]).toEqual([null, 'ADMIN_KEY'])
  })

  it('ends after half an hour without use, and continues with it', async () => {
    const token = await signIn()
    now += IDLE_MS - 1
    expect(await sessionsWith().resume(token)).toBeDefined()
    now += IDLE_MS - 1
    expect(await sessionsWith().resume(token)).toBeDefined()
    now += IDLE_MS
    expect(await sessionsWith().resume(token)).toBeUndefined()
  })

  it('is not kept alive by an open page’s automatic requests', async () => {
    const token = await signIn()
    for (let minutes = 0; minutes < 29; minutes += 1) {
      expect(await sessionsWith().look(token)).toBeDefined()
      now += 60_000
    }
    now = T0 + IDLE_MS
    expect(await sessionsWith().look(token)).toBeUndefined()
    expect(await sessionsWith().resume(token)).toBeUndefined()
  })

  it('ends after twelve hours however busy it is', async () => {
    const token = await signIn()
    while (now < T0 + ABSOLUTE_MS - IDLE_MS / 2) {
      now += IDLE_MS / 2
      if (now < T0 + ABSOLUTE_MS) expect(await sessionsWith().resume(token)).toBeDefined()
    }
    now = T0 + ABSOLUTE_MS
    expect(await sessionsWith().resume(token)).toBeUndefined()
  })

  it('that is over by itself is not there to be signed out', async () => {
    const id = sessionIdOf(await signIn())
    now += IDLE_MS
    expect(await sessionsWith().list(null)).toEqual([])
    expect(await sessionsWith().endOne(id, null)).toBeUndefined()
    now -= 1
    expect(await sessionsWith().endOne(id, null)).toMatchObject({ id, keyName: 'ADMIN_KEY' })
    expect(await sessionsWith().endOne(id, null)).toBeUndefined()
  })

  it('is worthless after sign-out, even with a copy of the cookie', async () => {
    const [token, other] = [await signIn(), await signIn()]
    await sessionsWith().end(token)
    expect(await sessionsWith().resume(token)).toBeUndefined()
    expect(await sessionsWith().resume(other)).toBeDefined()
  })

  it('ends with its key: revoked, or ADMIN_KEY with another text', async () => {
    const key = createApiKey({
      service: 'shop',
      name: 'support',
      scopes: ['admin:read'],
      nowMs: T0,
    })
    await store.apiKeys.insert(key.record)
    const [stored, fixed] = [await signIn(key.text), await signIn()]
    expect((await sessionsWith().resume(stored))?.access.service).toBe('shop')
    await store.apiKeys.revoke(key.record.id, T0 + 1)
    expect(await sessionsWith().resume(stored)).toBeUndefined()
    const another = sessionsWith({ adminKey: 'the-next-key-of-the-administrator' })
    expect(await another.resume(fixed)).toBeUndefined()
    expect(await sessionsWith().resume(fixed)).toBeDefined()
  })

  it('outlives a change of the root secret while the previous one is known, and no longer', async () => {
    const token = await signIn()
    expect(await sessionsWith({ roots: [NEW, OLD] }).resume(token)).toBeDefined()
    expect(await sessionsWith({ roots: [NEW] }).resume(token)).toBeUndefined()
  })

  it('is resumed by the whole cookie only', async () => {
    const token = await signIn()
    const [id = '', signature = ''] = token.split('.')
    const [another = ''] = (await signIn()).split('.')
    const flipped = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    const forged = [
      '',
      id,
      `${id}.`,
      `${id}.${flipped(signature)}`,
      `${flipped(id)}.${signature}`,
      `${another}.${signature}`,
      `${token}x`,
      `${token}\n`,
    ]
    for (const one of forged)
      expect([one, await sessionsWith().resume(one)]).toEqual([one, undefined])
  })

  it('leaves nothing in the store that opens it', async () => {
    const token = await signIn()
    const [id = ''] = token.split('.')
    const { createHash } = await import('node:crypto')
    const idHash = createHash('sha256').update(id).digest()
    expect(await store.adminSessions.find(idHash)).toEqual({
      idHash,
      keyId: 'ADMIN_KEY',
      identitySealed: null,
      createdAt: T0,
      seenAt: T0,
      expiresAt: T0 + ABSOLUTE_MS,
    })
  })
})

describe('the session of a person', () => {
  const begin = async (seed = 'a seed', identity = ANN) => {
    const begun = await sessionsWith().beginFor(identity, seed)
    return begun?.token ?? ''
  }

  it('is theirs by issuer and subject, with what their role allows', async () => {
    const { access, keyName, isByOidc } = (await sessionsWith().resume(await begin())) ?? {}
    expect([keyName, isByOidc, access?.service]).toEqual(['Ann', true, null])
    expect(access?.keyId).toBe('oidc:https://sso.example#ann-1')
    expect([...(access?.scopes ?? [])].toSorted()).toEqual(['admin:read', 'admin:support'])
  })

  it('begins once for a sign-in, and for nobody without a role', async () => {
    expect(await begin('one')).not.toBe('')
    expect(await begin('one')).toBe('')
    expect(await begin('two')).not.toBe('')
    expect(await begin('three', { ...ANN, roles: ['strangers'] })).toBe('')
    expect(await begin('four', { ...ANN, issuer: 'https://another.example' })).toBe('')
  })

  it('ends where the settings no longer give the role, or name another provider or none', async () => {
    const token = await begin()
    const resumed = (oidc: Options['oidc']) => sessionsWith({ oidc: oidc ?? null }).resume(token)
    const viewer = { ...HELPDESK, role: 'viewer' as const, service: 'shop' }
    const changed = await resumed({ issuer: ISSUER, rules: [viewer] })
    expect([changed?.access.service, [...(changed?.access.scopes ?? [])]]).toEqual([
      ...['shop', ['admin:read']],
    ])
    expect(await resumed({ issuer: ISSUER, rules: [{ ...HELPDESK, value: 'x' }] })).toBeUndefined()
    expect(await resumed({ issuer: 'https://b.example', rules: [HELPDESK] })).toBeUndefined()
    expect(await resumed(null)).toBeUndefined()
    expect(await resumed({ issuer: ISSUER, rules: [HELPDESK] })).toBeDefined()
  })

  it('is not another one’s where a row of the store was changed', async () => {
    const token = await begin()
    const bensToken = await begin('of ben', { ...ANN, subject: 'ben-2' })
    const { createHash } = await import('node:crypto')
    const idOf = (text: string) =>
      createHash('sha256')
        .update(text.split('.')[0] ?? '')
        .digest()
    const ours = await store.adminSessions.find(idOf(token))
    const bens = await store.adminSessions.find(idOf(bensToken))
    if (!ours || !bens) return expect.fail('no session')
    const keyring = createKeyring([OLD])
    const raise = JSON.stringify({ ...ANN, roles: ['helpdesk', 'admins'] })
    const others = [Buffer.alloc(40), keyring.seal(raise, 'another context'), null]
    const forged = [...others, bens.identitySealed]
    const put = async (identitySealed: Uint8Array | null) => {
      await store.adminSessions.remove(idOf(token))
      await store.adminSessions.insert({ ...ours, identitySealed })
    }
    for (const identitySealed of forged) {
      await put(identitySealed)
      expect(await sessionsWith().resume(token)).toBeUndefined()
    }
    await put(ours.identitySealed)
    expect(await sessionsWith().resume(token)).toBeDefined()
  })

  it('outlives a change of the root secret while the previous one is known, and no longer', async () => {
    const token = await begin()
    expect(await sessionsWith({ roots: [NEW, OLD] }).resume(token)).toBeDefined()
    expect(await sessionsWith({ roots: [NEW] }).resume(token)).toBeUndefined()
  })
})
