// One at a time for each key within this process: spares a racer the work it would lose anyway.
// It must not be relied on for correctness: other processes do not see it; the store decides.

import AsyncLock from 'async-lock'

export type KeyedLock = {
  /** Runs `work` after every earlier one that shares a key has ended, however it ended. */
  run<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>
}

/** Memory is bounded by the calls in progress: a key is forgotten when its last holder ends. */
export function createKeyedLock(): KeyedLock {
  // The queues of requests are bounded where requests come in; the library's own bound would throw.
  const lock = new AsyncLock({ maxPending: Number.POSITIVE_INFINITY })
  return {
    // Taken one after another, in one order, so that two calls never wait for each other in a circle.
    run: (keys, work) => (keys.length === 0 ? work() : lock.acquire([...keys].sort(), work)),
  }
}
