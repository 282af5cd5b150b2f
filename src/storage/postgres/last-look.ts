// What the last look at due rows saw, so that a worker that is woken does not look again; and whether other nodes have to hear
// of a row. It must not hold longer than a worker sleeps.

import type { LaneDue } from '../../delivery/outbox-ports.ts'

/** Less than a worker sleeps: other nodes' rows, and what an older program made, are seen once a second. */
const SEEN_FOR_MS = 900

export type LastLook = ReturnType<typeof createLastLook>

export function createLastLook(monotonicMs: () => number = () => performance.now()) {
  let isUsed = false
  let seen: { lanes: readonly LaneDue[]; atMs: number } | undefined
  let isUntold = false

  const isFresh = () => seen !== undefined && monotonicMs() - seen.atMs < SEEN_FOR_MS
  const forget = () => {
    seen = undefined
  }
  return {
    /** Until a worker claims here every look is made. */
    use() {
      isUsed = true
    },
    mayBeDue: (now: number) =>
      !isUsed || !seen || !isFresh() || seen.lanes.some(({ at }) => at <= now), // mutant: C23.pg-due-unseen
    async dueLanes(look: () => Promise<LaneDue[]>): Promise<LaneDue[]> {
      if (isUsed && seen && isFresh()) return [...seen.lanes]
      const made = { lanes: [] as LaneDue[], atMs: monotonicMs() }
      seen = made
      made.lanes = await look().catch((error: unknown) => {
        forget()
        throw error
      })
      return [...made.lanes]
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
