// What became of recent sends and how long they took, so that a decoy's delivery fares like the others' (C49).
// It must not know whom they were sent to.

import type { Channel } from '../kernel/channel.ts'
import type { SendResult } from './ports.ts'

/** Before anything was sent: an API call across the internet. */
const DEFAULT_DURATION_MS = 300
/** Enough to look like the real spread, and bounded. */
const KEPT_PER_CHANNEL = 64
/** Without a real send for so long nobody knows whether the provider is still away. */
const OUTAGE_REMEMBERED_MS = 120_000

/** What a decoy does: waits, then has this result. */
export type Imitation = { durationMs: number; result: SendResult }

export type RecentSends = {
  record(channel: Channel, sent: Imitation, now: number): void
  /** A recent acceptance at random; while the channel is failing, its latest failure. @param random in [0, 1) */
  imitate(channel: Channel, random: number, now: number): Imitation
}

const ACCEPTED: SendResult = { kind: 'accepted', reference: null }

type Memory = {
  durationsMs: number[]
  next: number
  outage: (Imitation & { at: number }) | null
}

export function createRecentSends(): RecentSends {
  const memories = new Map<Channel, Memory>()
  return {
    record(channel, { durationMs, result }, now) {
      // A permanent failure is one recipient's own; it says nothing about the next.
      if (result.kind === 'permanent') return
      const memory = memories.get(channel) ?? { durationsMs: [], next: 0, outage: null }
      memories.set(channel, memory)
      memory.outage = result.kind === 'accepted' ? null : { durationMs, result, at: now }
      if (result.kind !== 'accepted') return
      memory.durationsMs[memory.next] = durationMs
      memory.next = (memory.next + 1) % KEPT_PER_CHANNEL
    },
    imitate(channel, random, now) {
      const { durationsMs = [], outage = null } = memories.get(channel) ?? {}
      if (outage && now - outage.at < OUTAGE_REMEMBERED_MS) {
        const { durationMs, result } = outage
        return { durationMs, result }
      }
      const durationMs = durationsMs[Math.floor(random * durationsMs.length)] ?? DEFAULT_DURATION_MS
      return { durationMs, result: ACCEPTED }
    },
  }
}
