// A process of its own that shares limits.db with others: opens, waits for `go`, admits, tells how many.
// Arguments: path, how often, limit. Run by the tests of the limiter.

import { openSqliteLimiter } from '../../src/limits/sqlite-limiter.ts'

const [path = '', times = '0', max = '0'] = process.argv.slice(2)
const limiter = await openSqliteLimiter({ path, busyRetryMs: 2, deadlineMs: 20_000 })
process.stdout.write('open\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
const key = {
  name: 'sends_per_number_burst',
  key: 'shared',
  limit: { max: Number(max), windowSeconds: 600 },
} as const
const answers = await Promise.all(Array.from({ length: Number(times) }, () => limiter.admit([key])))
process.stdout.write(`${answers.filter(({ kind }) => kind === 'admitted').length}\n`)
await limiter.close()
process.exit(0)
