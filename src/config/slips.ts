// Names in the environment that look like a setting's: misspelt, shortened, prefixed, or set by Kubernetes.

/** `tcp://10.0.0.1:9090`: set by Kubernetes (and Docker's links) as `<SERVICE>_PORT`. */
const SERVICE_LINK = /^(?:tcp|udp|sctp):\/\//

/** Whether Kubernetes set a variable for a Service in the same namespace, and no person did (sequin 2155). */
export function isServiceLink(name: string, value: string): boolean {
  return (
    (name.endsWith('_PORT') && SERVICE_LINK.test(value)) ||
    /_(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/.test(
      name,
    )
  )
}

/** For a setting whose name is taken by a service link. */
export function describeServiceLink(name: string): string {
  const service = name
    .replace(/_PORT$/, '')
    .toLowerCase()
    .replaceAll('_', '-')
  return `is a service link: Kubernetes sets it for the Service "${service}" of the namespace; put enableServiceLinks: false into the pod's spec, or give ${name} in the container's env`
}

export type Suspect = { name: string; meant: string }

/** The characters of a name, a bit each. */
const lettersOf = (name: string) =>
  Array.from(name).reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) & 31)), 0)

function countBits(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count += 1
  return count
}

/**
 * Optimal string alignment distance: insertions, deletions, substitutions and swapped neighbours. Given up
 * once it is certainly over `most`: every variable is compared with every setting, 30 ms at each start.
 */
function slipsBetween(most: number, a: string, b: string): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY
  let [earlier, previous] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (earlier[j - 2] ?? 0) + 1)
      row.push(best)
    }
    if (Math.min(...row) > most && Math.min(...previous) > most) return Number.POSITIVE_INFINITY
    ;[earlier, previous] = [previous, row]
  }
  const slips = previous[b.length] ?? 0
  return slips <= most ? slips : Number.POSITIVE_INFINITY
}

/** A short name has many innocent neighbours (HOST, HOME, POST). */
const SHORT_NAME = 6
const MAX_SLIPS = 2

type Candidate = { name: string; letters: number }

/** The known name that is fewest slips away. */
function nearest(upper: string, candidates: readonly Candidate[]): string | undefined {
  let most = upper.length < SHORT_NAME ? 1 : MAX_SLIPS
  const letters = lettersOf(upper)
  let found: string | undefined
  for (const candidate of candidates) {
    // A slip changes at most two letters, which excludes nearly all candidates.
    if (countBits(candidate.letters ^ letters) > 2 * most) continue
    const slips = slipsBetween(most, upper, candidate.name)
    if (slips > most) continue
    if (slips === most && found !== undefined) continue
    found = candidate.name
    most = slips
  }
  return found
}

/** First words that variables of other programs share: NODE_OPTIONS, DATABASE_HOST, HTTP_PROXY. */
const SHARED_WORDS = new Set(
  'ADMIN API CLIENT CODE DATA DATABASE DEFAULT HOST HTTP LOG MAX NODE PORT PUBLIC SECRET SERVICES SMS TEST'.split(
    ' ',
  ),
)
/** `A_B` may be meant as `A_X_B` or `X_A_B`; a single word is never matched so. */
const MIN_WORDS = 2

function isSubset(words: readonly string[], of: ReadonlySet<string>): boolean {
  return words.every((word) => of.has(word))
}

/** `NODE_ENVIRONMENT`, `SECRET_KEYS`: a word written out, or a plural. */
function byBeginning(upper: string, candidates: readonly Candidate[]): string | undefined {
  const longer = ({ name }: Candidate) =>
    name.includes('_') && upper.startsWith(name) && /^[A-Z]+$/.test(upper.slice(name.length))
  return candidates.find(longer)?.name
}

/** The prefix that a family of settings shares: `TWILIO`, `HTTP_SMS`. */
function familyOf(name: string): string | undefined {
  const [first = '', second = '', ...rest] = name.split('_')
  if (first === 'HTTP' && rest.length > 0) return `HTTP_${second}`
  return second && !SHARED_WORDS.has(first) ? first : undefined
}

