// Limiters over a Redis of the file's own, as nodes open them, and what they log.
// It must not replace any part of the limiter.

import { afterAll, beforeAll } from 'vitest'
import type { LimitStore } from '../../src/limits/counting.ts'
import { openRedisLimiter } from '../../src/limits/redis-limiter.ts'
import { type RedisServer, startRedis } from '../redis/server.ts'

type Options = Parameters<typeof openRedisLimiter>[0]
export type LimitsServer = {
  server(): RedisServer
  /** As a node that starts; closed at the end. */
  open(options?: Partial<Options>): Promise<LimitStore>
  /** Every line so far. */
  logged(): string
}

/** @param usual of every limiter: the patience of those that test no fault */
export function useLimitsServer(
  settings?: Readonly<Record<string, string>>,
  usual: Partial<Options> = {},
): LimitsServer {
  let server: RedisServer
  const opened: LimitStore[] = []
  const lines: string[] = []
  const logger = {
    warn(fields: Record<string, unknown>, message: string) {
      lines.push(JSON.stringify({ ...fields, message }))
    },
  }
  beforeAll(async () => {
    server = await startRedis(settings)
  })
  afterAll(async () => {
    for (const limiter of opened) await limiter.close()
    await server.stop()
  })
  return {
    server: () => server,
    async open(options) {
      const limiter = await openRedisLimiter({ url: server.url(), logger, ...usual, ...options })
      opened.push(limiter)
      return limiter
    },
    logged: () => lines.join('\n'),
  }
}
