// Admin sessions of the console: begun with a key, resumed by cookie, and ended.
// It must not store what the cookie holds, nor outlive its key: both are checked at each request.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Access, Authenticator, StandingKey } from '../access/authenticator.ts'
import type { AdminSessionStore } from '../access/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'

const MINUTE_MS = 60_000
/** Somebody who went to lunch (NIST SP 800-63B-4 §2.2.3 allows an hour at AAL2). */
export const IDLE_MS = 30 * MINUTE_MS
/** A shift; the next day begins with the key. */
export const ABSOLUTE_MS = 12 * 60 * MINUTE_MS
/** A page view must not be a write each time: the idle limit is exact to the minute. */
const TOUCH_EVERY_MS = MINUTE_MS
/** ASVS 7.2.3 asks for 128 bits. */
const ID_BYTES = 32
/** `<id>.<signature>`, base64url: 32 and 16 bytes. */
const TOKEN = /^(?<id>[A-Za-z0-9_-]{43})\.(?<signature>[A-Za-z0-9_-]{22})$/

export type Session = {
  access: Access
  /** Of the key, for people. */
  keyName: string
  /** In every form of this session's pages. */
  formToken: string
}

/** @throws StoreUnavailableError everywhere */
export type Sessions = {
  /** @returns undefined for an invalid key, or one without a scope for the console */
  begin(key: string): Promise<{ token: string; session: Session } | undefined>
  /** Undefined: forged, unknown, ended, too old, or its key no longer exists. */
  resume(token: string): Promise<Session | undefined>
  /** Like `resume`, for automatic requests: an open console must not count as somebody at work. */
  look(token: string): Promise<Session | undefined>
  /** The token no longer works, on any node. */
  end(token: string): Promise<void>
}

export type SessionDeps = {
  authenticator: Authenticator
  store: AdminSessionStore
  keyring: Pick<Keyring, 'mac' | 'macs'>
  clock: Clock
}

const hashOf = (id: string) => createHash('sha256').update(id, 'utf8').digest()

export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(expected))
}

export function createSessions({ authenticator, store, keyring, clock }: SessionDeps): Sessions {
  /** With the key's digest: changing ADMIN_KEY ends the sessions of the previous one. */
  const partsOf = (id: string, { access, digest }: StandingKey) => [
    'cookie',
    id,
    access.keyId,
    Buffer.from(digest).toString('hex'),
  ]

  const toSession = (id: string, { access, name }: StandingKey): Session => ({
    access,
    keyName: name || access.keyId,
    // From the session's id alone, which is in no page.
    formToken: hashOf(`form ${id}`).toString('base64url'),
  })

  const isSigned = (id: string, key: StandingKey, signature: string) =>
    keyring
      .macs('console', partsOf(id, key))
      .some((mac) => isSame(signature, mac.toString('base64url')))

  const find = async (token: string) => {
    const { id, signature } = TOKEN.exec(token)?.groups ?? {}
    if (!id || !signature) return undefined
    const idHash = hashOf(id)
    const found = await store.find(idHash)
    const now = clock.now()
    if (!found || now >= found.expiresAt || now - found.seenAt >= IDLE_MS) return undefined // mutants: C33.idle-timeout C33.absolute-timeout
    const key = await authenticator.standing(found.keyId)
    if (!key?.access.scopes.has('admin:read') || !isSigned(id, key, signature)) return undefined // mutant: C33.cookie-signature
    return { session: toSession(id, key), seenAt: found.seenAt, idHash }
  }

  return {
    async begin(text) {
      const access = await authenticator.authenticate(text)
      if (!access?.scopes.has('admin:read')) return undefined
      const key = await authenticator.standing(access.keyId)
      if (!key) return undefined
      const id = randomBytes(ID_BYTES).toString('base64url')
      const now = clock.now()
      const times = { createdAt: now, seenAt: now, expiresAt: now + ABSOLUTE_MS }
      await store.insert({ idHash: hashOf(id), keyId: access.keyId, ...times })
      const signature = keyring.mac('console', partsOf(id, key)).toString('base64url')
      return { token: `${id}.${signature}`, session: toSession(id, key) }
    },
    async resume(token) {
      const found = await find(token)
      const now = clock.now()
      if (found && now - found.seenAt >= TOUCH_EVERY_MS) await store.touch(found.idHash, now)
      return found?.session
    },
    async look(token) {
      return (await find(token))?.session
    },
    async end(token) {
      const id = TOKEN.exec(token)?.groups?.id
      if (id) await store.remove(hashOf(id)) // mutant: C33.sign-out-revokes
    },
  }
}
