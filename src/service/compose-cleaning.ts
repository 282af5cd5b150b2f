// What ends, is erased and is removed when its time is up.

import type { Config } from '../config/config.ts'
import { purgeUnverified } from '../factors/domain.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { createPurger } from '../retention/purger.ts'
import type { Store } from '../storage/store.ts'
import { createSweeper } from '../verification/sweeper.ts'

export function composeCleaning(config: Config, store: Store, clock: Clock, logger: Logger) {
  const sweeper = createSweeper({
    ...{ store: store.verifications, clock, logger },
    alsoPurge: (limit) => purgeUnverified({ factors: store.factors, clock }, limit),
  })
  const purger = createPurger({
    store: store.retention,
    alsoPurge: [store.suppressions.purge, store.lists.purge],
    days: config.retentionDays,
    clock,
    logger,
  })
  return { sweeper, purger }
}
