// Names of other hosts, each looked up once at a time. A look-up holds a thread of libuv's pool for as long as no name server
// answers, and no more than half of the pool is for them: asked for each message, one such name held up everybody else's.
// It must not keep an answer: how long one is valid only the system knows.

import { lookup as lookUpName } from 'node:dns'
import type { LookupFunction } from 'node:net'

type Callback = Parameters<LookupFunction>[2]

/** Name servers answer within a second; where a packet was lost, the system asks again after five. */
const AGAIN_MS = 1_000
/** Whoever connects has given it up by then: slow name servers are no dead ones. */
const SLOW_MS = 5_000

const askSystem: LookupFunction = (name, options, callback) =>
  lookUpName(name, options, callback as never)

/** One that throws is answered, as one that fails is. */
function ask(resolve: LookupFunction, ...[name, options, callback]: Parameters<LookupFunction>) {
  try {
    resolve(name, options, callback)
  } catch (error) {
    callback(error as NodeJS.ErrnoException, [])
  }
}

/** In the order in which they came. */
function createLane(most: number) {
  const queue: (() => void)[] = []
  let running = 0
  const next = () => {
    const begin = running < most ? queue.shift() : undefined
    if (!begin) return
    running += 1
    begin()
  }
  return {
    enter(begin: () => void) {
      queue.push(begin)
      next()
    },
    leave() {
      running -= 1
      next()
    },
  }
}

/**
 * Names that were slow the last time are looked up one after the other.
 * @param deps.most names at once, and no second look-up of any: for those who can wait. The others: for tests
 */
export function createSharedLookup(
  deps: { most?: number; resolve?: LookupFunction | undefined; now?: () => number } = {},
): LookupFunction {
  const { most, resolve = askSystem, now = () => performance.now() } = deps
  const waiting = new Map<string, Callback[]>()
  const slow = new Set<string>()
  /** Look-ups that hold a thread: after one was answered, its second one may still. */
  const open = new Map<string, number>()
  const lanes = { usual: createLane(most ?? Number.POSITIVE_INFINITY), slow: createLane(1) }
  return (name, options, callback) => {
    const { family, hints, all, order } = options
    const asked = JSON.stringify([name, family, hints, all, order])
    const others = waiting.get(asked)
    if (others) return void others.push(callback) // mutant: C22.one-lookup-a-name
    const callbacks = [callback]
    waiting.set(asked, callbacks)
    const lane = slow.has(name) ? lanes.slow : lanes.usual // mutant: C22.slow-names-in-turn
    const finish = (tookMs: number, answer: Parameters<Callback>) => {
      waiting.delete(asked)
      if (tookMs > SLOW_MS) slow.add(name)
      else slow.delete(name)
      for (const one of callbacks) one(...answer)
    }
    lane.enter(() => {
      const began = now()
      const isOnce = most !== undefined || slow.has(name) || open.has(asked) // mutant: C22.no-third-lookup
      let own = 0
      let isOver = false
      const count = (by: number) => {
        own += by
        const all = (open.get(asked) ?? 0) + by
        if (all === 0) open.delete(asked)
        else open.set(asked, all)
      }
      const start = () => {
        count(1)
        ask(resolve, name, options, (...answer) => {
          count(-1)
          if (own === 0) lane.leave()
          // The other one may find it yet.
          if (isOver || (answer[0] && own > 0)) return
          isOver = true
          clearTimeout(again)
          finish(now() - began, answer)
        })
      }
      const again = isOnce ? undefined : setTimeout(start, AGAIN_MS).unref() // mutant: C22.lost-packet
      start()
    })
  }
}
