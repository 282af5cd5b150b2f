// E-mail addresses: checked, the domain normalised, the local part as given except needless quotes (RFC 5321 §2.3.11: only its host may interpret it).
// It must not guess a provider's rules (dots, tags) for where mail goes; `budgetForms` does so for counting only.

import { domainToASCII } from 'node:url'
import type { Unreadable } from './phone.ts'

export type Email = { kind: 'email'; address: string }

/** RFC 5321 §4.5.3.1: octets of a local part, and of a path without its brackets. */
const MAX_LOCAL_OCTETS = 64
const MAX_ADDRESS_OCTETS = 254
/**
 * Letters of any script, their marks, digits, hyphens, UTS #46's full stops, and what it drops. Nothing of a URL: the
 * parser behind `domainToASCII` takes `evil.example/.trusted.example` for evil.example, and decodes `%2e`.
 */
const DOMAIN_TEXT = /^[\p{L}\p{M}\p{N}\p{Cf}.\u3002\uff0e\uff61-]+$/u
/** Two labels at least; the last one is not a number, or it would be an IP address. */
const DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

function unreadable(detail: string): Unreadable {
  return { kind: 'unreadable', field: 'to', detail }
}

/** Blanks and invisible characters around a copied address. Within it they stay, and make it another one. */
const UNSEEN = '[\\s\\p{Cf}\\p{Default_Ignorable_Code_Point}\\u2800]+' // mutant: C12.address-fillers
const EDGES = new RegExp(`^${UNSEEN}|${UNSEEN}$`, 'gu')
const MAILTO = /^mailto:/i

/** RFC 6068 §2: percent-encoded; undefined where it is not well-formed, or would bring a subject or a second recipient. */
function ofMailto(uri: string): string | undefined {
  if (/[?,]/.test(uri)) return undefined
  try {
    const text = decodeURIComponent(uri) // mutant: C12.check-decoded-mailto
    return /\p{Cc}/u.test(text) ? undefined : text.replaceAll(EDGES, '') // mutant: C12.mailto-encoding
  } catch {
    return undefined
  }
}

const asciiDomain = (text: string) =>
  DOMAIN_TEXT.test(text) ? domainToASCII(text).toLowerCase() : ''

/** As it stands in an address; null: it is none. */
export function readDomain(text: string): string | null {
  const domain = asciiDomain(text)
  return DOMAIN.test(domain) ? domain : null
}

export function readEmail(to: string): Email | Unreadable {
  const trimmed = to.replaceAll(EDGES, '') // mutant: C12.trim-invisibles
  const isUri = MAILTO.test(trimmed) // mutant: C12.mailto-prefix-dropped
  const text = isUri ? ofMailto(trimmed.replace(MAILTO, '')) : trimmed
  if (text === undefined)
    return unreadable('is a mailto: link with more in it than one plain address')
  const at = text.lastIndexOf('@')
  const domain = asciiDomain(text.slice(at + 1))
  const local = readLocalPart(text.slice(0, at), domain)
  if (local === null || Buffer.byteLength(local) > MAX_LOCAL_OCTETS)
    return unreadable(
      text.startsWith('"')
        ? 'has a quoted name that mail cannot be sent to safely'
        : 'has no valid name before the @',
    )
  if (!DOMAIN.test(domain)) return unreadable('has no valid domain after the @')
  const address = `${local}@${domain}`
  if (Buffer.byteLength(address) > MAX_ADDRESS_OCTETS) {
    return unreadable(`is longer than ${MAX_ADDRESS_OCTETS} octets`)
  }
  return { kind: 'email', address }
}

/** Upper, then lower: closer to Unicode's full case folding than lower alone (ß, ẞ and SS are one). */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase()
}

/**
 * What limits count an address as: one form for all spellings that reach one person (I10). Behind it the form of versions
 * that knew no mailbox but by its name, where it differs: rows that they stored are found and erased by it.
 */
export function budgetForms(address: string): readonly [form: string, ...previous: string[]] {
  const folded = foldCase(address.normalize('NFKC')).normalize('NFKC') // mutant: I10.case-fold-nfkc
  const form = mailboxOf(folded)
  const at = folded.lastIndexOf('@')
  const tag = folded.slice(0, at).indexOf('+')
  const previous = tag > 0 ? `${folded.slice(0, tag)}${folded.slice(at)}` : folded
  return previous === form ? [form] : [form, previous] // mutant: I10.legacy-form-lookup
}

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
function readLocalPart(text: string, domain: string): string | null {
  const quoted = QUOTED.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1')
  const name = quoted ?? text
  if (ENCODED_WORD.test(name)) return null // mutant: C28.ambiguous-decoding
  if (DOT_ATOM.test(name) || (isLoose(domain) && LOOSE_DOTS.test(name))) return name // mutants: C12.needless-quotes-dropped C28.loose-dot-carriers
  return quoted !== undefined && QUOTED_NAME.test(name) ? `"${name}"` : null // mutant: C28.no-quoted-lookalike
}

