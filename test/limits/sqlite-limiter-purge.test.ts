import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PURGE_SQL } from '../../src/limits/limits-database.ts'
import { openSqliteLimiter, type SqliteLimiter } from '../../src/limits/sqlite-limiter.ts'

const HOUR = 3_600_000
let directory: string
let path: string
let limiter: SqliteLimiter
let wall = 0

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'limits-'))
  path = join(directory, 'limits.db')
  wall = Date.now()
  limiter = await openSqliteLimiter({ path, wallMs: () => wall })
})
afterEach(async () => {
  await limiter.close()
  rmSync(directory, { recursive: true, force: true })
})

function admit(key: string, windowSeconds: number) {
  return limiter.admit([{ name: 'sends_per_ip_burst', key, limit: { max: 9, windowSeconds } }])
}
function rows(): number {
  const db = new Database(path, { readonly: true })
  const count = db.prepare('SELECT count(*) FROM limit_counters').pluck().get() as number
  db.close()
  return count
}

it('removes what ended over an hour ago, in several batches, and nothing else', async () => {
  for (let i = 0; i < 1_100; i += 1) await admit(`short-${i}`, 60)
  for (let i = 0; i < 10; i += 1) await admit(`long-${i}`, 7_200)
  wall += HOUR
  expect(await limiter.purge()).toBe(0)
  wall += 2 * 60_000
  expect(await limiter.purge()).toBe(1_100)
  expect(rows()).toBe(10)
})

it('lets admissions pass between its batches', async () => {
  for (let i = 0; i < 2_000; i += 1) await admit(`short-${i}`, 60)
  wall += 2 * HOUR
  const order: string[] = []
  const purging = limiter.purge().then(() => order.push('purged'))
  await admit('somebody', 60).then(() => order.push('admitted'))
  await purging
  expect(order).toEqual(['admitted', 'purged'])
})

it('gives the event loop a turn after each batch', async () => {
  for (let i = 0; i < 5_000; i += 1) await admit(`short-${i}`, 60)
  wall += 2 * HOUR
  let turns = 0
  let purging = true
  const count = () => {
    turns += 1
    if (purging) setImmediate(count)
  }
  setImmediate(count)
  await limiter.purge()
  purging = false
  expect(turns).toBeGreaterThanOrEqual(10)
})

it('finds expired rows by the index, without a scan', () => {
  const db = new Database(path, { readonly: true })
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${PURGE_SQL}`).all(0, 1) as { detail: string }[]
  db.close()
  const details = plan.map(({ detail }) => detail).join('\n')
  expect(details).toContain('USING COVERING INDEX limit_counters_by_expire (expire<?)')
  expect(details).not.toMatch(/SCAN limit_counters\b/)
})

it('has the columns that the library itself would have made', async () => {
  const { RateLimiterSQLite } = await import('rate-limiter-flexible')
  const db = new Database(':memory:')
  await new Promise((resolve) => {
    new RateLimiterSQLite(
      {
        storeClient: db,
        storeType: 'better-sqlite3',
        tableName: 'theirs',
        points: 1,
        duration: 1,
      },
      resolve,
    )
  })
  const columns = (database: Database.Database, table: string) =>
    database.prepare(`SELECT name, type FROM pragma_table_info('${table}')`).all()
  const ours = new Database(path, { readonly: true })
  expect(columns(ours, 'limit_counters')).toEqual(columns(db, 'theirs'))
  ours.close()
  db.close()
})
