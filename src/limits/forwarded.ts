// The addresses that a request was forwarded for: X-Forwarded-For, or Forwarded (RFC 7239), from the right.
// It must not read a header from the left, nor look for balanced quotes across entries: strangers wrote them.

/** A token or a quoted string (RFC 9110 §5.6); colons and brackets belong in quotes, and stand without them. */
const PAIR =
  /\s*(?<name>[!#$%&'*+.^_`|~\w-]+)=(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<bare>[^\s";,=]*))\s*(?:;|$)/y
const QUOTED = /^\s*"(?<inside>[^"\\]*)"\s*$/
/** Longer than any element with an address and a name. */
const MAX_ELEMENT_LENGTH = 1_024

/** Some proxies quote an entry of X-Forwarded-For as they would in Forwarded. */
function entryOf(text: string): string {
  return QUOTED.exec(text)?.groups?.inside ?? text // mutant: C13.quoted-xff
}

/** @returns the one `for` of an element; null where there is none, or the element is malformed */
function forOf(element: string): string | null {
  if (element.length > MAX_ELEMENT_LENGTH) return null
  let found: string | null = null
  PAIR.lastIndex = 0
  while (PAIR.lastIndex < element.length) {
    const { name, quoted, bare } = PAIR.exec(element)?.groups ?? {}
    if (name === undefined) return null // mutant: C13.malformed-no-address
    if (name.toLowerCase() !== 'for') continue
    if (found !== null) return null
    found = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? ''
  }
  return found
}

/**
 * A proxy appends to what it was sent: the last entry is the nearest proxy's, and a stranger's text, with quotes that
 * never close, is to the left of it. Commas are therefore always borders.
 * X-Forwarded-For comes before Forwarded: most proxies write the former, and pass the latter on as it came.
 * @returns addresses from the right, not checked yet; null: an element without one
 */
export function* forwardedFrom(headers: {
  forwardedFor: string | undefined
  forwarded?: string | undefined
}): Generator<string | null> {
  const isPlain = headers.forwardedFor !== undefined
  const text = headers.forwardedFor ?? headers.forwarded ?? '' // mutant: C13.xff-over-forwarded
  for (let end = text.length; end >= 0; ) {
    // An empty element is garbage, too: skipping it would lead on to a stranger's text.
    const comma = end === 0 ? -1 : text.lastIndexOf(',', end - 1)
    const entry = text.slice(comma + 1, end) // mutant: C13.rightmost-untrusted
    yield isPlain ? entryOf(entry) : forOf(entry)
    end = comma
  }
}
