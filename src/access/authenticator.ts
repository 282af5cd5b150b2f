// The caller of a request: from a bearer token to a key, its service and its scopes.
// It must not cache: a revoked key is refused at once. It must not reveal why a key is refused.

import { timingSafeEqual } from 'node:crypto'
import { type Clock, HOUR_MS } from '../kernel/clock.ts'
import { hashKey, parseApiKey } from './api-keys.ts'
import type { ApiKeyRecord, ApiKeyStore, Scope } from './ports.ts'

/** A key of the environment (API_KEY, ADMIN_KEY): any text of at least `MIN_FIXED_KEY_LENGTH`. */
export type FixedKey = {
  id: string
  text: string
  service: string | null
  scopes: readonly Scope[]
}

export type Access = { keyId: string; service: string | null; scopes: ReadonlySet<Scope> }

/** A key that is valid now, found by its id and not by its text; or a person who signed in without one (identities.ts). */
export type Standing = {
  access: Access
  /** As the operator named it. */
  name: string
  /** SHA-256 of the key's secret, or of who the person is: another one under the same id is another key. Never stored, never sent. */
  digest: Uint8Array
}

export type Authenticator = {
  /** Undefined: unknown, revoked, or of a service that is no longer there. @throws StoreUnavailableError */
  authenticate(bearer: string): Promise<Access | undefined>
  /** For what was begun with a key before. Undefined: as above. @throws StoreUnavailableError */
  standing(keyId: string): Promise<Standing | undefined>
}

export type AuthenticatorDeps = {
  store: Pick<ApiKeyStore, 'find' | 'touch'>
  clock: Clock
  fixedKeys: readonly FixedKey[]
  /** The services by name. */
  services: { has(name: string): boolean }
}

/** Shorter ones can be guessed. */
export const MIN_FIXED_KEY_LENGTH = 16
/** A busy key costs a write an hour. */
const TOUCH_EVERY_MS = HOUR_MS
/** Stands in for the hash of a key that does not exist: the same work for unknown ids. */
const NO_HASH = Buffer.alloc(32)

const IMPLIED: Readonly<Partial<Record<Scope, readonly Scope[]>>> = {
  admin: ['admin:support', 'admin:read'],
  'admin:support': ['admin:read'],
}

export function expandScopes(scopes: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(scopes.flatMap((scope) => [scope, ...(IMPLIED[scope] ?? [])]))
}

/** @throws Error where a fixed key is too short or names an unknown service */
export function createAuthenticator({
  store,
  clock,
  fixedKeys,
  services,
}: AuthenticatorDeps): Authenticator {
  const fixed = fixedKeys.map(({ id, text, service, scopes }) => {
    if (text.length < MIN_FIXED_KEY_LENGTH)
      throw new Error(`${id} is shorter than ${MIN_FIXED_KEY_LENGTH} characters`)
    if (service !== null && !services.has(service))
      throw new Error(`${id} is for an unknown service`)
    const access: Access = { keyId: id, service, scopes: expandScopes(scopes) }
    return { digest: hashKey(text), name: id, access }
  })

  /** Compares with all of them, so that the time reveals nothing about which one was near. */
  function findFixed(bearer: string): Access | undefined {
    const digest = hashKey(bearer)
    let found: Access | undefined
    for (const key of fixed) if (timingSafeEqual(key.digest, digest)) found ??= key.access
    return found
  }

  function accessOf(record: ApiKeyRecord): Access | undefined {
    if (record.revokedAt !== null) return undefined // mutant: C35.revoked-key-refused
    if (record.expiresAt !== null && clock.now() >= record.expiresAt) return undefined
    if (record.service !== null && !services.has(record.service)) return undefined
    return { keyId: record.id, service: record.service, scopes: expandScopes(record.scopes) }
  }

  async function findStored(bearer: string): Promise<Access | undefined> {
    const parts = parseApiKey(bearer)
    if (!parts) return undefined
    const record = await store.find(parts.id) // mutant: I11.outage-not-unknown
    const expected = record?.secretHash.length === NO_HASH.length ? record.secretHash : NO_HASH
    const matches = timingSafeEqual(hashKey(parts.secret), expected)
    const access = record && matches ? accessOf(record) : undefined
    if (record && access) noteUse(record)
    return access
  }

  const touching = new Set<string>()
  /** Beside the request: nobody waits for it, and nobody is refused because of it. */
  function noteUse({ id, lastUsedAt }: ApiKeyRecord): void {
    const now = clock.now()
    if (now - (lastUsedAt ?? 0) < TOUCH_EVERY_MS || touching.has(id)) return
    touching.add(id)
    const done = () => void touching.delete(id)
    store.touch(id, now).then(done, done)
  }

  return {
    async authenticate(bearer) {
      return findFixed(bearer) ?? (await findStored(bearer))
    },
    async standing(keyId) {
      const ours = fixed.find((key) => key.access.keyId === keyId)
      if (ours) return ours
      const record = await store.find(keyId)
      const access = record && accessOf(record)
      return access && { access, name: record.name, digest: record.secretHash }
    },
  }
}
