// PS: what a flow costs on PostgreSQL: the server's time by statement (pg_stat_statements), the node's by part, and what an
// idle node asks. No target.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../../test/postgres/server.ts'
import { REDIS, startRedis } from '../../test/redis/server.ts'
import type { Context, Figure } from '../harness/figure.ts'
import { IMAGE } from '../harness/server.ts'
import { cpuMs, familyCpuMs } from '../harness/usage.ts'
import { DURABLE } from './b9-nodes.ts'
import { startProfiled, toTable } from './flow-cpu.ts'

const ROUNDS = 4
const IDLE_SECONDS = 20
const COUNTED = {
  ...DURABLE,
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
}
/** Of a flow: what is asked once a second is not its own. */
const MIN_CALLS = 0.02
const MIN_MICROS = 1

type Statement = { query: string; calls: number; micros: number; planned: number; wal: number }

async function startCounting(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create extension pg_stat_statements')
  return {
    reset: () => client.query('select pg_stat_statements_reset()'),
    async read(): Promise<Statement[]> {
      const { rows } = await client.query<Statement>(
        `select query, sum(calls)::float8 as calls, sum(total_exec_time + total_plan_time) * 1000 as micros,
          sum(total_plan_time) * 1000 as planned, sum(wal_bytes)::float8 as wal
        from pg_stat_statements where query !~ 'pg_stat_statements' group by query order by micros desc`,
      )
      return rows
    },
    close: () => client.end(),
  }
}

/** The function that it calls, or how it begins. */
function nameOf(query: string): string {
  const called = /\b(cs_\w+)\s*\(/.exec(query)?.[1]
  return called ?? query.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 60)
}

function statementTable(statements: readonly Statement[], flows: number, cpuMicros: number) {
  const own = statements.filter(
    ({ calls, micros }) => calls / flows >= MIN_CALLS && micros / flows >= MIN_MICROS,
  )
  const inside = statements.reduce((sum, { micros }) => sum + micros, 0) / flows
  return [
    '| statement | calls a flow | µs a flow | of these planning | bytes of the log (WAL) |',
    '| --- | --- | --- | --- | --- |',
    ...own.map(
      ({ query, calls, micros, planned, wal }) =>
        `| \`${nameOf(query)}\` | ${(calls / flows).toFixed(2)} | ${(micros / flows).toFixed(0)} | ${(planned / flows).toFixed(0)} | ${(wal / flows).toFixed(0)} |`,
    ),
    `| **all of them** | | **${inside.toFixed(0)}** | | |`,
    `| CPU of the server and its processes | | **${cpuMicros.toFixed(0)}** | | |`,
  ].join('\n')
}

type Profiled = Awaited<ReturnType<typeof startProfiled>>
type Counting = Awaited<ReturnType<typeof startCounting>>

async function measureFlows(server: PostgresServer, counting: Counting, profiled: Profiled) {
  await counting.reset()
  const before = familyCpuMs(server.pid())
  const rounds = []
  for (let n = 0; n < ROUNDS; n += 1) rounds.push(await profiled.measureRound())
  const cpuMicros = (familyCpuMs(server.pid()) - before) * 1000
  const statements = await counting.read()
  const flows = rounds.reduce((sum, round) => sum + round.flows, 0)
  return { rounds, table: statementTable(statements, flows, cpuMicros / flows) }
}

async function measureIdle(server: PostgresServer, counting: Counting, pid: number, share: number) {
  const seconds = IDLE_SECONDS * share
  await counting.reset()
  const before = { server: familyCpuMs(server.pid()), node: cpuMs(pid) }
  await sleep(seconds * 1000)
  const perMinute = 60 / seconds
  const serverMs = (familyCpuMs(server.pid()) - before.server) * perMinute
  const node = (cpuMs(pid) - before.node) * perMinute
  const statements = await counting.read()
  const calls = statements.reduce((sum, one) => sum + one.calls, 0) * perMinute
  return `An idle node asks ${calls.toFixed(0)} statements a minute: ${serverMs.toFixed(0)} ms of the server's CPU, and ${node.toFixed(0)} of its own, the profiler's included.`
}

async function run(context: Context) {
  const server = await startPostgres(COUNTED)
  const redis = REDIS ? await startRedis() : undefined
  try {
    const counting = await startCounting(server.url())
    const limits = redis && { RATE_LIMIT_URL: redis.url() }
    const profiled = await startProfiled(context, IMAGE, { DATABASE_URL: server.url(), ...limits })
    const { rounds, table } = await measureFlows(server, counting, profiled)
    const idle = await measureIdle(server, counting, profiled.pid, context.share)
    await counting.close()
    const { main, poolMicros, flowsPerSecond } = await profiled.finish(rounds)
    return {
      measures: [],
      notes: [
        table,
        `${flowsPerSecond.toFixed(0)} flows/s of one node${redis ? ', limits in Redis' : ', limits in PostgreSQL'}. A statement's time is the clock's, not the CPU's: waits for a core are in it, the commit and its sync, the protocol and the planning of what a function holds are not.`,
        toTable({ 'main thread of the node': main }),
        `libuv's pool, argon2 above all: ${poolMicros.toFixed(0)} µs a flow.`,
        idle,
      ],
    }
  } finally {
    await redis?.stop()
    await server.stop()
  }
}

export const postgresCpu: Figure = {
  id: 'PS',
  title: 'Where a flow goes on PostgreSQL, by statement',
  run,
}
