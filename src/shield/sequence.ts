// Numbers of a block that lie close together: somebody counts upwards. Pure.

/** By chance six numbers of a block of 10,000 lie so close together once in 10^12. */
export const SEQUENCE = { numbers: 6, span: 60 }

/** The most of these that lie within the span. */
export function closest(tails: readonly number[]): number {
  const sorted = [...new Set(tails)].sort((a, b) => a - b)
  let [first, most] = [0, 0]
  for (const [last, tail] of sorted.entries()) {
    while (tail - (sorted[first] ?? 0) > SEQUENCE.span) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}
