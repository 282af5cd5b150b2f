// Mail providers that deliver several spellings of a name, or several domains, to one mailbox: for counting only (I10).
// It must not be used for where mail goes: an address is sent to as it was given.

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
export function mailboxOf(folded: string): string {
  const at = folded.lastIndexOf('@')
  const [name, domain] = withoutSubdomain(withoutQuotes(folded.slice(0, at)), folded.slice(at + 1))
  const { domains, fold, tagMark } = PROVIDER_OF.get(domain) ?? { domains: [domain] }
  const untagged = withoutTag(name, '+') // mutant: I10.plus-tag-stripped
  const base = tagMark ? withoutTag(untagged, tagMark) : untagged
  // A name of nothing but dots is nobody's, and shares no budget.
  return `${fold?.(base) || base}@${domains[0]}` // mutant: I10.domain-aliases
}
