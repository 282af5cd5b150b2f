// The name before the @: with dots, in quotes, and as two Japanese carriers once gave them out.
// It must not take what a mail program further on could read as another address, or as a second one.

/** dot-atom of RFC 5322 §3.2.3 with the letters of RFC 6532. */
const DOT_ATOM =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
/** Dots beside one another, and before the @. */
const LOOSE_DOTS = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-][\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]*$/u
/** quoted-string of RFC 5321 §4.1.2, its quotes and backslashes aside. */
const QUOTED = /^"((?:[^"\\]|\\[\x20-\x7e])*)"$/
/**
 * Of what may stand between quotes only letters, digits, blanks, dots and the other signs of a bare name. An @, a bracket or
 * a comma there is misread by mail programs and gateways (CVE-2025-13033): the code would go to somebody else.
 */
const QUOTED_NAME = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~. -]+$/u
/** An encoded-word of RFC 2047: a mail program further on would read another address out of it. */
const ENCODED_WORD = /=\?.*\?=/

/** They gave out names that no RFC allows without quotes (exment 800), and people still have them. */
const LOOSE_DOMAINS = ['docomo.ne.jp', 'ezweb.ne.jp', 'au.com', 'vodafone.ne.jp', 'softbank.ne.jp']

function isLoose(domain: string): boolean {
  return LOOSE_DOMAINS.some((loose) => domain === loose || domain.endsWith(`.${loose}`)) // mutant: C28.loose-dots-only
}

/**
 * One spelling for all that name the same mailbox (RFC 5321 §4.1.2: quotes and backslashes are no part of the name), with
 * quotes only where it needs them.
 * @param domain in ASCII and lower case
 * @returns null: no name that mail can be sent to safely
 */
export function readLocalPart(text: string, domain: string): string | null {
  const quoted = QUOTED.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1')
  const name = quoted ?? text
  if (ENCODED_WORD.test(name)) return null // mutant: C28.ambiguous-decoding
  if (DOT_ATOM.test(name) || (isLoose(domain) && LOOSE_DOTS.test(name))) return name // mutants: C12.needless-quotes-dropped C28.loose-dot-carriers
  return quoted !== undefined && QUOTED_NAME.test(name) ? `"${name}"` : null // mutant: C28.no-quoted-lookalike
}
