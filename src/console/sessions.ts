// Admin sessions of the console: begun with a key or by OpenID Connect, resumed by cookie, and ended.
// It must not store what the cookie holds, nor outlive its key or the roles of the settings: both are checked at each request.

import { randomBytes } from 'node:crypto'
import type { Access, Authenticator, Standing } from '../access/authenticator.ts'
import type { Identity } from '../access/identities.ts'
import type { AdminSession, AdminSessionStore } from '../access/ports.ts'
import { type Clock, HOUR_MS, MINUTE_MS } from '../kernel/clock.ts'
import { createHolders, type HolderDeps, hashOf } from './session-holders.ts'

/** Somebody who went to lunch (NIST SP 800-63B-4 §2.2.3 allows an hour at AAL2). */
export const IDLE_MS = 30 * MINUTE_MS
/** A shift; the next day begins with the key. */
export const ABSOLUTE_MS = 12 * HOUR_MS
/** A page view must not be a write each time: the idle limit is exact to the minute. */
const TOUCH_EVERY_MS = MINUTE_MS
/** ASVS 7.2.3 asks for 128 bits. */
const ID_BYTES = 32
/** `<id>.<signature>`, base64url: 32 and 16 bytes. */
const TOKEN = /^(?<id>[A-Za-z0-9_-]{43})\.(?<signature>[A-Za-z0-9_-]{22})$/

export type Session = {
  access: Access
  /** Of the key or the person, for people. */
  keyName: string
  /** The person signed in without a key. */
  isByOidc: boolean
  /** In every form of this session's pages. */
  formToken: string
}

export type Begun = { token: string; session: Session }

/** @throws StoreUnavailableError everywhere */
export type Sessions = {
  /** @returns undefined for an invalid key, or one without a scope for the console */
  begin(key: string): Promise<Begun | undefined>
  /**
   * @param seed random, of this sign-in alone: it begins one session, on whichever node
   * @returns undefined for a seed that was used, or where no role of theirs opens the console
   */
  beginFor(identity: Identity, seed: string): Promise<Begun | undefined>
  /** Undefined: forged, unknown, ended, too old, or its key or role no longer exists. */
  resume(token: string): Promise<Session | undefined>
  /** Like `resume`, for automatic requests: an open console must not count as somebody at work. */
  look(token: string): Promise<Session | undefined>
  /** The token no longer works, on any node. */
  end(token: string): Promise<void>
  /** Everybody's that are open now, up to a bound. @param service of whoever asks; null: all */
  list(service: string | null): Promise<OpenSession[]>
  /** Another one's, or one's own. Undefined: it is over, or not of this service. */
  endOne(id: string, service: string | null): Promise<OpenSession | undefined>
}

/** A page lists no more; a key has 500 at most. */
const MAX_LISTED = 200

export type OpenSession = Omit<Session, 'formToken'> & {
  /** Not the cookie's, nor a way to it: its hash. */
  id: string
  createdAt: number
  /** To the minute. */
  seenAt: number
  expiresAt: number
}

/** As `OpenSession` has it. */
export const sessionIdOf = (token: string) =>
  hashOf(token.split('.')[0] ?? '').toString('base64url')

export type SessionDeps = HolderDeps & {
  authenticator: Authenticator
  store: AdminSessionStore
  clock: Clock
}

const shownOf = ({ access, name }: Standing, isByOidc: boolean) => ({
  access,
  keyName: name || access.keyId,
  isByOidc,
})

const toSession = (id: string, key: Standing, isByOidc: boolean): Session => ({
  ...shownOf(key, isByOidc),
  // From the session's id alone, which is in no page.
  formToken: hashOf(`form ${id}`).toString('base64url'),
})

const isOver = ({ expiresAt, seenAt }: AdminSession, now: number) =>
  now >= expiresAt || now - seenAt >= IDLE_MS // mutants: C33.idle-timeout C33.absolute-timeout

const isOf =
  (service: string | null) =>
  (one: OpenSession | undefined): one is OpenSession =>
    one !== undefined && (service ?? one.access.service) === one.access.service

/** Undefined: its key or its role no longer exists. */
async function toOpen(
  holders: ReturnType<typeof createHolders>,
  row: AdminSession,
): Promise<OpenSession | undefined> {
  const key = await holders.of(row)
  const { createdAt, seenAt, expiresAt } = row
  const id = Buffer.from(row.idHash).toString('base64url')
  return key && { ...shownOf(key, row.identitySealed !== null), id, createdAt, seenAt, expiresAt }
}

export function createSessions(deps: SessionDeps): Sessions {
  const { authenticator, store, clock } = deps
  const holders = createHolders(deps)
  const { isSigned } = holders

  const insert = async (id: string, key: Standing, identity: Identity | null) => {
    const now = clock.now()
    const idHash = hashOf(id)
    const isNew = await store.insert({
      idHash,
      keyId: key.access.keyId,
      identitySealed: identity && holders.seal(identity, idHash),
      createdAt: now,
      seenAt: now,
      expiresAt: now + ABSOLUTE_MS,
    })
    if (!isNew) return undefined // mutant: C33.sign-in-once
    const session = toSession(id, key, identity !== null)
    return { token: `${id}.${holders.sign(id, key)}`, session }
  }

  const find = async (token: string) => {
    const { id, signature } = TOKEN.exec(token)?.groups ?? {}
    if (!id || !signature) return undefined
    const idHash = hashOf(id)
    const found = await store.find(idHash)
    if (!found || isOver(found, clock.now())) return undefined
    const key = await holders.of(found)
    if (!key?.access.scopes.has('admin:read') || !isSigned(id, key, signature)) return undefined // mutant: C33.cookie-signature
    const session = toSession(id, key, found.identitySealed !== null)
    return { session, seenAt: found.seenAt, idHash }
  }

  return {
    async begin(text) {
      const access = await authenticator.authenticate(text)
      if (!access?.scopes.has('admin:read')) return undefined
      const key = await authenticator.standing(access.keyId)
      if (!key) return undefined
      return insert(randomBytes(ID_BYTES).toString('base64url'), key, null)
    },
    async beginFor(identity, seed) {
      const key = deps.identities?.standing(identity)
      return key && insert(hashOf(`session ${seed}`).toString('base64url'), key, identity)
    },
    async resume(token) {
      const found = await find(token)
      const now = clock.now()
      if (found && now - found.seenAt >= TOUCH_EVERY_MS) await store.touch(found.idHash, now)
      return found?.session
    },
    async list(service) {
      const now = clock.now()
      const rows = await store.list({ seenSince: now - IDLE_MS, now, limit: MAX_LISTED })
      const shown = await Promise.all(rows.map((row) => toOpen(holders, row)))
      return shown.filter(isOf(service))
    },
    async endOne(id, service) {
      const row = await store.find(Buffer.from(id, 'base64url'))
      if (!row || isOver(row, clock.now())) return undefined
      const open = await toOpen(holders, row)
      if (!isOf(service)(open)) return undefined
      return (await store.remove(row.idHash)) ? open : undefined
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
