// The text of the metrics, kept for the requests of one second.

/** Scrapers come every few seconds; a reading queries the store, and its text serves every request in the meantime. */
const TEXT_KEPT_MS = 1_000

/** One text serves every request of a second; one that failed serves none. */
export function keepText(make: () => Promise<string>, now: () => number): () => Promise<string> {
  let kept: { text: Promise<string>; until: number } | undefined
  return () => {
    if (kept && now() < kept.until) return kept.text // mutant: C52.metrics-cache
    const made = { text: make(), until: Number.POSITIVE_INFINITY }
    kept = made
    made.text.then(
      () => {
        made.until = now() + TEXT_KEPT_MS
      },
      () => {
        made.until = 0
      },
    )
    return made.text
  }
}
