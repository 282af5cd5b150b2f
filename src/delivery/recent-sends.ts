// What became of recent real sends and how long they took, so that a decoy's message behaves like theirs (C49).
// It must not keep whom they went to: persons as hashes with a secret of this process, and the domain or country.

import { hash, randomBytes } from 'node:crypto'
import type { Channel } from '../kernel/channel.ts'
import { personOf, placeOf, rootOf } from './destination.ts'
import { faultOf } from './fault.ts'
import { imitateReason } from './imitated-reason.ts'
import type { SendResult } from './ports.ts'

/** Enough to look like the real spread and to outlast one person's repetitions, and bounded. */
const KEPT_SENDS = 256
/** So many persons, none of them reached since, are no coincidence: one or two may be a stranger's own. */
const SEVERAL = 3
/**
 * Refused for good where somebody was reached within a day. Numbers and mailboxes that do not exist look the same to
 * many gateways, and are free to everybody: three of them must not make decoys fail.
 */
const MANY = 20
/** Without a real send for so long nobody knows whether the provider is still away. */
const OUTAGE_REMEMBERED_MS = 120_000
/** What else of an outage counts: a code lives no longer by default, and nobody retries for longer. */
const OUTAGE_LENGTH_MS = 600_000
/** What is refused for good stays so until somebody changes a setting. */
const REFUSAL_REMEMBERED_MS = 86_400_000

/** What a decoy does: waits, then has this result. */
export type Imitation = { durationMs: number; result: SendResult }

export type RealSend = Imitation & {
  /** Of the try: what two nodes or a restart bring twice counts once. */
  id: string
  channel: Channel
  provider: string
  to: string
  /** When the answer came. */
  at: number
}

export type RecentSends = {
  record(sent: RealSend): void
  knows(id: string): boolean
  /**
   * What a real send to this recipient would most likely meet now: the failure that several share, else an
   * acceptance. @param random in [0, 1) @param usualMs where nothing was sent yet
   */
  imitate(
    decoy: { channel: Channel; provider: string; to: string; usualMs: number },
    random: () => number,
    now: number,
  ): Imitation
}

type Remembered = Imitation & Pick<RealSend, 'id' | 'at'> & { person: string; place: string }
type Memory = { sends: Remembered[]; ids: Set<string> }

const isAccepted = ({ result }: Remembered) => result.kind === 'accepted'
const isPermanent = ({ result }: Remembered) => result.kind === 'permanent'

export function createRecentSends(): RecentSends {
  const memories = new Map<string, Memory>()
  const secret = randomBytes(32).toString('base64')
  const keyOf = ({ channel, provider }: { channel: Channel; provider: string }) =>
    `${channel} ${provider}`
  return {
    record(sent) {
      const name = keyOf(sent)
      const memory = memories.get(name) ?? { sends: [], ids: new Set() }
      memories.set(name, memory)
      if (memory.ids.has(sent.id)) return
      const { id, at, durationMs, result, to } = sent
      const person = hash('sha256', `${secret}${personOf(to)}`, 'base64')
      memory.ids.add(id)
      const place = placeOf(to)
      // Newest first: only what another node sent is not the newest.
      const older = memory.sends.findIndex((one) => one.at < at) // mutant: C49.other-node-history
      const index = older === -1 ? memory.sends.length : older
      memory.sends.splice(index, 0, { id, at, durationMs, result, person, place })
      const oldest = memory.sends.length > KEPT_SENDS ? memory.sends.pop() : undefined
      if (oldest) memory.ids.delete(oldest.id)
    },
    knows: (id) => [...memories.values()].some(({ ids }) => ids.has(id)),
    imitate(decoy, random, now) {
      const sends = memories.get(keyOf(decoy))?.sends ?? []
      const place = placeOf(decoy.to)
      const failures = sharedFailures(sends, place, now)
      const [latest] = failures
      const like = latest ? failures : acceptedLike(sends, place)
      const durationMs = like[Math.floor(random() * like.length)]?.durationMs ?? decoy.usualMs // mutant: C49.first-decoy-latency
      const result = latest
        ? withReason(latest, failures, place, random)
        : ({ kind: 'accepted', reference: null } as const)
      return { durationMs, result }
    },
  }
}

function withReason(
  { result }: Remembered,
  failures: readonly Remembered[],
  place: string,
  random: () => number,
): SendResult {
  if (result.kind === 'accepted') return result
  const { code } = result.error
  const told = failures.flatMap((one) =>
    one.result.kind !== 'accepted' && one.result.error.code === code
      ? [{ reason: one.result.error.message, place: one.place }]
      : [],
  )
  return { ...result, error: { code, message: imitateReason(told, place, random) } }
}

/** One for each person: nobody's own slow mailbox sets the pace. Of the same place where several were reached there. */
function acceptedLike(sends: readonly Remembered[], place: string): Remembered[] {
  const byPerson = new Map<string, Remembered>()
  for (const one of sends.filter(isAccepted))
    if (!byPerson.has(one.person)) byPerson.set(one.person, one) // mutant: C49.slow-recipient-outlier
  const all = [...byPerson.values()]
  const here = all.filter((one) => one.place === place)
  return here.length >= SEVERAL ? here : all
}

/**
 * The failures, newest first, that a real send to this place would meet as well: the provider away or its account
 * refused; the place refused by a code that says so; else what several persons there, or several places, met alike.
 * Each only while nobody was reached since. Empty: a real send would most likely be taken.
 */
function sharedFailures(sends: readonly Remembered[], place: string, now: number): Remembered[] {
  const there = sends.filter((one) => one.place === place)
  const failed = failedSinceReached(sends, now)
  const here = failedSinceReached(there, now)
  const unclear = (list: Remembered[]) => list.filter((one) => faultOf(one.result) === 'unclear')
  const candidates = [
    failed.filter((one) => faultOf(one.result) === 'service'),
    here.filter((one) => faultOf(one.result) === 'place'),
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
