// Ready {id, code, hash} for the next starts, made while the hasher has nothing else to do.
// It must not hand one out twice, nor delay a check or a start.

import type { Clock } from '../kernel/clock.ts'
import { createId } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Mint, MintedCode } from '../verification/hashing-ports.ts'
import type { IdleHasher } from './hasher.ts'

/** Some 5 s of idle hashing for each length, 100 KiB; a burst of as many starts waits for no argon2. */
const POOL_SIZE = 256

/**
 * A refill waits so long after a start, while at least a quarter of a pool is left: the commit, the answer
 * and the hand-over to a provider are done by then, and have had the cores for themselves.
 */
const QUIET_MS = 15

export type MintOptions = {
  hasher: IdleHasher
  /** A pool for each: the code lengths that the services are configured with. */
  lengths: readonly number[]
  size?: number
  clock: Clock
  generateCode: (length: number) => string
  logger?: Pick<Logger, 'error'>
}

export type RunningMint = Mint & {
  /** Fills the pools whenever the hasher is idle. */
  start(): void
  /** Ends filling and forgets every code. */
  stop(): void
  /** How many codes are ready, of how many, over all lengths. */
  level(): { ready: number; capacity: number }
}

/** On for QUIET_MS from its last beginning; calls `onOver` then. */
function createPause(onOver: () => void) {
  let timer: NodeJS.Timeout | undefined
  return {
    isOn: () => timer !== undefined,
    begin() {
      if (timer) return void timer.refresh()
      timer = setTimeout(() => {
        timer = undefined
        onOver()
      }, QUIET_MS).unref()
    },
    end() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** In memory only: a restart empties it, so every code is made under the current pepper. */
export function createMint(options: MintOptions): RunningMint {
  const { hasher, clock, generateCode, size = POOL_SIZE } = options
  const pools = new Map<number, MintedCode[]>(options.lengths.map((length) => [length, []]))
  /** Codes that are out and may come back, once: weak, for most never do. */
  const taken = new WeakSet<MintedCode>()
  let running = false
  let filling = false
  let endIdle = () => {}
  const pause = createPause(() => void fill())
  /** The emptiest pool can still serve a burst: the rest waits for a quiet moment. */
  const canWait = (pool: readonly MintedCode[]) => pause.isOn() && pool.length * 4 >= size

  const emptiest = (): [number, MintedCode[]] | undefined =>
    [...pools].sort(([, a], [, b]) => a.length - b.length).find(([, pool]) => pool.length < size)

  /** One at a time; ends when somebody wants to hash, and resumes at the hasher's next idle moment. */
  const fill = async (): Promise<void> => {
    if (filling) return
    filling = true
    try {
      for (;;) {
        const next = running ? emptiest() : undefined
        if (!next) return
        const [length, pool] = next
        if (canWait(pool)) return
        const id = createId('vrf', clock.now())
        const code = generateCode(length)
        // Decided without an await in between: an idle moment announced meanwhile would be missed.
        const hashing = hasher.hashWhenIdle(code, id)
        if (!hashing) return
        const hashed = await hashing
        if (running && pool.length < size) pool.push({ id, code, ...hashed })
      }
    } catch (error) {
      // Starts then hash for themselves, and report to their callers.
      options.logger?.error({ err: error }, 'the mint could not make a code')
    } finally {
      filling = false
    }
  }

  return {
    start() {
      if (running) return
      running = true
      endIdle = hasher.onIdle(() => void fill())
      void fill()
    },
    stop() {
      running = false
      endIdle()
      pause.end()
      for (const pool of pools.values()) pool.length = 0
    },
    level: () => ({
      ready: [...pools.values()].reduce((sum, pool) => sum + pool.length, 0),
      capacity: pools.size * size,
    }),
    take(codeLength) {
      const minted = pools.get(codeLength)?.shift()
      if (!minted) return undefined
      taken.add(minted)
      pause.begin()
      void fill()
      return minted
    },
    giveBack(minted) {
      const pool = pools.get(minted.code.length)
      if (!taken.delete(minted) || !running || !pool || pool.length >= size) return
      pool.push(minted)
    },
  }
}
