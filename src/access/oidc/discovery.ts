// What the provider publishes about itself, asked for with the first sign-in and kept for a while.
// It must not hold up a start, nor let a crowd at the sign-in ask a provider that is down once each.

import type { ServerMetadata } from 'openid-client'
import { type Clock, DAY_MS, MINUTE_MS } from '../../kernel/clock.ts'

/** A provider that moves an endpoint keeps the old one for longer. */
const FRESH_MS = 10 * MINUTE_MS
/** While the provider cannot be asked, what it said before is used: its own answer at the sign-in shows what is wrong. */
const KEPT_MS = DAY_MS
/** After a failure everybody gets the same answer for so long. */
const RETRY_AFTER_MS = 5_000

export type Discovery = () => Promise<ServerMetadata>

/** @param ask one request, with a deadline of its own */
export function createDiscovery(ask: Discovery, clock: Clock): Discovery {
  let kept: { metadata: ServerMetadata; at: number } | undefined
  let failed: { error: unknown; at: number } | undefined
  let asking: Promise<ServerMetadata> | undefined

  const renew = async (): Promise<ServerMetadata> => {
    try {
      const metadata = await ask()
      kept = { metadata, at: clock.now() }
      failed = undefined
      return metadata
    } catch (error) {
      failed = { error, at: clock.now() }
      throw error
    } finally {
      asking = undefined
    }
  }

  return async () => {
    const age = kept ? clock.now() - kept.at : Number.POSITIVE_INFINITY
    if (kept && age < FRESH_MS) return kept.metadata
    const isResting = failed !== undefined && clock.now() - failed.at < RETRY_AFTER_MS
    try {
      if (isResting) throw failed?.error
      asking ??= renew()
      return await asking
    } catch (error) {
      if (kept && age < KEPT_MS) return kept.metadata
      throw error
    }
  }
}