type Provider = {
  /** Any of them reaches the same mailbox; the first stands for all. */
  domains: readonly string[]
  /** A name as the provider compares it. */
  fold?: (name: string) => string
  /** Begins a tag, as `+` does with every provider. */
  tagMark?: string
  /** `tag@name.fastmail.com` is delivered as `name+tag@fastmail.com` is. */
  hasNamesAsSubdomains?: boolean
}

// mutants: I10.yahoo-asia-domains I10.yahoo-other-domains
const YAHOO = ['yahoo.com', 'yahoo.co.uk', 'yahoo.co.jp', 'yahoo.co.in', 'yahoo.com.br']
  .concat(['yahoo.com.au', 'yahoo.com.mx', 'yahoo.com.ar', 'yahoo.ca', 'yahoo.de', 'yahoo.es'])
  .concat(['yahoo.fr', 'yahoo.in', 'yahoo.it', 'ymail.com', 'rocketmail.com'])
  .concat(['yahoo.com.hk', 'yahoo.com.ph', 'yahoo.com.sg', 'yahoo.com.tw', 'yahoo.com.vn'])
  .concat(['yahoo.com.co', 'yahoo.com.tr', 'yahoo.co.id', 'yahoo.ie', 'yahoo.gr', 'yahoo.pl'])
const YANDEX = ['yandex.com', 'yandex.ru', 'ya.ru', 'yandex.by', 'yandex.kz', 'yandex.ua'].concat([
  'yandex.com.tr',
  'yandex.az',
  'yandex.ee',
  'yandex.fr',
  'yandex.lt',
  'yandex.lv',
])

/**
 * Only what is certain stands here: where two spellings are two people, one would spend the other's budget. So a company's
 * own domain at Google keeps its dots (support.google.com/mail/answer/7436150), and outlook.com is not hotmail.com.
 */
const PROVIDERS: readonly Provider[] = [
  { domains: ['gmail.com', 'googlemail.com'], fold: (name) => name.replaceAll('.', '') }, // mutant: I10.mailbox-aliases
  { domains: ['icloud.com', 'me.com', 'mac.com'] },
  // Proton's own client compares names without these three.
  {
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    fold: (name) => name.replaceAll(/[._-]/g, ''),
  },
  // A login of Yandex may be written with dots or hyphens, at any of its domains.
  { domains: YANDEX, fold: (name) => name.replaceAll('.', '-') },
  // Yahoo's disposable addresses are `base-keyword`; a name itself has no hyphen.
  ...YAHOO.map((domain) => ({ domains: [domain], tagMark: '-' })), // mutant: I10.yahoo-disposable
  { domains: ['fastmail.com'], hasNamesAsSubdomains: true }, // mutant: I10.fastmail-subdomain
  { domains: ['fastmail.fm'], hasNamesAsSubdomains: true },
]

const PROVIDER_OF = new Map(
  PROVIDERS.flatMap((provider) => provider.domains.map((domain) => [domain, provider])),
)

function withoutSubdomain(name: string, domain: string): readonly [name: string, domain: string] {
  const dot = domain.indexOf('.')
  const parent = domain.slice(dot + 1)
  if (!PROVIDER_OF.get(parent)?.hasNamesAsSubdomains) return [name, domain]
  return [`${domain.slice(0, dot)}+${name}`, parent]
}

/** What stands before the tag; a name that begins with the mark has none. */
function withoutTag(name: string, mark: string): string {
  const place = name.indexOf(mark)
  return place > 0 ? name.slice(0, place) : name
}

/** The quotes of `"name"` and its backslashes are no part of the name (RFC 5321 §4.1.2). */
function withoutQuotes(name: string): string {
  return /^".+"$/s.test(name) ? name.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : name
}

/** The mailbox that an address (lower case, NFKC) is delivered to: one text for all of its spellings. */
function mailboxOf(folded: string): string {
  const at = folded.lastIndexOf('@')
  const [name, domain] = withoutSubdomain(withoutQuotes(folded.slice(0, at)), folded.slice(at + 1))
  const { domains, fold, tagMark } = PROVIDER_OF.get(domain) ?? { domains: [domain] }
  const untagged = withoutTag(name, '+') // mutant: I10.plus-tag-stripped
  const base = tagMark ? withoutTag(untagged, tagMark) : untagged
  // A name of nothing but dots is nobody's, and shares no budget.
  return `${fold?.(base) || base}@${domains[0]}` // mutant: I10.domain-aliases
}
