// B15, B16: the overview by every span and breakdown over the counts of ten million events a month, beside those of 10,000, on
// each engine. The log behind them is a million events (ten in the long form), all of them counted.

import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import pg from 'pg'
import { startPostgres } from '../../test/postgres/server.ts'
import { ADMIN_KEY, fetchPage, signIn } from '../harness/console.ts'
import { fillConsoleStore } from '../harness/console-store.ts'
import { countRowsSql } from '../harness/count-rows.ts'
import { alternate, type Context, type Figure, type Measure, measure } from '../harness/figure.ts'
import { DATABASE } from '../harness/old-rows.ts'
import { API_KEY, makeDirectory, type Service, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'
import { DURABLE } from './b9-nodes.ts'

const SMALL = { counted: 10_000, events: 10_000 }
const LARGE = { counted: 10_000_000, events: 1_000_000 }
const LONG_EVENTS = 10_000_000
const ROUNDS = 10
/** A summary is kept for two seconds, what changed for thirty. */
const KEPT_MS = 2_200
const CHANGES_KEPT_MS = 31_000
const FIRST_ROUNDS = 2
const MAX_PAGE_MS = 100
const MAX_RATIO = 3

const PAGES: Readonly<Record<string, string>> = {
  'an hour': '?span=1h',
  'a day': '?span=24h',
  'seven days': '?span=7d',
  'thirty days': '?span=30d',
  'a day by country': '?span=24h&by=country',
  'thirty days by country': '?span=30d&by=country',
  'a day by purpose, one service': '?span=24h&by=purpose&service=default',
  'a day of a provider by country': '?span=24h&provider=twilio&by=country',
  'thirty days of a country by provider': '?span=30d&country=AA&by=provider',
}

type Side = { service: Service; cookie: string }
type Size = typeof SMALL
type Times = Record<string, number>
type Engine = {
  id: string
  makeSide(context: Context, size: Size): Promise<Side>
}

/** A flow is in it, so that there is a log to fill up. */
async function runOneFlow({ loader }: Context, { url, pid }: Service): Promise<void> {
  const target = { target: 'ours', url, pid, apiKey: API_KEY } as const
  await loader.run('closedLoop', { ...target, callers: 1, warmUpSeconds: 0, seconds: 0.05 })
  await loader.run('starts', { url, apiKey: API_KEY, count: 1, channels: null })
  await waitIdle(pid)
}

async function openSide(service: Service): Promise<Side> {
  const cookie = await signIn(service.url, ADMIN_KEY)
  await waitIdle(service.pid)
  return { service, cookie }
}

/** In a file, by a template that is made once. */
function onSqlite(id: string): Engine {
  let template: string | undefined
  const makeTemplate = async (context: Context) => {
    const service = await startService(context.loader.gatewayEnv)
    await runOneFlow(context, service)
    await service.stop()
    return join(service.dataDir, DATABASE)
  }
  return {
    id,
    async makeSide(context, { counted, events }) {
      template ??= await makeTemplate(context)
      const dataDir = makeDirectory()
      const path = join(dataDir, DATABASE)
      copyFileSync(template, path)
      fillConsoleStore(path, events)
      const db = new Database(path)
      db.pragma('synchronous = OFF')
      for (const table of ['counts', 'count_costs', 'count_times']) db.exec(`DELETE FROM ${table}`)
      for (const sql of countRowsSql(counted, Date.now())) db.exec(sql)
      db.pragma('wal_checkpoint(TRUNCATE)')
      context.log(`${events} events, ${rowsOf(db)} rows of counts`)
      db.close()
      return openSide(await startService({ ...context.loader.gatewayEnv, ADMIN_KEY }, dataDir))
    },
  }
}

function rowsOf(db: Database.Database): number {
  const of = (table: string) => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  return of('counts') + of('count_costs') + of('count_times')
}

/** Each size in a database of its own on one server. */
function onPostgres(id: string, url: (database: string) => string): Engine {
  return {
    id,
    async makeSide(context, { counted, events }) {
      const name = `counted_${counted}`
      const admin = new pg.Client({ connectionString: url('postgres') })
      await admin.connect()
      await admin.query(`create database ${name}`)
      await admin.end()
      const env = { ...context.loader.gatewayEnv, ADMIN_KEY, DATABASE_URL: url(name) }
      const first = await startService(env)
      await runOneFlow(context, first)
      await first.stop()
      const client = new pg.Client({ connectionString: url(name) })
      await client.connect()
      // What fails is the statement: the server is stopped for it, and the connection with it.
      client.on('error', () => {})
      await client.query('set synchronous_commit = off')
      await client.query(
        `insert into events (at, type, service, details)
          select e.at - 2592000000 + n * (2500000000 / $1::bigint), e.type, e.service, e.details
          from generate_series(1, $1::bigint) n cross join (select * from events order by seq limit 1) e`,
        [events],
      )
      await client.query('truncate counts, count_costs, count_times')
      // Sorted once, in place of a step through the index for each row.
      const { rows: keys } = await client.query(
        `select conrelid::regclass::text as name, conname as key, pg_get_constraintdef(oid) as definition from pg_constraint
          where contype = 'p' and conrelid in ('counts'::regclass, 'count_costs'::regclass, 'count_times'::regclass)`,
      )
      for (const { name, key } of keys)
        await client.query(`alter table ${name} drop constraint ${key}`)
      for (const sql of countRowsSql(counted, Date.now())) await client.query(sql)
      for (const { name, key, definition } of keys)
        await client.query(`alter table ${name} add constraint ${key} ${definition}`)
      await client.query(`insert into count_place (id, sequence, at, version, awaited)
        select 1, max(seq), max(at), 1, '' from events
        on conflict (id) do update set sequence = excluded.sequence, at = excluded.at, version = 1, awaited = ''`)
      await client.query('update log_readers set sequence = (select max(seq) from events)')
      await client.query('vacuum analyze')
      const { rows } = await client.query(
        'select (select count(*) from counts) + (select count(*) from count_costs) + (select count(*) from count_times) as n',
      )
      context.log(`${events} events, ${rows[0].n} rows of counts`)
      await client.end()
      return openSide(await startService(env, first.dataDir))
    },
  }
}

async function readPages({ service, cookie }: Side, names = Object.keys(PAGES)): Promise<Times> {
  const times: Times = {}
  for (const name of names) {
    const url = `${service.url}/admin/overview${PAGES[name]}`
    const { status, ms, text } = await fetchPage(url, { cookie })
    if (status !== 200) throw new Error(`${name}: ${status} ${text.slice(0, 200)}`)
    times[name] = ms
  }
  return times
}

/**
 * Somebody looks at another page meanwhile. A virtual machine that reclaims the memory of processes at rest makes any first
 * answer slow: after half a minute even /healthz took 13 to 54 ms.
 */
async function passInUse({ service, cookie }: Side, ms: number): Promise<void> {
  const until = performance.now() + ms
  while (performance.now() < until) {
    await fetchPage(`${service.url}/admin/verifications`, { cookie })
    await sleep(KEPT_MS / 2)
  }
}

async function measureOverview(context: Context, engine: Engine) {
  const share = Math.min(1, context.share)
  const small = await engine.makeSide(context, SMALL)
  const events = Math.round((context.long ? LONG_EVENTS : LARGE.events) * share)
  const large = await engine.makeSide(context, { ...LARGE, events })
  // The first of all pages are compiled: they are nobody's measure.
  for (const side of [small, large]) await readPages(side)
  const spaced = async (side: Side) => {
    const began = performance.now()
    const times = await readPages(side)
    await sleep(Math.max(0, KEPT_MS / 2 - (performance.now() - began)))
    return times
  }
  const rounds = await alternate(Math.max(3, Math.round(ROUNDS * share)), {
    small: () => spaced(small),
    large: () => spaced(large),
  })
  const first: number[] = []
  for (let n = 0; n < Math.max(1, Math.round(FIRST_ROUNDS * share)); n += 1) {
    await passInUse(large, CHANGES_KEPT_MS)
    first.push((await readPages(large, ['a day']))['a day'] ?? Number.NaN)
  }
  await Promise.all([small.service.stop(), large.service.stop()])
  return { ...rounds, first }
}

function report({ id }: Engine, found: Awaited<ReturnType<typeof measureOverview>>) {
  const { small, large, first } = found
  const of = (side: Times[], name: string) => side.map((times) => times[name] ?? Number.NaN)
  const ratios = (name: string) =>
    of(large, name).map((ms, i) => ms / (small[i]?.[name] ?? Number.NaN))
  const worst = (value: (name: string) => number[]) =>
    Object.keys(PAGES).toSorted((a, b) => median(value(b)) - median(value(a)))[0] ?? ''
  const slowest = worst((name) => of(large, name))
  const grown = worst(ratios)
  const told = Object.keys(PAGES).map(
    (name) => `${name} ${format(median(of(small, name)))} → ${format(median(of(large, name)))}`,
  )
  const measures: Measure[] = [
    measure(
      `${id}a`,
      `the overview, ${LARGE.counted} events a month: the slowest (${slowest})`,
      of(large, slowest),
      { atMost: MAX_PAGE_MS },
      'ms',
    ),
    measure(`${id}b`, `÷ the same with ${SMALL.counted}: the worst (${grown})`, ratios(grown), {
      atMost: MAX_RATIO,
    }),
    measure(`${id}c`, 'with what changed, read again', first, { atMost: MAX_PAGE_MS }, 'ms'),
  ]
  const note = `Overview, ms, ${SMALL.counted} → ${LARGE.counted} events a month: ${told.join('; ')}.`
  return { measures, notes: [note] }
}

export const overviewOnSqlite: Figure = {
  id: 'B15',
  title: 'The overview, in a SQLite file',
  async run(context) {
    const engine = onSqlite('B15')
    return report(engine, await measureOverview(context, engine))
  },
}

export const overviewOnPostgres: Figure = {
  id: 'B16',
  title: 'The overview, in PostgreSQL',
  async run(context) {
    const server = await startPostgres(DURABLE)
    try {
      const engine = onPostgres('B16', server.url)
      return report(engine, await measureOverview(context, engine))
    } finally {
      await server.stop()
    }
  },
}
