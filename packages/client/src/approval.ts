// The approval as a signed token (JWT, EdDSA), verified where no request to the service is wanted except for its keys.
// It must not accept a token for another audience, purpose or nonce: a token that is right elsewhere proves nothing here.

import { type Fetch, readBounded } from './answer.ts'
import type { components } from './api.ts'
import { fromBase64 } from './base64.ts'

export type ApprovalOptions = {
  /** The service's PUBLIC_URL: `iss` must be exactly this, and its keys are read from there. */
  issuer: string
  /** The service's APPROVAL_AUDIENCE; its name where none is set. */
  audience: string
  /** Default: the issuer's `/.well-known/jwks.json`. Give the inside address where the public one is not reached. */
  jwksUrl?: string
  fetch?: Fetch
  /** Of a request for the keys. Default: 5,000. */
  timeoutMs?: number
  /** Milliseconds since the epoch. */
  now?: () => number
}

/** `jti` is the id of the verification: remember it for five minutes and refuse it again, or have the token consumed. */
export type ApprovalClaims = components['schemas']['ApprovalClaims']

export type ApprovalReason =
  | 'malformed'
  | 'type'
  | 'algorithm'
  | 'unknown_key'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'nonce'
  | 'purpose'
  | 'expired'
  | 'keys_unavailable'

export type ApprovalResult =
  | { ok: true; claims: ApprovalClaims }
  | { ok: false; reason: ApprovalReason }

const TYPE = 'countersign-approval+jwt'
const TIMEOUT_MS = 5_000
/** A key that was withdrawn is not accepted for longer, while the keys can be read. */
const KEYS_FRESH_MS = 10 * 60_000
/** Where they cannot be read: a service that is down for an hour ends no login that it has approved before. */
const KEYS_USABLE_MS = 60 * 60_000
/** A token names any key that its writer likes: strangers must not make this fetch at each. */
const REFRESH_EVERY_MS = 30_000
/** Clocks differ; a token lives five minutes. */
const LEEWAY_SECONDS = 30
const MAX_TOKEN_LENGTH = 8_192
const MAX_KEYS = 50
const ALGORITHM = { name: 'Ed25519' }

type Jwk = { kty?: string; crv?: string; x?: string; kid?: string }

function parsePart(part: string | undefined): Record<string, unknown> | null {
  const bytes = part ? fromBase64(part) : null
  if (!bytes) return null
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

async function importKeys(keys: readonly Jwk[]): Promise<Map<string, CryptoKey>> {
  const found = new Map<string, CryptoKey>()
  for (const { kty, crv, x, kid } of keys.slice(0, MAX_KEYS)) {
    const isOurs = kty === 'OKP' && crv === 'Ed25519'
    if (!isOurs || typeof x !== 'string' || typeof kid !== 'string') continue
    const jwk = { kty, crv, x }
    found.set(kid, await crypto.subtle.importKey('jwk', jwk, ALGORITHM, false, ['verify']))
  }
  return found
}

/** Keys by their id; fetched when one is missing or they are old, and not more often than REFRESH_EVERY_MS. */
function createKeys({
  issuer,
  jwksUrl,
  fetch,
  timeoutMs = TIMEOUT_MS,
  now = Date.now,
}: ApprovalOptions) {
  const url = jwksUrl ?? `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`
  let keys = new Map<string, CryptoKey>()
  let fetchedAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined

  const load = async () => {
    const signal = AbortSignal.timeout(timeoutMs)
    const ask = fetch ?? ((address, init) => globalThis.fetch(address, init))
    const init = {
      method: 'GET',
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal,
    } as const
    const response = await ask(url, init)
    if (response.status !== 200) return
    const { keys: found } = JSON.parse(await readBounded(response))
    if (!Array.isArray(found)) return
    keys = await importKeys(found)
    fetchedAt = now()
  }
  const refresh = () => {
    const isTooSoon = now() - askedAt < REFRESH_EVERY_MS // mutant: C91.jwks-bounded
    if (running || isTooSoon) return running
    askedAt = now()
    running = load()
      .catch(() => {})
      .finally(() => {
        running = undefined
      })
    return running
  }
  return async (kid: string): Promise<CryptoKey | 'unknown_key' | 'keys_unavailable'> => {
    const isOlderThan = (ms: number) => now() - fetchedAt >= ms
    if (!keys.has(kid) || isOlderThan(KEYS_FRESH_MS)) await refresh()
    return isOlderThan(KEYS_USABLE_MS) ? 'keys_unavailable' : (keys.get(kid) ?? 'unknown_key')
  }
}

type Expected = { nonce: string; purpose?: string }

function faultIn(
  claims: Record<string, unknown>,
  { issuer, audience, now = Date.now }: ApprovalOptions,
  expected: Expected,
): ApprovalReason | null {
  if (claims.iss !== issuer) return 'issuer'
  if (claims.aud !== audience) return 'audience'
  if (claims.nonce !== expected.nonce) return 'nonce' // mutant: C91.approval-nonce
  if (claims.purpose !== (expected.purpose ?? 'login')) return 'purpose'
  const { exp } = claims
  if (typeof exp !== 'number' || now() / 1000 > exp + LEEWAY_SECONDS) return 'expired'
  return null
}

/** One for the life of the program: it keeps the service's public keys. */
export function createApprovalVerifier(options: ApprovalOptions) {
  for (const name of ['issuer', 'audience'] as const)
    if (typeof options[name] !== 'string' || options[name] === '')
      throw new TypeError(`Countersign: ${name} must be a string that is not empty`)
  const keyOf = createKeys(options)

  /** @param expected `nonce` as start was given it, from this browser's session; `purpose` as at start (default `login`) */
  return async (token: string, expected: Expected): Promise<ApprovalResult> => {
    if (typeof expected?.nonce !== 'string' || expected.nonce === '')
      throw new TypeError('Countersign: nonce must be the one that was given to start')
    const refused = (reason: ApprovalReason): ApprovalResult => ({ ok: false, reason })
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) return refused('malformed')
    const [head, body, signature, ...more] = token.split('.')
    const header = parsePart(head)
    const claims = parsePart(body)
    const bytes = signature ? fromBase64(signature) : null
    if (!header || !claims || !bytes || more.length > 0) return refused('malformed')
    if (header.typ !== TYPE) return refused('type')
    if (header.alg !== 'EdDSA' || header.crit !== undefined) return refused('algorithm')
    const key = await keyOf(String(header.kid))
    if (typeof key === 'string') return refused(key)
    const signed = new TextEncoder().encode(`${head}.${body}`)
    if (!(await crypto.subtle.verify(ALGORITHM, key, bytes, signed))) return refused('signature') // mutant: C91.approval-signature
    const fault = faultIn(claims, options, expected)
    return fault ? refused(fault) : { ok: true, claims: claims as unknown as ApprovalClaims }
  }
}
