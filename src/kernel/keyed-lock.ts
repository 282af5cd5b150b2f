// One at a time for each key within this process: spares a racer the work it would lose anyway.
// It must not be relied on for correctness: other processes do not see it; the store decides.

export type KeyedLock = {
  /** Runs `work` after every earlier one that shares a key has ended, however it ended. */
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>
}

/** Memory is bounded by the calls under way: a key is forgotten when its last holder ends. */
export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async run(keys, work) {
      // Sorted, so that two calls never wait for each other in a circle.
      const wanted = [...new Set(keys)].sort()
      const before = wanted.map((key) => tails.get(key))
      const { promise, resolve } = Promise.withResolvers<void>()
      for (const key of wanted) tails.set(key, promise)
      try {
        await Promise.all(before)
        return await work()
      } finally {
        for (const key of wanted) if (tails.get(key) === promise) tails.delete(key)
        resolve()
      }
    },
  }
}
