// The fate of a decoy's message, taken from that of recent real sends (C49). Pure.
// It must not invent words for a reason: only what differs from send to send is made up.

import { type Reach, reachOf } from './answers/fault.ts'
import type { SendResult } from './ports.ts'

/** So many persons, none of them reached since, are no coincidence: one or two may be a stranger's own. */
const SEVERAL = 3
/**
 * For permanent refusals where somebody was reached within a day. To many gateways numbers and mailboxes that do not exist
 * look the same, and anybody can name some for free: three of them must not make decoys fail.
 */
const MANY = 20
/** Without a real send for so long it is unknown whether the provider is still away. */
const OUTAGE_REMEMBERED_MS = 120_000
/** Of an outage, earlier failures count for so long: by default a code lives no longer, and nobody retries for longer. */
const OUTAGE_LENGTH_MS = 600_000
/** A permanent refusal lasts until somebody changes a setting. */
const REFUSAL_REMEMBERED_MS = 86_400_000

/** The fate of a decoy: it waits, then has this result. */
export type Imitation = { durationMs: number; result: SendResult }

/** A real send: `person` a hash, `place` a domain or country, `at` the time of the answer. */
export type Remembered = Imitation & { id: string; at: number; person: string; place: string }

const isAccepted = ({ result }: Remembered) => result.kind === 'accepted'
const isPermanent = ({ result }: Remembered) => result.kind === 'permanent'

/**
 * The most likely fate of a real send to this place now: the failure that several share, else an acceptance.
 * @param sends newest first
 * @param random in [0, 1)
 */
export function imitate(
  sends: readonly Remembered[],
  decoy: { place: string; usualMs: number },
  random: () => number,
  now: number,
): Imitation {
  const { place } = decoy
  const failures = sharedFailures(sends, place, now)
  const [latest] = failures
  const like = latest ? failures : acceptedLike(sends, place)
  const durationMs = like[Math.floor(random() * like.length)]?.durationMs ?? decoy.usualMs // mutant: C49.first-decoy-latency
  if (!latest || latest.result.kind === 'accepted')
    return { durationMs, result: { kind: 'accepted', reference: null } }
  const { code } = latest.result.error
  const reasons = failures.flatMap(({ result, place: to }) =>
    result.kind !== 'accepted' && result.error.code === code
      ? [{ reason: result.error.message, place: to }]
      : [],
  )
  const error = { code, message: imitateReason(reasons, place, random) }
  return { durationMs, result: { ...latest.result, error } }
}

/** One for each person, so that no single slow mailbox sets the pace; of the same place where several were reached there. */
function acceptedLike(sends: readonly Remembered[], place: string): Remembered[] {
  const byPerson = new Map<string, Remembered>()
  for (const one of sends.filter(isAccepted))
    if (!byPerson.has(one.person)) byPerson.set(one.person, one) // mutant: C49.slow-recipient-outlier
  const all = [...byPerson.values()]
  const here = all.filter((one) => one.place === place)
  return here.length >= SEVERAL ? here : all
}

/**
 * The failures, newest first, that a real send to this place would meet as well: the provider is down or refuses the
 * account; a code refuses the place; else several persons there, or several places, met the same. Each only while nobody
 * was reached since. Empty: a real send would most likely be taken.
 */
function sharedFailures(sends: readonly Remembered[], place: string, now: number): Remembered[] {
  const there = sends.filter((one) => one.place === place)
  const failed = failedSinceReached(sends, now)
  const here = failedSinceReached(there, now)
  const thatReach = (reach: Reach, list: Remembered[]) =>
    list.filter(({ result }) => result.kind !== 'accepted' && reachOf(result) === reach)
  const unclear = (list: Remembered[]) => thatReach('unclear', list)
  const candidates = [
    thatReach('everybody', failed),
    thatReach('place', here),
    ofSeveral(unclear(here), ({ person }) => person, wasReached(there, now)), // mutant: C49.decoy-permanent-refusal
    ofSeveral(unclear(failed), (one) => rootOf(one.place), wasReached(sends, now)), // mutants: C49.permanent-needs-many C49.subdomains-one-place
  ]
  return candidates.map((list) => fresh(list, now)).find((list) => list.length > 0) ?? []
}

