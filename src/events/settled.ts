// The log in the order of its numbers, for readers that must leave nothing out: where a number is missing that may still
// be committed, it waits. It must not wait for a number that was never used for longer than a transaction lives.

/** Longer than any transaction that writes an event (storage/postgres/pool.ts): then its number was never used. */
const AWAITED_MS = 10_000
/** An event so old has no neighbours that are still being written: a reader that comes late does not wait at each gap. */
const OLD_MS = 60_000

type Numbered = { sequence: number; at: number }

export type Settled<Row> = {
  /** Behind `sequence`, up to the first number that may still come. */
  read(sequence: number, limit: number): Promise<Row[]>
}

export function createSettled<Row extends Numbered>(deps: {
  after: (sequence: number, limit: number) => Promise<Row[]>
  /** False where numbers are given in the order of commits. */
  hasGaps: boolean
  now: () => number
  monotonicMs?: () => number
}): Settled<Row> {
  const { after, hasGaps, monotonicMs = () => performance.now() } = deps
  /** First missed, by the number behind the gap. */
  let missed = new Map<number, number>()

  return {
    async read(sequence, limit) {
      const rows = await after(sequence, limit)
      if (!hasGaps) return rows
      const [now, wall] = [monotonicMs(), deps.now()]
      const seen = new Map<number, number>()
      let settled = rows.length
      let expected = sequence + 1
      for (const [place, row] of rows.entries()) {
        const isGap = row.sequence !== expected && row.at > wall - OLD_MS
        expected = row.sequence + 1
        if (!isGap) continue
        const since = missed.get(row.sequence) ?? now
        seen.set(row.sequence, since)
        if (now - since < AWAITED_MS) settled = Math.min(settled, place) // mutant: I20.gap-awaited
      }
      missed = seen
      return rows.slice(0, settled)
    },
  }
}
