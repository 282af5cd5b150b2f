// API keys: who may call, and for which service.
// A key's secret is never stored, only its SHA-256 (256 random bits need no slow hash).

export const SCOPES = ['verify', 'admin:read', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

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
  revokedAt: number | null
}

/** @throws StoreUnavailableError */
export type ApiKeyStore = {
  find(id: string): Promise<ApiKeyRecord | undefined>
  insert(record: ApiKeyRecord): Promise<void>
  list(service: string | null): Promise<ApiKeyRecord[]>
  /** @returns false where there is no such key; revoking twice is fine */
  revoke(id: string, now: number): Promise<boolean>
}
