// The limiter of these settings: in a file, in PostgreSQL, or in Redis.
// It must not load the driver of an engine that is not used.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LimitsConfig } from './config.ts'
import { StartupError } from './kernel/errors.ts'
import type { Limiter } from './verification/ports.ts'

export type OpenLimiter = Limiter & { close(): Promise<void> }

type Log = { warn(fields: Record<string, unknown>, message: string): void }

/** @throws StartupError, StoreUnavailableError */
export async function openLimiter(config: LimitsConfig, logger: Log): Promise<OpenLimiter> {
  switch (config.kind) {
    case 'sqlite': {
      mkdirSync(dirname(config.path), { recursive: true, mode: 0o700 })
      const { openSqliteLimiter } = await import('./limits/sqlite-limiter.ts')
      return openSqliteLimiter({ path: config.path })
    }
    case 'postgres': {
      const { createPostgresLimiter } = await import('./limits/postgres-limiter.ts')
      return createPostgresLimiter({ url: config.url, logger })
    }
    case 'redis':
      throw new StartupError('no limiter for Redis')
  }
}
