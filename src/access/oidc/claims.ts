// Reads the roles and the name of a person from a token's claims, whatever a provider puts there.
// It must not follow a prototype, nor take an object or a number for a role.

/** Far more than any directory gives; beyond it a claim is read no further. */
const MAX_ROLES = 10_000
const MAX_NAME_CHARACTERS = 80

type Claims = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (from: unknown, name: string): unknown =>
  isObject(from) && Object.hasOwn(from, name) ? from[name] : undefined

/** First by its whole name (`https://example.com/roles` has dots, too), then by its path: `realm_access.roles`. */
function findClaim(claims: Claims, path: string): unknown {
  return own(claims, path) ?? path.split('.').reduce<unknown>(own, claims)
}

/** @returns undefined where there is no such claim, or it is neither a text nor a list of texts */
export function readRoles(claims: Claims, path: string): readonly string[] | undefined {
  const found = findClaim(claims, path)
  if (typeof found === 'string') return [found]
  if (!Array.isArray(found)) return undefined
  const texts = found.slice(0, MAX_ROLES).filter((one) => typeof one === 'string')
  return found.length > 0 && texts.length === 0 ? undefined : texts
}

/** One line for people; undefined: there is none. */
export function readName(claims: Claims): string | undefined {
  const [name] = ['name', 'preferred_username']
    .map((claim) => own(claims, claim))
    .flatMap((value) => (typeof value === 'string' ? value.replace(/[\p{C}\p{Z}]+/gu, ' ') : []))
    .map((text) => text.trim())
    .filter((text) => text !== '')
  return name === undefined ? undefined : [...name].slice(0, MAX_NAME_CHARACTERS).join('')
}

/** OpenID Connect Core §2: at most 255 characters of ASCII. */
export function readSubject(claims: Claims): string | undefined {
  const subject = own(claims, 'sub')
  return typeof subject === 'string' && /^[\x21-\x7e]{1,255}$/.test(subject) ? subject : undefined
}
