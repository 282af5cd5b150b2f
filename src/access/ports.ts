// API keys: who may call, and for which service.
// A key's secret is never stored, only its SHA-256 (256 random bits need no slow hash).

/**
 * `verify` is a login flow's. `relay` starts verifications of codes that its caller made and checks, and reaches no others: it
 * stands alone. `admin:read` sees, masked; `admin:support` also reveals a recipient, cancels and sends again; `admin` may do everything
 * for people. Each of the last two implies the one before it.
 */
export const SCOPES = ['verify', 'relay', 'admin:read', 'admin:support', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Scopes of one service's login. */
export const isOfLogin = (scopes: readonly Scope[]): boolean =>
  scopes.includes('verify') || scopes.includes('relay')

/** A key that checks codes and a key that gives its own must not be one: either could do with it what the other may not. */
export const isMixed = (scopes: readonly Scope[]): boolean =>
  scopes.includes('relay') && scopes.some((scope) => scope !== 'relay')

export type ApiKeyRecord = {
  /** `key_…`; part of the key's text, so that it is found by index. */
  id: string
  /** The service it belongs to; null: every service (admin scopes only). */
  service: string | null
  name: string
  scopes: readonly Scope[]
  /** SHA-256 of the secret part. */
  secretHash: Uint8Array
  createdAt: number
  /** From then on it is refused; null: it has no end. */
  expiresAt: number | null
  /** To the hour; null: never, or before this was kept. */
  lastUsedAt: number | null
  revokedAt: number | null
}

/** @throws StoreUnavailableError */
export type ApiKeyStore = {
  find(id: string): Promise<ApiKeyRecord | undefined>
  insert(record: ApiKeyRecord): Promise<void>
  list(service: string | null): Promise<ApiKeyRecord[]>
  /** @returns false where there is no such key; revoking twice is fine */
  revoke(id: string, now: number): Promise<boolean>
  /** That it was used; moves forwards only. */
  touch(id: string, now: number): Promise<void>
}

/** A signed-in browser of the admin console. The store never has what the cookie holds. */
export type AdminSession = {
  /** SHA-256 of the session's random id. */
  idHash: Uint8Array
  /** Of the key, or of the person who signed in without one (identities.ts). */
  keyId: string
  /** Who that is; null: a key. */
  identitySealed: Uint8Array | null
  createdAt: number
  seenAt: number
  /** However busy it is: the absolute limit. */
  expiresAt: number
}

/** A right key is never kept out, so its sessions are bounded: an office of hundreds, and no script that fills the table. */
export const MAX_SESSIONS_OF_KEY = 500

/** @throws StoreUnavailableError */
export type AdminSessionStore = {
  /**
   * Removes those that expired before `session.createdAt`, and the key's oldest past `MAX_SESSIONS_OF_KEY`.
   * @returns false where a session has this id: nothing is changed
   */
  insert(session: AdminSession): Promise<boolean>
  find(idHash: Uint8Array): Promise<AdminSession | undefined>
  /** Seen since then and not expired, the last one seen first. */
  list(query: { seenSince: number; now: number; limit: number }): Promise<AdminSession[]>
  touch(idHash: Uint8Array, now: number): Promise<void>
  /** @returns false where it had ended before */
  remove(idHash: Uint8Array): Promise<boolean>
}