function failedSinceReached(sends: readonly Remembered[], now: number): Remembered[] {
  const end = sends.findIndex(isAccepted)
  const since = end === -1 ? sends : sends.slice(0, end) // mutant: C49.outage-ends-early
  const memoryOf = (one: Remembered) =>
    isPermanent(one) ? REFUSAL_REMEMBERED_MS : OUTAGE_LENGTH_MS
  return since.filter((one) => now - one.at < memoryOf(one))
}

function alike(list: readonly Remembered[]): Remembered[] {
  const [latest] = list
  return latest ? list.filter((one) => isPermanent(one) === isPermanent(latest)) : []
}

function wasReached(sends: readonly Remembered[], now: number): boolean {
  return sends.some((one) => isAccepted(one) && now - one.at < REFUSAL_REMEMBERED_MS)
}

function ofSeveral(
  list: readonly Remembered[],
  of: (one: Remembered) => string,
  isReached: boolean,
): Remembered[] {
  const same = alike(list)
  const persons = isReached && same.every(isPermanent) ? MANY : 1 // mutant: C49.free-numbers-ignored
  const count = (by: (one: Remembered) => string) => new Set(same.map(by)).size
  return count(of) >= SEVERAL && count(({ person }) => person) >= persons ? same : [] // mutant: C49.decoy-failure-evidence
}

function fresh(list: readonly Remembered[], now: number): Remembered[] {
  const [latest] = list
  if (!latest) return []
  const isOver = !isPermanent(latest) && now - latest.at >= OUTAGE_REMEMBERED_MS
  return isOver ? [] : alike(list)
}

/** The last two labels: the owner of a domain has subdomains for free. Too coarse for co.uk, which only demands more proof. */
function rootOf(place: string): string {
  return place.split('.').slice(-2).join('.')
}

/** The reason of a failure, and the domain or country that the message went to. */
type PlacedReason = { reason: string; place: string }

/** In place of the send's own: no reason contains a control character. */
const PLACE = '\u0000'
const DIGITS = '0123456789'
const HEXADECIMAL = '0123456789abcdef'
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** A reason repeats a domain as it is; the two letters of a country are in any word. */
function withoutPlace({ reason, place }: PlacedReason): string {
  return place.includes('.') ? reason.replaceAll(place, PLACE) : reason
}

function another(word: string, random: () => number): string {
  const isHexadecimal = /\d/.test(word) && !/[g-z]/i.test(word)
  const pick = (from: string) => from.charAt(Math.floor(random() * from.length))
  return word.replace(/[0-9a-z]/gi, (character) => {
    if (/\d/.test(character))
      return pick(isHexadecimal && /[a-f]/i.test(word) ? HEXADECIMAL : DIGITS)
    const letter = pick(isHexadecimal ? HEXADECIMAL : LETTERS)
    return character < 'a' ? letter.toUpperCase() : letter
  })
}

/**
 * The newest reason that two sends were given, else the newest, with random characters in the words that the others lack.
 * @param given newest first, at least one
 * @param random in [0, 1)
 */
export function imitateReason(
  given: readonly PlacedReason[],
  place: string,
  random: () => number,
): string {
  const reasons = given.map(withoutPlace)
  const [newest = ''] = reasons
  const shared = reasons.find((reason, at) => reasons.indexOf(reason, at + 1) !== -1)
  const words = reasons.map((reason) => new Set(reason.split(' ')))
  const isCommon = (word: string) => words.every((all) => all.has(word))
  const made = newest
    .split(' ')
    .map((word) => (isCommon(word) ? word : another(word, random))) // mutant: C49.decoy-fresh-id
    .join(' ')
  return (shared ?? made).replaceAll(PLACE, place)
}
