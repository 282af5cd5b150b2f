// What takes a while to make, made by the first who asks and kept for the others.
// It must not keep a failure: the next one who asks makes it.

export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined // mutant: C97.failure-not-kept
      throw error
    })
    return made
  }
}
