// How long recent sends took, so that a decoy's delivery becomes `sent` after a time like the others' (C49).
// It must not know whom they were sent to.

import type { Channel } from '../kernel/channel.ts'

/** Before anything was sent: an API call across the internet. */
const DEFAULT_DURATION_MS = 300
/** Enough to look like the real spread, and bounded. */
const KEPT_PER_CHANNEL = 64

export type Durations = {
  record(channel: Channel, durationMs: number): void
  /** One of the recent ones at random. @param random in [0, 1) */
  pick(channel: Channel, random: number): number
}

export function createDurations(): Durations {
  const rings = new Map<Channel, { values: number[]; next: number }>()
  return {
    record(channel, durationMs) {
      const ring = rings.get(channel) ?? { values: [], next: 0 }
      rings.set(channel, ring)
      ring.values[ring.next] = durationMs
      ring.next = (ring.next + 1) % KEPT_PER_CHANNEL
    },
    pick(channel, random) {
      const values = rings.get(channel)?.values ?? []
      return values[Math.floor(random * values.length)] ?? DEFAULT_DURATION_MS
    },
  }
}
