// Webhooks, verified by Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and the raw body, by WebCrypto.
// It must not parse a body before its signature was right.

import type { components } from './api.ts'
import { fromBase64 } from './base64.ts'

type Schemas = components['schemas']

/** As it came, in the API's own names. `type` says which of them it is. */
export type WebhookEvent =
  | Schemas['VerificationWebhook']
  | Schemas['DeliveryWebhook']
  | Schemas['AuditHeadWebhook']

export type WebhookResult =
  | { ok: true; event: WebhookEvent }
  | {
      ok: false
      reason: 'headers_missing' | 'timestamp_out_of_tolerance' | 'signature_wrong' | 'not_json'
    }

export type WebhookOptions = {
  /** `whsec_…`; several while one takes the place of another. */
  secrets: string | readonly string[]
  /** How far `webhook-timestamp` may be from now, either way. Default: 300. */
  toleranceSeconds?: number
  /** Milliseconds since the epoch. */
  now?: () => number
}

type HeaderSource =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

const TOLERANCE_SECONDS = 300
/** Of one message: a secret each, and nobody rotates that many. */
const MAX_SIGNATURES = 20
const PREFIX = 'whsec_'
/** Standard Webhooks: 24 to 64. */
const MIN_SECRET_BYTES = 24

function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  const value = (headers as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : undefined
}

function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = secret.startsWith(PREFIX) ? fromBase64(secret.slice(PREFIX.length)) : null
  if (!bytes || bytes.length < MIN_SECRET_BYTES)
    throw new TypeError(
      'Countersign: a webhook secret is whsec_ and the base64 of at least 24 bytes',
    )
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify'])
}

function concat(head: string, body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  const [first, second] = [
    encoder.encode(head),
    typeof body === 'string' ? encoder.encode(body) : body,
  ]
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}

/** WebCrypto compares in constant time. */
async function isSigned(
  keys: readonly CryptoKey[],
  signatures: string,
  signed: Uint8Array<ArrayBuffer>,
) {
  for (const entry of signatures.split(' ').slice(0, MAX_SIGNATURES)) {
    const bytes = entry.startsWith('v1,') ? fromBase64(entry.slice(3)) : null
    if (!bytes) continue
    for (const key of keys) if (await crypto.subtle.verify('HMAC', key, bytes, signed)) return true
  }
  return false
}

/**
 * @param body the raw body, exactly as it arrived: parsed and written again it has another signature
 * @throws TypeError where a secret is none
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: HeaderSource,
  { secrets, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now }: WebhookOptions,
): Promise<WebhookResult> {
  const all = typeof secrets === 'string' ? [secrets] : secrets
  if (all.length === 0) throw new TypeError('Countersign: secrets must not be empty')
  const keys = await Promise.all(all.map(importSecret))
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  if (!id || !signatures || !timestamp || !/^\d{1,12}$/.test(timestamp))
    return { ok: false, reason: 'headers_missing' }
  const isFresh = Math.abs(now() / 1000 - Number(timestamp)) <= toleranceSeconds // mutant: C91.webhook-age
  if (!isFresh) return { ok: false, reason: 'timestamp_out_of_tolerance' }
  if (!(await isSigned(keys, signatures, concat(`${id}.${timestamp}.`, body))))
    return { ok: false, reason: 'signature_wrong' }
  try {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
    return { ok: true, event: JSON.parse(text) as WebhookEvent }
  } catch {
    return { ok: false, reason: 'not_json' }
  }
}
