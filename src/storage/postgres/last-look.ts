// What the last look at due rows saw, so that a worker that is woken does not look again; and whether other nodes have to hear
// of a row. It must not hold longer than a worker sleeps.

/** Less than a worker sleeps: other nodes' rows, and what an older program made, are seen once a second. */
const SEEN_FOR_MS = 900

export type LastLook = ReturnType<typeof createLastLook>

export function createLastLook(monotonicMs: () => number = () => performance.now()) {
  let isUsed = false
  let seen: { dueAt: number | undefined; atMs: number } | undefined
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
      !isUsed || !seen || !isFresh() || (seen.dueAt !== undefined && seen.dueAt <= now), // mutant: C23.pg-due-unseen
    async nextDueAt(look: () => Promise<number | undefined>): Promise<number | undefined> {
      if (isUsed && seen && isFresh()) return seen.dueAt
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
