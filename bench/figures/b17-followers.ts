// B17, B18: what readers of the log behind its writer cost a flow, on each engine: counting it, chaining it; and ten consoles that
// stand open on the overview. In turns with and without on one service: a reader whose place is far beyond the log has nothing to do.

import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../../test/postgres/server.ts'
import { ADMIN_KEY, OVERVIEW, openConsoles, signIn } from '../harness/console.ts'
import { alternate, type Context, type Figure, type Measure, measure } from '../harness/figure.ts'
import { DATABASE } from '../harness/old-rows.ts'
import { API_KEY, LIGHT_COST, type Service, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { cpuMs, familyCpuMs, waitIdle } from '../harness/usage.ts'
import { DURABLE } from './b9-nodes.ts'

const ROUNDS = 6
const SECONDS = 2.5
/** At the default cost of a hash, to which what a reader takes is held. */
const DEFAULT_SECONDS = 6
const CALLERS = 8
const CONSOLES = 10
const CONSOLE_ROUNDS = 4
/** Two fetches of each console. */
const CONSOLE_SECONDS = 8
const MAX_COUNTS = 1.03
const MAX_CHAIN = 1.02
const MIN_BESIDE_CONSOLES = 0.98
const NOWHERE = 10 ** 12

/** Changes the rows by which the readers know how far they are. */
type Places = { run(sql: string): Promise<unknown>; close(): Promise<unknown> }
type Reader = 'counts' | 'chain'

const END = '(SELECT coalesce(max(seq), 0) FROM events)'

/** Those that are not named stand beyond the end. */
async function setReaders({ run }: Places, on: readonly Reader[]): Promise<void> {
  const of = (name: Reader) => (on.includes(name) ? END : String(NOWHERE))
  await run(`UPDATE count_place SET sequence = ${of('counts')}, version = version + 1`)
  await run(`UPDATE log_readers SET sequence = ${of('chain')} WHERE name = 'chain'`)
}

type Cost = { cpuMs: number; flows: number }

/** Of a flow, from one rest to the next: what readers do afterwards is part of it. */
async function measureReaders(
  { loader, share }: Context,
  service: Service,
  places: Places,
  server?: PostgresServer,
) {
  const { url, pid } = service
  const cpu = () => cpuMs(pid) + (server ? familyCpuMs(server.pid()) : 0)
  const run = (seconds: number) =>
    loader.run('closedLoop', {
      ...{ target: 'ours', url, pid, apiKey: API_KEY, callers: CALLERS },
      ...{ warmUpSeconds: 0, seconds: seconds * share },
    })
  const side = (on: readonly Reader[]) => async (): Promise<Cost> => {
    await setReaders(places, on)
    await waitIdle(pid)
    const before = cpu()
    const { flows } = await run(SECONDS)
    await waitIdle(pid)
    return { cpuMs: (cpu() - before) / flows, flows }
  }
  // Compiled before it counts, with both of them at work.
  await setReaders(places, ['counts', 'chain'])
  await run(SECONDS)
  await waitIdle(pid)
  return alternate(ROUNDS, { none: side([]), counts: side(['counts']), chain: side(['chain']) })
}

/** Of a flow with hashes of the default cost, in milliseconds of CPU. */
async function defaultFlow({ loader, share }: Context): Promise<number> {
  const { url, pid, stop } = await startService(loader.gatewayEnv)
  await waitIdle(pid)
  const result = await loader.run('closedLoop', {
    ...{ target: 'ours', url, pid, apiKey: API_KEY, callers: CALLERS },
    ...{ warmUpSeconds: 1, seconds: DEFAULT_SECONDS * share },
  })
  await stop()
  return result.serverCpuMs / result.flows
}

async function measureConsoles({ loader, share }: Context, { url, pid }: Service) {
  const cookies: string[] = []
  for (let n = 0; n < CONSOLES; n += 1) cookies.push(await signIn(url, ADMIN_KEY))
  const run = async (consoles: readonly string[]) => {
    await waitIdle(pid)
    const opened = openConsoles(url, consoles, OVERVIEW)
    const { flowsPerSecond } = await loader.run('closedLoop', {
      ...{ target: 'ours', url, pid, apiKey: API_KEY },
      ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: CONSOLE_SECONDS * share },
    })
    return { rate: flowsPerSecond, pages: await opened.close() }
  }
  return alternate(CONSOLE_ROUNDS, { alone: () => run([]), watched: () => run(cookies) })
}

async function run(
  id: string,
  context: Context,
  env: Record<string, string>,
  open: (service: Service) => Promise<Places>,
  server?: PostgresServer,
) {
  const service = await startService({
    ...context.loader.gatewayEnv,
    ...LIGHT_COST,
    ...env,
    ADMIN_KEY,
  })
  const places = await open(service)
  const readers = await measureReaders(context, service, places, server)
  await setReaders(places, ['counts', 'chain'])
  const consoles = await measureConsoles(context, service)
  await places.close()
  await service.stop()
  const of = (side: keyof typeof readers) => readers[side].map((one) => one.cpuMs)
  const flowMs = await defaultFlow(context)
  const parts = (side: keyof typeof readers) =>
    of(side).map((ms, i) => 1 + (ms - (of('none')[i] ?? Number.NaN)) / flowMs)
  const rates = consoles.watched.map(
    ({ rate }, i) => rate / (consoles.alone[i]?.rate ?? Number.NaN),
  )
  const measures: Measure[] = [
    measure(`${id}a`, 'CPU of a flow, counted ÷ not', parts('counts'), { atMost: MAX_COUNTS }),
    measure(`${id}b`, 'CPU of a flow, chained ÷ not', parts('chain'), { atMost: MAX_CHAIN }),
    measure(`${id}c`, `flows/s with ${CONSOLES} overviews open ÷ without`, rates, {
      atLeast: MIN_BESIDE_CONSOLES,
    }),
  ]
  const tell = (side: keyof typeof readers) => format(median(of(side)))
  return {
    measures,
    notes: [
      `In turns at 1 MiB × 1, where less hides it: a flow takes ${tell('none')} ms of CPU${server ? ', PostgreSQL’s included' : ''}; counted ${tell('counts')} ms, chained ${tell('chain')} ms. What a reader takes is held to a flow at the default cost of a hash, ${format(flowMs)} ms${server ? ' in a file' : ''}. ${format(median(consoles.watched.map(({ pages }) => pages)))} pages were fetched in a round.`,
    ],
  }
}

async function openFile({ dataDir }: Service): Promise<Places> {
  const db = new Database(join(dataDir, DATABASE), { timeout: 10_000 })
  return { run: async (sql) => db.exec(sql), close: async () => db.close() }
}

async function openDatabase(url: string): Promise<Places> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return { run: (sql) => client.query(sql), close: () => client.end() }
}

export const followersOnSqlite: Figure = {
  id: 'B17',
  title: 'Readers of the log, in a SQLite file',
  run: (context) => run('B17', context, {}, openFile),
}

export const followersOnPostgres: Figure = {
  id: 'B18',
  title: 'Readers of the log, in PostgreSQL',
  async run(context) {
    const server = await startPostgres(DURABLE)
    try {
      const url = server.url()
      const open = () => openDatabase(url)
      return await run('B18', context, { DATABASE_URL: url }, open, server)
    } finally {
      await server.stop()
    }
  },
}
