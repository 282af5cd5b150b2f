// How much is removed at once, and how long a store rests then: by retention and where one person is erased.
// It must not be so much that callers notice.

/** Some 2 ms of one transaction. */
export const BATCH = 50
/** A busy store has its callers in between; some 2,000 rows a second at the most. */
export const PAUSE_MS = 25
