// Receipts of decoys: they come as those of recent real messages did, on their own or in answer to a question, so that a status
// tells nobody who is a decoy (C49).
// It must not outlive the process: a decoy whose timer is lost stays sent, as a message does whose receipt is lost.

import { createHash } from 'node:crypto'
import type { Clock } from '../../kernel/clock.ts'
import type { ClaimedDelivery, Outbox } from '../outbox-ports.ts'
import { sleep } from '../run-try.ts'
import { NOTHING_NEW } from './asked.ts'
import type { ClaimedPoll } from './poll-ports.ts'
import type { Asked } from './ports.ts'

/** Of each provider in each channel. */
const REMEMBERED = 50
/** A provider whose receipts have not come for so long may have stopped. */
const REMEMBERED_MS = 3_600_000
/** A message is asked about at about the same times as the one that it is like: under half of what lies between two of them. */
const ABOUT_MS = 2_000
/** Before anybody was asked: an API call across the internet. */
const USUAL_MS = 300

type Place = { channel: string; provider: string }
type Heard = { at: number; afterMs: number }

export type DecoyReceipts = ReturnType<typeof createDecoyReceipts>

/** In [0, 1), the same for the same try: whoever asks again is told of the same message. */
const shareOf = (tryId: string) =>
  createHash('sha256').update(tryId).digest().readUInt32BE() / 2 ** 32

export function createDecoyReceipts({
  outbox,
  clock,
}: {
  outbox: Pick<Outbox, 'receive'>
  clock: Pick<Clock, 'now'>
}) {
  const heard = new Map<string, Heard[]>()
  const asked = new Map<string, number[]>()
  const keyOf = ({ channel, provider }: Place) => `${channel} ${provider}`
  const likeOf = (one: Place & { tryId: string }): Heard | undefined => {
    const now = clock.now()
    const recent = (heard.get(keyOf(one)) ?? []).filter(({ at }) => now - at < REMEMBERED_MS)
    return recent[Math.floor(shareOf(one.tryId) * recent.length)]
  }
  const delivered = { state: 'delivered', error: null, fault: null } as const
  return {
    /** A real message arrived, so long after its try began. */
    learn(place: Place, afterMs: number): void {
      const known = heard.get(keyOf(place)) ?? []
      heard.set(keyOf(place), [{ at: clock.now(), afterMs }, ...known].slice(0, REMEMBERED))
    },
    /** A question about a real message was answered after so long. */
    learnAnswer(place: Place, tookMs: number): void {
      const known = asked.get(keyOf(place)) ?? []
      asked.set(keyOf(place), [tookMs, ...known].slice(0, REMEMBERED))
    },
    /** After a decoy was sent: it arrives as a real one would. */
    follow(claim: Pick<ClaimedDelivery<unknown>, 'channel' | 'provider' | 'tryId' | 'startedAt'>) {
      const { provider, tryId, startedAt } = claim
      const like = likeOf(claim)
      if (!like) return
      const arrive = () => {
        const key = { provider, tryId, reference: null }
        const reported = { ...delivered, at: null }
        const receipt = { key, reported, now: clock.now(), next: () => undefined }
        // As lost as a real one may be.
        outbox.receive(receipt).catch(() => {})
      }
      setTimeout(arrive, Math.max(0, startedAt + like.afterMs - clock.now())).unref()
    },
    /** As its provider would answer, where it was a message. */
    async ask(
      poll: Pick<ClaimedPoll, 'channel' | 'provider' | 'tryId' | 'startedAt'>,
      signal: AbortSignal,
    ): Promise<Asked> {
      const { tryId, startedAt } = poll
      const like = likeOf(poll)
      const sinceMs = clock.now() - startedAt
      const times = asked.get(keyOf(poll)) ?? []
      await sleep(times[Math.floor(shareOf(tryId) * times.length)] ?? USUAL_MS, signal)
      if (!like || like.afterMs > sinceMs + ABOUT_MS) return NOTHING_NEW // mutant: C49.asked-decoy-waits
      const at = startedAt + like.afterMs
      return { kind: 'receipt', tryId, reference: null, ...delivered, suppress: null, at }
    },
  }
}
