// The results of recent real sends and how long they took, so that a decoy's message behaves like theirs (C49).
// It must not keep recipients: persons are hashes with a secret of this process, places the domain or country.

import { hash, randomBytes } from 'node:crypto'
import type { Channel } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import { backoffWindowMs } from './answers/backoff.ts'
import { type Imitation, imitate, type Remembered } from './imitation.ts'
import type { Outbox, PastSend } from './outbox-ports.ts'
import type { SendResult } from './ports.ts'
import { faultOfStored } from './registry.ts'

/** Enough to look like the real spread and to outlast one person's repetitions. */
const KEPT_SENDS = 256
/** A flood of decoys must not become a flood of reads. */
const MIN_INTERVAL_MS = 250

type Lane = { channel: Channel; provider: string }
export type RealSend = Imitation &
  Lane & {
    /** Of the try: one that two nodes or a restart bring twice counts once. */
    id: string
    to: string
    country: string | null
    /** The time of the answer. */
    at: number
  }

export type RecentSends = {
  record(sent: RealSend): void
  knows(id: string): boolean
  /** @param random in [0, 1) @param usualMs where nothing was sent yet */
  imitate(
    decoy: Lane & { to: string; country: string | null; usualMs: number },
    random: () => number,
    now: number,
  ): Imitation
}

export function createRecentSends(): RecentSends {
  const memories = new Map<string, { sends: Remembered[]; ids: Set<string> }>()
  const secret = randomBytes(32).toString('base64')
  const keyOf = ({ channel, provider }: Lane) => `${channel} ${provider}`
  return {
    record(sent) {
      const { id, at, durationMs, result, to } = sent
      const place = placeOf(sent)
      const memory = memories.get(keyOf(sent)) ?? { sends: [], ids: new Set() }
      memories.set(keyOf(sent), memory)
      if (memory.ids.has(id)) return
      memory.ids.add(id)
      const person = hash('sha256', `${secret}${personOf(to)}`, 'base64')
      // Newest first: a send of another node may be older than some of ours.
      const older = memory.sends.findIndex((one) => one.at < at) // mutant: C49.other-node-history
      const index = older === -1 ? memory.sends.length : older
      memory.sends.splice(index, 0, { id, at, durationMs, result, person, place })
      const oldest = memory.sends.length > KEPT_SENDS ? memory.sends.pop() : undefined
      if (oldest) memory.ids.delete(oldest.id)
    },
    knows: (id) => [...memories.values()].some(({ ids }) => ids.has(id)),
    imitate(decoy, random, now) {
      const sends = memories.get(keyOf(decoy))?.sends ?? []
      return imitate(sends, { place: placeOf(decoy), usualMs: decoy.usualMs }, random, now)
    },
  }
}

const partsOf = (address: string) => {
  const at = address.lastIndexOf('@')
  return { local: address.slice(0, at).toLowerCase(), domain: address.slice(at + 1).toLowerCase() }
}

/** A domain, or an ISO 3166-1 country. */
function placeOf({ to, country }: { to: string; country: string | null }): string {
  return to.includes('@') ? partsOf(to).domain : (country ?? '')
}

/** Without dots and tags, at every domain: two persons that become one demand more proof, never less. */
function personOf(to: string): string {
  if (!to.includes('@')) return to
  const { local, domain } = partsOf(to)
  const mailbox = local.replaceAll(/(?<=.)[+-].*$|\./g, '')
  return `${mailbox}@${domain}` // mutant: C49.mailbox-spellings
}

/** A wait longer than any of our own was requested by the provider: decoys wait as long. */
function resultOf({ provider, result, tryNumber, waitMs }: PastSend): SendResult {
  if (result.kind === 'permanent')
    return { ...result, fault: result.fault ?? faultOfStored(provider, result.error.code) }
  if (result.kind !== 'temporary' || waitMs === null || waitMs <= backoffWindowMs(tryNumber))
    return result
  return { ...result, retryAfterMs: waitMs }
}

/**
 * Sends of other nodes, and of this one before a restart, from the store into the memory.
 * @returns a function that brings it up to date and never rejects: without a store decoys go by what this process saw
 */
export function createSendHistory(deps: {
  outbox: Pick<Outbox, 'pastSends'>
  keyring: Pick<Keyring, 'open'>
  recentSends: RecentSends
  clock: Clock
}): () => Promise<void> {
  const { outbox, keyring, recentSends, clock } = deps
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined

  const remember = (past: PastSend) => {
    if (recentSends.knows(past.id)) return
    try {
      const to = keyring.open(past.recipientSealed, recipientContext(past.verificationId))
      recentSends.record({ ...past, to, result: resultOf(past) }) // mutant: C49.decoy-retry-after
    } catch {
      // Sealed under a key that this node lacks, or corrupted: skipped.
    }
  }
  const read = async () => {
    try {
      for (const past of await outbox.pastSends()) remember(past) // mutant: C49.shared-send-history
    } catch {
      // The store is down, which the worker reports.
    } finally {
      readAt = clock.now()
      reading = undefined
    }
  }
  return () => {
    if (Math.abs(clock.now() - readAt) < MIN_INTERVAL_MS) return reading ?? Promise.resolve()
    reading ??= read()
    return reading
  }
}
