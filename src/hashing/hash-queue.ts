// The queue for hashing: a bounded number of places, first come first served, a bounded number at once.
// Idle work must not delay anybody who holds a place.

import { OverloadedError } from '../kernel/errors.ts'

/** A place in the queue: used once, or released. */
type Place = {
  /** @throws OverloadedError where the deadline passes first */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Harmless when repeated, and after `run`. */
  release(): void
}

export type HashQueue = {
  /**
   * Undefined: every place is taken. Work that `begins` something may take half of the waiting places only: in a crowd
   * of starts people who already have their code would otherwise find none (half of what was begun was never finished).
   */
  reserve(work?: 'begins' | 'ends'): Place | undefined
  /** Runs now, on its own, where nobody holds a place; else undefined. */
  runWhenIdle<T>(work: () => Promise<T>): Promise<T> | undefined
  /** `running` counts idle work, too; `waiting` those that hold a place and do not run yet. */
  stats(): { running: number; waiting: number; limit: number }
  idle(): boolean
  /** Called each time the last place or run has ended. @returns the function that ends it */
  onIdle(listener: () => void): () => void
}

export type HashQueueOptions = {
  /** Runs at once. */
  concurrency: number
  /** Places beyond those. */
  queueLimit: number
  /** From `run` to its beginning. */
  deadlineMs: number
}

/** Runs jobs in order, at most `concurrency` at once; `onEnd` is called after each. */
function createLanes(concurrency: number, deadlineMs: number) {
  const queue: (() => void)[] = []
  let running = 0
  const runNow = async <T>(work: () => Promise<T>, onEnd: () => void): Promise<T> => {
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      onEnd()
    }
  }
  const advance = () => {
    while (running < concurrency && queue.length > 0) queue.shift()?.()
  }
  return {
    advance,
    runNow,
    running: () => running,
    enqueue<T>(work: () => Promise<T>, onEnd: () => void): Promise<T> {
      if (running < concurrency && queue.length === 0) return runNow(work, onEnd)
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const timer = setTimeout(() => {
        reject(new OverloadedError('hashing waited longer than its deadline'))
        queue.splice(queue.indexOf(start), 1)
        onEnd()
      }, deadlineMs)
      const start = () => {
        // A hash that has begun is finished, and its result is used: a check charges each comparison that began (I2: every guess counts).
        clearTimeout(timer)
        runNow(work, onEnd).then(resolve, reject)
      }
      queue.push(start)
      advance()
      return promise
    },
  }
}

export function createHashQueue(options: HashQueueOptions): HashQueue {
  const limit = options.concurrency + options.queueLimit
  const limitOfBeginners = options.concurrency + Math.ceil(options.queueLimit / 2)
  const lanes = createLanes(options.concurrency, options.deadlineMs)
  const listeners = new Set<() => void>()
  let reserved = 0
  let beginning = 0
  let idleWork = 0

  const idle = () => reserved === 0 && lanes.running() === 0
  const advance = () => {
    lanes.advance()
    if (idle()) for (const listener of listeners) listener()
  }
  const createPlace = (isBeginner: boolean): Place => {
    let open = true
    const leave = () => {
      reserved -= 1
      if (isBeginner) beginning -= 1
      advance()
    }
    return {
      async run(work) {
        if (!open) throw new Error('a place in the hash queue is used once')
        open = false
        return lanes.enqueue(work, leave)
      },
      release() {
        if (!open) return
        open = false
        leave()
      },
    }
  }

  return {
    reserve(work = 'ends') {
      const isBeginner = work === 'begins'
      if (reserved >= limit || (isBeginner && beginning >= limitOfBeginners)) return undefined
      reserved += 1
      if (isBeginner) beginning += 1
      return createPlace(isBeginner)
    },
    runWhenIdle(work) {
      if (!idle()) return undefined
      idleWork += 1
      return lanes.runNow(work, () => {
        idleWork -= 1
        advance()
      })
    },
    stats: () => ({
      running: lanes.running(),
      waiting: reserved - (lanes.running() - idleWork),
      limit,
    }),
    idle,
    onIdle(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
