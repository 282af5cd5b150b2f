// A process of its own that counts in one store with others: opens, waits for `go`, admits, reports how many passed and how many failed.
// Argument: JSON, see AdmitTask. Run by the tests of the limiters.

import { openPostgresLimiter } from '../../src/limits/postgres-limiter.ts'
import { openRedisLimiter } from '../../src/limits/redis-limiter.ts'
import { openSqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import type { Limiter } from '../../src/verification/limit-ports.ts'
import type { AdmitTask } from './admit-process.ts'

const task = JSON.parse(process.argv[2] ?? '{}') as AdmitTask
const logger = { warn() {} }

/** Far more than the limiter's own: what is counted must be right however late a busy machine answers. */
const DEADLINE_MS = 20_000

function open({ engine, at }: AdmitTask): Promise<Limiter & { close(): Promise<void> }> {
  if (engine === 'sqlite')
    return openSqliteLimiter({ path: at, busyRetryMs: 2, deadlineMs: DEADLINE_MS })
  if (engine === 'redis') return openRedisLimiter({ url: at, logger, answerMs: DEADLINE_MS })
  return openPostgresLimiter({ url: at, size: 4, logger, deadlineMs: DEADLINE_MS })
}

const now = Date.now
Date.now = () => now() + (task.aheadMs ?? 0)
const limiter = await open(task)
process.stdout.write('open\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
const asked = Array.from({ length: task.times }, () => limiter.admit(task.keys))
const answers = await Promise.allSettled(asked)
const isAdmitted = (answer: (typeof answers)[number]) =>
  answer.status === 'fulfilled' && answer.value.kind === 'admitted'
const failed = answers.filter(({ status }) => status === 'rejected').length
process.stdout.write(`${answers.filter(isAdmitted).length} admitted, ${failed} failed\n`)
await limiter.close()
process.exit(0)
