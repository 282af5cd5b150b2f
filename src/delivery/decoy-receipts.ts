// Receipts of decoys: they come as those of recent real messages did, so that a status tells nobody who is a decoy (C49).
// It must not outlive the process: a decoy whose timer is lost stays sent, as a message does whose receipt is lost.

import type { Clock } from '../kernel/clock.ts'
import type { ClaimedDelivery, Outbox } from './outbox-ports.ts'

/** Of each provider in each channel. */
const REMEMBERED = 50
/** A provider whose receipts have not come for so long may have stopped. */
const REMEMBERED_MS = 3_600_000

type Place = { channel: string; provider: string }
type Heard = { at: number; afterMs: number }

export type DecoyReceipts = ReturnType<typeof createDecoyReceipts>

/** @param deps.random in [0, 1) */
export function createDecoyReceipts({
  outbox,
  clock,
  random,
}: {
  outbox: Pick<Outbox, 'receive'>
  clock: Pick<Clock, 'now'>
  random: () => number
}) {
  const heard = new Map<string, Heard[]>()
  const keyOf = ({ channel, provider }: Place) => `${channel} ${provider}`
  return {
    /** A real message arrived, so long after its try began. */
    learn(place: Place, afterMs: number): void {
      const known = heard.get(keyOf(place)) ?? []
      heard.set(keyOf(place), [{ at: clock.now(), afterMs }, ...known].slice(0, REMEMBERED))
    },
    /** After a decoy was sent: it arrives as a real one would. */
    follow(claim: Pick<ClaimedDelivery<unknown>, 'channel' | 'provider' | 'tryId' | 'startedAt'>) {
      const { provider, tryId, startedAt } = claim
      const now = clock.now()
      const recent = (heard.get(keyOf(claim)) ?? []).filter(({ at }) => now - at < REMEMBERED_MS)
      const like = recent[Math.floor(random() * recent.length)]
      if (!like) return
      const arrive = () => {
        const key = { provider, tryId, reference: null }
        const reported = { state: 'delivered', error: null, fault: null, at: null } as const
        const receipt = { key, reported, now: clock.now(), next: () => undefined }
        // As lost as a real one may be.
        outbox.receive(receipt).catch(() => {})
      }
      setTimeout(arrive, Math.max(0, startedAt + like.afterMs - now)).unref()
    },
  }
}
