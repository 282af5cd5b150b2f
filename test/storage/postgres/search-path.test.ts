// C71: names are looked up in public alone: a namesake in a schema of the user's, or a temporary table, stands in for
// nothing, whatever the user's search_path is (CVE-2018-1058).

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPostgresLimiter } from '../../../src/limits/postgres-limiter.ts'
import { openPostgres, prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createSteps } from '../../contract/steps.ts'
import { guess, keyOf, start } from '../../contract/stores.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { MIGRATIONS } from './fixture.ts'

let database: Database
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(() => database.drop())

const prepare = (migrationsFolder = MIGRATIONS, url = database.url) =>
  prepareDatabase({ url, migrationsFolder })

/** Of all migrations, and of those that others will write. */
const unpinned = () =>
  database.query(`select proname from pg_proc where pronamespace = 'public'::regnamespace
    and not coalesce(proconfig, '{}') @> array['search_path=public, pg_temp']`)

describe('C71: functions', () => {
  it('C71: each function of ours has a search_path of its own', async () => {
    await prepare()
    const [{ n = 0 } = {}] = await database.query<{ n: number }>(
      "select count(*)::int as n from pg_proc where proname like 'cs\\_%'",
    )
    expect(n).toBeGreaterThan(40)
    expect(await unpinned()).toEqual([])
  })

  it('C71: those of a database that an older version created are pinned at the next start', async () => {
    await prepare()
    await database.query('alter function cs_now_1(bigint) reset search_path')
    await prepare()
    expect(await unpinned()).toEqual([])
  })

  it('C71: so has one that a later migration brings, and one whose deadline is its own', async () => {
    await prepare()
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
    cpSync(MIGRATIONS, folder, { recursive: true })
    const journal = join(folder, 'meta/_journal.json')
    const told = JSON.parse(readFileSync(journal, 'utf8'))
    told.entries.push({ tag: 'later' })
    writeFileSync(journal, JSON.stringify(told))
    writeFileSync(
      join(folder, 'later.sql'),
      `create function cs_later_1() returns int language sql as 'select 1';
       create function cs_later_2() returns int language sql set lock_timeout = '2s' as 'select 1'`,
    )
    await prepare(folder)
    rmSync(folder, { recursive: true })
    expect(await unpinned()).toEqual([])
    const [later] = await database.query<{ proconfig: string[] }>(
      "select proconfig from pg_proc where proname = 'cs_later_2'",
    )
    expect(later?.proconfig).toEqual(['lock_timeout=2s', 'search_path=public, pg_temp'])
  })
})

describe('C71: connections', () => {
  /** A schema of the user's own, which PostgreSQL looks into first, with a namesake of every table. */
  async function plantNamesakes(): Promise<void> {
    await prepare()
    await database.query('create schema postgres')
    const tables = await database.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')`,
    )
    for (const { name } of tables)
      await database.query(
        `create table postgres.${name} as select * from public.${name} where false`,
      )
    await database.query(
      `create function postgres.cs_now_1(p_now bigint) returns bigint language sql as 'select 0::bigint'`,
    )
  }
  const filled = () =>
    database.query(`select (select count(*) from postgres.verifications)::int as planted,
      (select count(*) from postgres.limit_counters)::int as counted,
      (select count(*) from public.verifications)::int as ours`)

  it.each([
    ['', 'as it is'],
    ['?options=-c%20statement_timeout=9000', 'with options of its own'],
    ['?sslmode=disable', 'with a query'],
  ])('C71: the store is not led astray: URL%s (%s)', async (query) => {
    await plantNamesakes()
    const store = await openPostgres({
      ...{ url: database.url + query, migrationsFolder: MIGRATIONS, clock: 'caller' },
    })
    const record = await start(store)
    const { kind } = await createSteps(store.verifications).check({
      ...keyOf(record),
      ...guess(true),
    })
    expect(kind).toBe('approved')
    await store.close()
    expect(await filled()).toMatchObject([{ planted: 0, ours: 1 }])
  })

  it.each(['none', 'transaction'] as const)(
    'C71: nor are the limits, pooler %s',
    async (pooler) => {
      await plantNamesakes()
      const limiter = await openPostgresLimiter({
        ...{ url: database.url, size: 2, pooler, logger: { warn() {} } },
      })
      const limit = { max: 5, windowSeconds: 60 }
      await limiter.admit([{ name: 'check_per_ip', key: 'a', limit }])
      await limiter.close()
      expect(await filled()).toMatchObject([{ counted: 0 }])
    },
  )

  it('C71: the operator’s own options still apply', async () => {
    await prepare()
    const { createPool } = await import('../../../src/storage/postgres/pool.ts')
    const pool = createPool({
      url: `${database.url}?options=-c%20work_mem=5MB%20-c%20search_path=pg_temp`,
    })
    const { rows } = await pool.query(
      "select current_setting('work_mem') as memory, current_setting('search_path') as path",
    )
    await pool.end()
    expect(rows).toEqual([{ memory: '5MB', path: 'public,pg_temp' }])
  })

  it('C71: where a pooler keeps it from being pinned, a search_path that leads elsewhere is refused', async () => {
    await plantNamesakes()
    const opening = openPostgres({
      ...{ url: database.url, migrationsFolder: MIGRATIONS, pooler: 'transaction' },
    })
    await expect(opening).rejects.toThrow(
      `alter role postgres in database ${database.name} set search_path = public, pg_temp;`,
    )
    // What the sentence says mends it.
    await database.query(
      `alter role postgres in database ${database.name} set search_path = public, pg_temp`,
    )
    const store = await openPostgres({
      ...{ url: database.url, migrationsFolder: MIGRATIONS, pooler: 'transaction' },
    })
    await store.close()
  })

  it('C71: a temporary table is not a verification', async () => {
    await prepare()
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query('create temporary table verifications (like public.verifications)')
    await client.query('create temporary table events (like public.events)')
    await client.query(`select cs_append_event_1(1, 'x', null, '{"service":"default"}', '{}')`)
    const { rows } = await client.query(
      'select (select count(*)::int from pg_temp.events) as planted, (select count(*)::int from public.events) as ours',
    )
    await client.end()
    expect(rows).toEqual([{ planted: 0, ours: 1 }])
  })
})
