// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07): a structured string, or bare, as most
// clients send it. It must not shorten a key: two keys are never taken for one.

import { parseItem } from 'structured-headers'

const MAX_IDEMPOTENCY_KEY_LENGTH = 255

const PRINTABLE = /^[\x20-\x7e]+$/

/** RFC 9651 §4.2.3. Parameters after the string are not part of the key. */
function readString(text: string): string | null {
  try {
    return String(parseItem(text)[0])
  } catch {
    return null
  }
}

/** Null: not a key. The quoted and the bare form of a key are the same key. */
export function parseIdempotencyKey(header: string): string | null {
  const text = header.trim()
  if (!PRINTABLE.test(text)) return null
  const key = text.startsWith('"') ? readString(text) : text
  return key && key.length <= MAX_IDEMPOTENCY_KEY_LENGTH ? key : null
}
