// When a refused start may be tried again: from the rows that its recipient's guess budget is reserved by.
// It must not read them: each store does.

/** No more than these of one person can be open in a day; it bounds what a refusal reads. */
export const MAX_ROWS_FOR_RELIEF = 500

export type Reserved = {
  createdAt: number
  expiresAt: number
  /** Guesses it takes from the budget now. */
  allowed: number
  /** What is left of that once it has ended, if no further guess is made. */
  charged: number
}

/**
 * The first moment at which `excess` guesses are free again, if nobody guesses: an open one gives
 * back what it did not use at its expiry, and every one the rest when it leaves the window.
 */
export function reliefAt(
  rows: readonly Reserved[],
  excess: number,
  spanMs: number,
  now: number,
): number {
  const gains = rows
    .flatMap(({ createdAt, expiresAt, allowed, charged }) => [
      { at: expiresAt, guesses: allowed - charged },
      { at: createdAt + spanMs, guesses: charged },
    ])
    .sort((a, b) => a.at - b.at)
  let left = excess
  for (const { at, guesses } of gains) {
    left -= guesses
    if (left <= 0) return at
  }
  return gains.at(-1)?.at ?? now + spanMs
}
