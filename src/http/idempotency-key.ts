// The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header-07): a structured string,
// or bare, as most clients send it. It must not shorten a key: two keys are never taken for one.

const MAX_IDEMPOTENCY_KEY_LENGTH = 255

const PRINTABLE = /^[\x20-\x7e]+$/
/** RFC 9651 §3.3.3: only `"` and `\` are escaped. */
const QUOTED = /^"(?<inner>(?:[^"\\]|\\["\\])*)"$/

/** Null: not a key. The quoted and the bare form of a key are the same key. */
export function parseIdempotencyKey(header: string): string | null {
  const text = header.trim()
  if (!PRINTABLE.test(text)) return null
  const key = text.startsWith('"')
    ? QUOTED.exec(text)?.groups?.inner?.replaceAll(/\\(["\\])/g, '$1')
    : text
  return key && key.length <= MAX_IDEMPOTENCY_KEY_LENGTH ? key : null
}
