// The limiter of these settings: in a file, in PostgreSQL, or in Redis.
// It must not load the driver of an engine that is not used.

import { StartupError } from '../kernel/errors.ts'
import { COMPANIONS, describeFileFault } from '../kernel/file-fault.ts'
import type { Logger } from '../kernel/logger.ts'
import { makeFolderOf } from '../kernel/make-folder.ts'
import type { PostgresConfig } from '../kernel/postgres.ts'
import type { LimitStore } from './counting.ts'

export type LimitsConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'redis'; readonly url: string }
  | PostgresConfig

/**
 * Connections of its own, in addition to the store's: an admission holds one over several round trips and may wait for
 * a row that everybody counts in; a flood at one address must not keep checks from the store. Half as many as the
 * store's are enough, for an admission costs less than the rest of a start; and never one alone, which one such wait
 * would stop.
 */
const MIN_CONNECTIONS = 2

/**
 * @param isCheckpointed of a file: its checkpoints are another thread's
 * @throws StartupError, StoreUnavailableError
 */
export async function openLimiter(
  config: LimitsConfig,
  logger: Pick<Logger, 'warn'>,
  isCheckpointed = false,
): Promise<LimitStore> {
  switch (config.kind) {
    case 'sqlite': {
      try {
        makeFolderOf(config.path)
        const { openSqliteLimiter } = await import('./sqlite-limiter.ts')
        return await openSqliteLimiter({ path: config.path, isCheckpointed })
      } catch (error) {
        const fault = describeFileFault(config.path, 'write', COMPANIONS)
        throw fault ? new StartupError(fault, { cause: error }) : error
      }
    }
    case 'postgres': {
      const { url, connections, pooler } = config
      const size = Math.max(MIN_CONNECTIONS, Math.floor(connections / 2))
      const { openPostgresLimiter } = await import('./postgres-limiter.ts')
      return openPostgresLimiter({ url, size, pooler, logger })
    }
    case 'redis': {
      const { openRedisLimiter } = await import('./redis-limiter.ts')
      return openRedisLimiter({ url: config.url, logger })
    }
  }
}
