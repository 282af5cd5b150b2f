import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PURGE_SQL } from '../../src/limits/postgres-limiter.ts'
import { useLimitsDatabase } from './postgres-fixture.ts'

const HOUR_MS = 3_600_000
const limits = useLimitsDatabase()
const query = <Row>(text: string, values?: unknown[]) => limits.database().query<Row>(text, values)

/** Rows whose window ended so long ago by the database's clock; below 0: it will. */
async function insert(count: number, name: string, endedMs: number): Promise<void> {
  await query(
    `insert into limit_counters select $2 || n, 1, (extract(epoch from now()) * 1000)::bigint - $3::bigint
     from generate_series(1, $1) n`,
    [count, name, endedMs],
  )
}
async function names(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `select distinct rtrim(key, '0123456789') as name from limit_counters order by 1`,
  )
  return rows.map(({ name }) => name)
}

let holder: pg.Client
beforeEach(async () => {
  await query('truncate limit_counters')
  holder = new pg.Client({ connectionString: limits.database().url })
  await holder.connect()
})
afterEach(() => holder.end())

it('removes what ended over an hour ago, in several batches, and nothing else', async () => {
  await insert(1_100, 'long-ago-', HOUR_MS + 60_000)
  await insert(10, 'just-now-', HOUR_MS - 60_000)
  await insert(10, 'open-', -60_000)
  const limiter = await limits.open()
  expect(await limiter.purge()).toBe(1_100)
  expect(await names()).toEqual(['just-now-', 'open-'])
})

it('leaves a row that somebody counts in, and does not wait for it', async () => {
  await insert(3, 'long-ago-', 2 * HOUR_MS)
  await holder.query("begin; update limit_counters set points = 2 where key = 'long-ago-2'")
  const limiter = await limits.open({ deadlineMs: 1_000 })
  expect(await limiter.purge()).toBe(2)
  await holder.query('rollback')
  expect(await limiter.purge()).toBe(1)
})

it('runs automatically', async () => {
  await insert(3, 'long-ago-', 2 * HOUR_MS)
  await holder.query('listen gone')
  // The last deletion notifies.
  await query(`create or replace function tell_gone() returns trigger language plpgsql as
    'begin perform pg_notify(''gone'', ''''); return null; end'`)
  await query(`create trigger gone after delete on limit_counters execute function tell_gone()`)
  const gone = new Promise((resolve) => holder.once('notification', resolve))
  await limits.open({ purgeEveryMs: 20 })
  await gone
  expect(await names()).toEqual([])
  await query('drop trigger gone on limit_counters')
})

it('finds them by the index on their end', async () => {
  await insert(20_000, 'open-', -60_000)
  await insert(20, 'long-ago-', 2 * HOUR_MS)
  await query('analyze limit_counters')
  const plan = await query<Record<string, string>>(
    `explain ${PURGE_SQL.replace('$1', String(HOUR_MS)).replace('$2', '500')}`,
  )
  const text = plan.map((row) => row['QUERY PLAN']).join('\n')
  expect(text).toContain('Index Scan using limit_counters_expiry')
  expect(text).not.toContain('Seq Scan')
})