/** `TWILIO_TOKEN`, `COUNTERSIGN_API_KEY`: words left out or added, or another name of the family. */
function byWords(upper: string, candidates: readonly Candidate[]): string | undefined {
  const words = upper.split('_').filter(Boolean)
  const own = new Set(words)
  const family = familyOf(upper)
  const scored = candidates.flatMap(({ name }) => {
    const others = name.split('_')
    if (Math.min(words.length, others.length) < MIN_WORDS) return []
    const isPart = isSubset(words, new Set(others)) || isSubset(others, own)
    const isKin = family !== undefined && familyOf(name) === family
    if (!isPart && !isKin) return []
    const common = others.filter((word) => own.has(word)).length
    return [
      { name, rank: (isPart ? 0 : 100) - common * 10 + Math.abs(others.length - words.length) },
    ]
  })
  return scored.toSorted((a, b) => a.rank - b.rank)[0]?.name
}

/**
 * `TWILIO__EU_ACOUNT_SID`, and `TWILIO_EU_ACCOUNT_SID` where there are two such: a setting of an account.
 * @param nearestTo the known name that a text is nearest to
 */
function byAccount(
  upper: string,
  {
    prefixes,
    known,
    names,
    nearestTo,
  }: Accounts & { nearestTo: (text: string) => string | undefined },
): string | undefined {
  for (const prefix of prefixes) {
    const [, marks, account, rest] =
      new RegExp(`^${prefix}(__?)([A-Z0-9]+)_(.+)$`).exec(upper) ?? []
    if (account === undefined || rest === undefined) continue
    const beginning = `${prefix}_${account}_`
    const isOf = (name: string) =>
      name.startsWith(beginning) && known.has(`${prefix}_${name.slice(beginning.length)}`)
    // One alone may be another slip: TWILIO_SMS_FROM.
    if (marks === '_' && names.filter(isOf).length < 2) continue
    const base = `${prefix}_${rest}`
    const meant = known.has(base) ? base : nearestTo(base)
    if (meant?.startsWith(`${prefix}_`))
      return `${prefix}__${account}_${meant.slice(prefix.length + 1)}`
  }
  return undefined
}

type Accounts = {
  prefixes: readonly string[]
  known: ReadonlySet<string>
  names: readonly string[]
}

/** Read by the tools and SDKs of AWS, and set in its containers: AWS_REGION, AWS_ROLE_ARN. */
const OF_AWS = /^AWS_(?!SMS_)/ // mutant: C69.aws-names

/**
 * @param known the settings' names, without their _FILE twins
 * @param prefixes of providers that may have several accounts
 */
export function findSuspects(
  env: Readonly<Record<string, string | undefined>>,
  known: ReadonlySet<string>,
  prefixes: readonly string[] = [],
): Suspect[] {
  const twins = new Set([...known].flatMap((name) => [name, `${name}_FILE`]))
  const toCandidate = (name: string): Candidate => ({ name, letters: lettersOf(name) })
  const candidates = [...twins].map(toCandidate)
  const plain = [...known].map(toCandidate)
  const byWordsOf = (upper: string) => byBeginning(upper, plain) ?? byWords(upper, plain) // mutant: C69.nearest-setting
  const ofAll = (upper: string) =>
    nearest(upper, candidates) ?? byWordsOf(upper.replace(/_FILE$/, '')) // mutant: C69.typo-suggestion
  const accounts = { prefixes, known: twins, names: Object.keys(env), nearestTo: ofAll }
  return Object.entries(env).flatMap(([name, value]) => {
    if (twins.has(name) || isServiceLink(name, value ?? '') || OF_AWS.test(name)) return []
    const upper = name.toUpperCase().trim()
    const prefixed = /^(?:COUNTERSIGN|CS)_(.+)$/.exec(upper)?.[1] ?? ''
    const meant = twins.has(prefixed) ? prefixed : (byAccount(upper, accounts) ?? ofAll(upper)) // mutant: C69.account-suggestion
    return meant ? [{ name, meant }] : []
  })
}
