// Messages that this node's starts make are leased to its own worker in their commit, and wait here for it: nobody has to look
// for them. And what the last look saw, so that a worker that is woken does not look again.
// It must not hold what the worker has no place for: until its lease ends a row here is nobody else's.

import { randomUUID } from 'node:crypto'
import type { Outbox } from '../../delivery/outbox-ports.ts'
import type { LoadedDelivery } from '../../delivery/transitions.ts'
import type { Channel } from '../../kernel/channel.ts'
import type { DueRow } from '../engine.ts'

/** From the lease to the claim: a node that stops in between leaves rows that are due again in seconds. */
export const PLANNING_MS = 5_000
/** Less than a worker sleeps: other nodes' rows, and what an older program made, are seen once a second. */
const SEEN_FOR_MS = 900

type FreePlaces = Parameters<NonNullable<Outbox['serve']>>[0]
type Waiting = { row: Omit<DueRow, 'at'>; at: number; sinceMs: number }

export type HandOver = ReturnType<typeof createHandOver>

export function createHandOver(monotonicMs: () => number = () => performance.now()) {
  let freePlaces: FreePlaces | undefined
  let waiting: Waiting[] = []
  /** Leased by starts that are not committed yet. */
  const begun = new Map<Channel, number>()
  let seen: { dueAt: number | undefined; atMs: number } | undefined
  let isUntold = false

  const begunOf = (channel: Channel) => begun.get(channel) ?? 0
  const waitingOf = (channel: Channel) => waiting.filter(({ row }) => row.channel === channel)
  const isFresh = () => seen !== undefined && monotonicMs() - seen.atMs < SEEN_FOR_MS
  const forget = () => {
    seen = undefined
  }
  return {
    /** Until then nothing is handed over, and every look is made. */
    serve(given: FreePlaces) {
      freePlaces = given
    },
    /** For a message that is about to be made; null: no worker here has a place for it. To be followed by `end`. */
    begin(channel: Channel): { token: string; lease_ms: number } | null {
      const used = begunOf(channel) + waitingOf(channel).length
      if (!freePlaces || freePlaces(channel) <= used) return null // mutant: C23.pg-handed-places
      begun.set(channel, begunOf(channel) + 1)
      return { token: randomUUID(), lease_ms: PLANNING_MS }
    },
    /** @param made as it was committed, with the database's time; undefined: it was not */
    end(channel: Channel, made?: { delivery: LoadedDelivery; token: string; at: number }) {
      begun.set(channel, begunOf(channel) - 1)
      if (!made) return
      const { delivery, token, at } = made
      waiting.push({ row: { ...delivery, token, newToken: token }, at, sinceMs: monotonicMs() })
    },
    take(channel: Channel, limit: number): DueRow[] {
      const taken = waitingOf(channel).slice(0, limit)
      waiting = waiting.filter((one) => !taken.includes(one))
      const now = monotonicMs()
      return taken.map(({ row, at, sinceMs }) => ({ ...row, at: at + Math.floor(now - sinceMs) }))
    },
    /** Whether something may be due that does not wait here. */
    mayBeDue: (now: number) =>
      !freePlaces || !seen || !isFresh() || (seen.dueAt !== undefined && seen.dueAt <= now), // mutant: C23.pg-handed-starve
    async nextDueAt(look: () => Promise<number | undefined>): Promise<number | undefined> {
      if (waiting.length > 0) return 0
      if (freePlaces && seen && isFresh()) return seen.dueAt
      const made = { dueAt: undefined as number | undefined, atMs: monotonicMs() }
      seen = made
      const dueAt = await look().catch((error: unknown) => {
        forget()
        throw error
      })
      made.dueAt = dueAt
      return dueAt
    },
    /** What was seen holds no longer: a row was leased, planned, or made due by another node. */
    forget,
    /** A row was made due for whichever node comes first. */
    open() {
      forget()
      isUntold = true
    },
    takeUntold(): boolean {
      const informed = isUntold
      isUntold = false
      return informed
    },
  }
}
