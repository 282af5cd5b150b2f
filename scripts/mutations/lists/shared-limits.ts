// The lines that keep the limits where many nodes count together: in PostgreSQL and in Redis.
// It must not name a line that SQLite shares (budgets.ts does). Those of Redis need redis-server on this machine.

import { type Mutant, mutant } from '../mutation.ts'

const POSTGRES_LIMITER = 'test/limits/postgres-limiter.test.ts'
const POSTGRES_LIMITER_FAULTS = 'test/limits/postgres-limiter-faults.test.ts'
const REDIS_LIMITER = 'test/limits/redis-limiter.test.ts'
const REDIS_LIMITER_FAULTS = 'test/limits/redis-limiter-faults.test.ts'

export const SHARED_LIMITS: readonly Mutant[] = [
  mutant(
    'I8.pg-limit-rollback',
    'PostgreSQL: a refusal takes back what the other limits counted',
    [
      POSTGRES_LIMITER,
      'C16: parallel admissions that are refused leave the other budget exactly as it was',
    ],
    { node: 'PropertyAssignment', becomes: 'isKept: true' },
  ),
  mutant(
    'I11.pg-fail-closed',
    'PostgreSQL: an error of the limit store refuses; it does not admit',
    [POSTGRES_LIMITER_FAULTS, 'a row held for long: refuses at the deadline'],
    {
      node: 'ReturnStatement',
      becomes: `return run((transaction) => consumeAll(transaction, keys)).catch(() => ({ kind: 'admitted', budgets: [] }))`,
    },
  ),
  mutant(
    'I12.pg-limit-clock',
    'PostgreSQL: windows of limits follow the database’s clock, not a node’s',
    [POSTGRES_LIMITER, 'the windows end when they do for the others'],
    { node: 'CallExpression', becomes: '0' },
  ),
  mutant(
    'C15.pg-lock-order',
    'PostgreSQL: every node counts in the same order, so that there is no deadlock',
    [POSTGRES_LIMITER, 'C15: nor do they deadlock, whatever the order of their keys'],
    {
      node: 'CallExpression',
      becomes: `keys
    .map((key, index) => ({ key, index, name: counterName(key) }))`,
    },
  ),
  mutant(
    'C17.pg-server-timeout',
    'PostgreSQL: the server ends the transaction of a frozen node',
    [
      POSTGRES_LIMITER_FAULTS,
      'a node frozen while counting: the server frees its rows, and takes its counts back',
    ],
    {
      node: 'TemplateExpression',
      find: 'set local idle_in_transaction_session_timeout = ${IDLE_MS};',
      replace: '',
    },
  ),
  mutant(
    'I8.pg-count-given-back',
    'PostgreSQL: what a message that is not made has counted is given back',
    [POSTGRES_LIMITER, 'I8: what was admitted can be given back'],
    { node: 'PropertyAssignment', becomes: 'giveBack: async () => {}' },
  ),
  mutant(
    'I8.redis-count-given-back',
    'Redis: what a message that is not made has counted is given back',
    [REDIS_LIMITER, 'I8: what was admitted can be given back'],
    { node: 'PropertyAssignment', becomes: 'giveBack: async () => {}' },
  ),
  mutant(
    'I8.redis-check-first',
    'Redis: a full limit is found before anything is counted',
    [REDIS_LIMITER, 'a refusal that was foreseen counts nothing at all'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'C16.redis-no-overcount',
    'Redis: a request that one limit stops is counted by no further one',
    [REDIS_LIMITER, 'C16: racers stopped by their address count in no other budget'],
    { node: 'IfStatement', becomes: '' },
  ),
  mutant(
    'I11.redis-fail-closed',
    'Redis: an error of the limit store refuses; it does not admit',
    [REDIS_LIMITER_FAULTS, 'killed: refuses at once'],
    {
      node: 'ReturnStatement',
      becomes: `return use((client) => admit(client, { counterFor, answered }, keys)).catch(() => ({ kind: 'admitted', budgets: [] }))`,
    },
  ),
  mutant(
    'I11.redis-timeout',
    'Redis: a server that does not answer counts as unavailable',
    [
      REDIS_LIMITER_FAULTS,
      'frozen: refuses at the deadline of its answer, continues when it thaws',
    ],
    { node: 'VariableStatement', becomes: 'const ANSWER_MS = 90_000' },
  ),
  mutant(
    'C17.redis-noeviction',
    'Redis: a server that evicts counters counts nothing, not even after a reconnect',
    [REDIS_LIMITER_FAULTS, 'after a reconnect, too, whatever was true previously'],
    { node: 'IfStatement', becomes: `return { kind: 'fit' }` },
  ),
]
