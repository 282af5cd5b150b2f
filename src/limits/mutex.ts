// One after the other, first come first served, with a bounded number of waiters.
// It must not know what is done inside, and must not starve the event loop of a busy process.

import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * An admission is some 0.2 ms of synchronous work joined by microtasks alone: after this many in a
 * row the event loop gets a turn, or a burst would hold up every socket until its end.
 */
const RUNS_PER_TURN = 20

export type Mutex = {
  /** @returns undefined where `maxWaiting` are waiting already; else what `work` returns or throws */
  run<T>(work: () => Promise<T>): Promise<T> | undefined
  /** Resolves when everything that has joined so far is done. */
  settled(): Promise<void>
}

export function createMutex(maxWaiting: number): Mutex {
  let tail: Promise<unknown> = Promise.resolve()
  let joined = 0
  let runsInTurn = 0
  return {
    run(work) {
      if (joined > maxWaiting) return undefined
      joined += 1
      const result = tail.then(async () => {
        runsInTurn += 1
        if (runsInTurn > RUNS_PER_TURN) {
          runsInTurn = 0
          await nextTurn()
        }
        return work()
      })
      tail = result
        .catch(() => undefined)
        .finally(() => {
          joined -= 1
        })
      return result
    },
    async settled() {
      await tail
    },
  }
}
