// The text of an API key: made once, shown once, and what is kept of it.
// It must not store or log a key; only the hash of its secret part leaves here for a store.

import { hash, randomBytes } from 'node:crypto'
import { createId } from '../kernel/ids.ts'
import { type ApiKeyRecord, isMixed, isOfLogin, type Scope } from './ports.ts'

/** Secret scanners find a leaked key by this prefix. */
const KEY_PREFIX = 'cs_'
/** 256 random bits need no slow hash: nobody guesses them (NIST SP 800-63B-4 §3.1.2.2 asks for 112). */
const SECRET_BYTES = 32
/** Fixed widths, because base64url has `_` of its own. */
const KEY_TEXT = /^cs_(?<id>[0-9a-v]{32})_(?<secret>[A-Za-z0-9_-]{43})$/

export type ApiKeyParts = { id: string; secret: string }

export type NewApiKey = {
  /** `cs_<id>_<secret>`: shown to the operator once, never stored. */
  text: string
  record: ApiKeyRecord
}

/** @param text a whole key of the environment, or the secret part of one that was made */
export function hashKey(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** Undefined where the text is not one of our keys. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const groups = KEY_TEXT.exec(text)?.groups
  if (!groups?.id || !groups.secret) return undefined
  return { id: `key_${groups.id}`, secret: groups.secret }
}

/** @param input `service` null is for every service, with admin scopes only */
export function createApiKey(input: {
  service: string | null
  name: string
  scopes: readonly Scope[]
  nowMs: number
  /** Null: no end. */
  expiresAt?: number | null
}): NewApiKey {
  if (input.scopes.length === 0) throw new Error('a key needs at least one scope')
  if (isMixed(input.scopes)) throw new Error('the scope relay stands alone')
  if (input.service === null && isOfLogin(input.scopes))
    throw new Error('a key with the scope verify or relay belongs to one service')
  const id = createId('key', input.nowMs)
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  return {
    text: `${KEY_PREFIX}${id.slice('key_'.length)}_${secret}`,
    record: {
      id,
      service: input.service,
      name: input.name,
      scopes: input.scopes,
      secretHash: hashKey(secret),
      createdAt: input.nowMs,
      expiresAt: input.expiresAt ?? null,
      lastUsedAt: null,
      revokedAt: null,
    },
  }
}
