// How long something took, as counts in fixed buckets: a median of any span comes by adding them up. Pure.

/** The first bucket ends here; two more double it. */
const FIRST_MS = 250
const PER_DOUBLING = 2
/** Three days: no verification lives so long. */
const LAST = 40

export function bucketOf(ms: number): number {
  if (!(ms >= FIRST_MS)) return 0
  return Math.min(LAST, 1 + Math.floor(PER_DOUBLING * Math.log2(ms / FIRST_MS)))
}

const endOf = (bucket: number) => FIRST_MS * 2 ** (bucket / PER_DOUBLING)

/**
 * In milliseconds, within its bucket as if times lay there evenly: off by a fifth at most. Null: there are none.
 * @param share 0.5: the median
 */
export function quantileOf(
  counts: readonly { bucket: number; n: number }[],
  share: number,
): number | null {
  const sorted = counts.filter(({ n }) => n > 0).sort((a, b) => a.bucket - b.bucket)
  const total = sorted.reduce((sum, { n }) => sum + n, 0)
  let left = share * total
  for (const { bucket, n } of sorted) {
    if (left <= n) {
      const from = bucket === 0 ? 0 : endOf(bucket - 1)
      return Math.round(from + (endOf(bucket) - from) * (left / n))
    }
    left -= n
  }
  return null
}
