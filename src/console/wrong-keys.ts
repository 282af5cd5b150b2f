// Wrong keys at the sign-in, counted by address and in total, on all nodes together.
// It must not count a right key, nor cost a write for each guess of a flood.

import { countedAs } from '../http/refuse.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { Limiter } from '../verification/limit-ports.ts'
import { SIGN_IN_LIMITS, type SignInLimitName } from '../verification/policy.ts'

/** Addresses whose limit is full, some 100 bytes each. One that finds no place is counted in the store again. */
const MAX_REMEMBERED = 1_000

export type Full = { limit: SignInLimitName; retryAfterSeconds: number }

export type WrongKeys = {
  /**
   * Counts one. Undefined: neither limit is full. @param address canonical; null: unknown
   * @throws StoreUnavailableError
   */
  count(address: string | null): Promise<Full | undefined>
  /** Whether this node knows the address's limit to be full. Counts nothing, and asks nobody. */
  isFull(address: string | null): boolean
}

export function createWrongKeys(deps: {
  limiter: Pick<Limiter, 'admit'>
  /** Keyed: a counter's name holds no address. */
  nameCounter: (parts: readonly string[]) => string
  clock: Clock
  logger: Pick<Logger, 'warn'>
}): WrongKeys {
  const { limiter, clock, logger } = deps
  const fullUntil = new Map<string, number>()

  const keyOf = (name: SignInLimitName, whom: string) => ({
    name,
    limit: SIGN_IN_LIMITS[name],
    key: deps.nameCounter(['limit', name, whom]),
  })

  /** While a counter is full no further guess is written: until its window ends nothing changes. */
  const remembered = (key: string): number | undefined => {
    const until = fullUntil.get(key)
    const now = clock.now()
    if (until !== undefined && now < until) return Math.ceil((until - now) / 1000)
    fullUntil.delete(key)
    return undefined
  }

  const remember = (key: string, seconds: number) => {
    const [oldest] = fullUntil.keys()
    if (oldest !== undefined && fullUntil.size >= MAX_REMEMBERED) fullUntil.delete(oldest) // mutant: C33.full-address-cap
    fullUntil.set(key, clock.now() + seconds * 1000)
  }

  return {
    isFull: (address) => remembered(keyOf('sign_in_per_ip', countedAs(address)).key) !== undefined,
    async count(address) {
      const keys = [
        keyOf('sign_in_per_ip', countedAs(address)),
        keyOf('sign_in_all', 'everybody'), // mutant: C33.global-wrong-keys
      ] as const
      for (const { name, key } of keys) {
        const retryAfterSeconds = remembered(key)
        if (retryAfterSeconds !== undefined) return { limit: name, retryAfterSeconds } // mutant: C33.flood-without-writes
      }
      const admission = await limiter.admit<SignInLimitName>(keys)
      if (admission.kind === 'admitted') return undefined
      const { name: limit, retryAfterSeconds } = admission
      const { key } = limit === 'sign_in_all' ? keys[1] : keys[0]
      // Of simultaneous guesses only the first is logged.
      // mutant: C33.crowd-one-line
      if (limit === 'sign_in_all' && remembered(key) === undefined)
        logger.warn({ limit, ...SIGN_IN_LIMITS[limit] }, 'many wrong keys at the console’s sign-in')
      remember(key, retryAfterSeconds)
      return { limit, retryAfterSeconds }
    },
  }
}
