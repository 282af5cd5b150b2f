// The tokens of providers that have a rate, for all nodes: one row a provider, one statement a batch, the database's clock.
// It must not claim a row: it only counts those that are due.

import type { SharedPace, Taken } from '../../delivery/pace/ports.ts'
import { callOf, type StoreContext } from './pool.ts'

const TAKE = callOf('granted, wait_ms as "waitMs"', 'cs_take_tokens_1', 7)

export function createSharedPace({ query, timeOf }: StoreContext): SharedPace {
  return {
    async take({ key, channel, provider, wanted, intervalMs, burst, now }) {
      const values = [key, channel, provider, wanted, intervalMs, burst, timeOf(now)]
      const [taken] = await query<Taken>({ text: TAKE, values })
      return taken ?? { granted: 0, waitMs: 0 }
    },
  }
}
