// The lines that keep the limits where many nodes count together: in PostgreSQL and in Redis.
// It must not name a line that SQLite shares (budgets.ts does). Those of Redis need redis-server on this machine.

import type { Defence } from './defence.ts'

type Where = { file: string; test: string; engine: string }

const POSTGRES: Where = {
  file: 'src/limits/postgres-limiter.ts',
  test: 'test/limits/postgres-limiter.test.ts',
  engine: 'PostgreSQL',
}
const TRANSACTIONS = { ...POSTGRES, file: 'src/limits/postgres-transactions.ts' }
const FAULTS = 'test/limits/postgres-limiter-faults.test.ts'
const REDIS: Where = {
  file: 'src/limits/redis-limiter.ts',
  test: 'test/limits/redis-limiter.test.ts',
  engine: 'Redis',
}
const REDIS_FAULTS = { ...REDIS, test: 'test/limits/redis-limiter-faults.test.ts' }

function row(
  where: Where,
  keeps: string,
  line: string,
  change: { find: string; replace: string },
  title: string,
): Defence {
  return {
    keeps,
    line: `${where.engine}: ${line}`,
    changes: [{ file: where.file, ...change }],
    test: { file: where.test, title },
  }
}

export const SHARED_LIMITS: readonly Defence[] = [
  row(
    POSTGRES,
    'I8',
    'one refusal takes back what the other limits counted',
    { find: "isKept: value.kind === 'admitted'", replace: 'isKept: true' },
    'C16: parallel admissions that are refused leave the other budget exactly as it was',
  ),
  row(
    { ...POSTGRES, test: FAULTS },
    'I11',
    'an error of the limit store refuses, it does not admit',
    {
      find: 'return run((transaction) => consumeAll(transaction, keys))',
      replace:
        "return run((transaction) => consumeAll(transaction, keys)).catch(() => ({ kind: 'admitted', budgets: [] }))",
    },
    'a row held for long: refuses at the deadline',
  ),
  row(
    TRANSACTIONS,
    'I12',
    'windows of limits go by the database’s clock, not by a node’s',
    { find: 'Math.round(databaseMs() - now)', replace: '0' },
    'the windows end when they do for the others',
  ),
  row(
    POSTGRES,
    'C15',
    'every node counts in the same order, so that none waits for another in a circle',
    { find: '\n    .sort((a, b) => (a.name < b.name ? -1 : 1))', replace: '' },
    'nor do they wait for each other in a circle',
  ),
  row(
    { ...TRANSACTIONS, test: FAULTS },
    'C17',
    'the server ends what a frozen node was in the midst of',
    {
      find: 'set local idle_in_transaction_session_timeout = ${IDLE_MS};',
      replace: '',
    },
    'a node frozen in the midst of counting',
  ),
  row(
    REDIS,
    'I8',
    'whoever is full is found before anything is counted',
    { find: 'if (full.length > 0) return toAdmission(full)', replace: '' },
    'a refusal that was foreseen counts nothing at all',
  ),
  row(
    REDIS,
    'C16',
    'whom one limit stops counts in no further one',
    { find: 'if (one.isRefused) break', replace: '' },
    'C16: racers whom their address stops count in no other budget',
  ),
  row(
    REDIS_FAULTS,
    'I11',
    'an error of the limit store refuses, it does not admit',
    {
      find: 'counterFor, keys)\n      } catch (error) {\n        throw toStoreError(error)',
      replace:
        "counterFor, keys)\n      } catch (error) {\n        return { kind: 'admitted', budgets: [] }",
    },
    'killed: refuses at once',
  ),
  row(
    REDIS_FAULTS,
    'I11',
    'a server that does not answer is away',
    { find: 'const ANSWER_MS = 90\n', replace: 'const ANSWER_MS = 90_000\n' },
    'frozen: refuses at the deadline of its answer',
  ),
  row(
    { ...REDIS_FAULTS, file: 'src/limits/redis-server.ts' },
    'C17',
    'a server that evicts counters counts nothing, after a reconnect neither',
    {
      find: "if (policy === KEEPING_POLICY) return { kind: 'fit' }",
      replace: "return { kind: 'fit' }",
    },
    'after a reconnect, too, whatever was true before',
  ),
]
