// The store's contracts through PgBouncer: in transaction mode each statement may meet another connection; in session
// mode it refuses what a connection begins with (logto 8065).

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../../src/kernel/errors.ts'
import { toStoreError } from '../../../src/kernel/postgres.ts'
import { explain, openPostgres } from '../../../src/storage/postgres/open.ts'
import { createPool } from '../../../src/storage/postgres/pool.ts'
import type { Store } from '../../../src/storage/store.ts'
import { describeClaims } from '../../contract/outbox-claims.ts'
import { describeSettling } from '../../contract/outbox-settling.ts'
import { createSteps } from '../../contract/steps.ts'
import { describeGuesses } from '../../contract/store-budgets.ts'
import { describeChecks } from '../../contract/store-checks.ts'
import { describeIdempotency, describeSessions } from '../../contract/store-sessions.ts'
import { type Stores, start } from '../../contract/stores.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { hasPgBouncer, type PgBouncer, startPgBouncer } from '../../postgres/pgbouncer.ts'
import { MIGRATIONS } from './fixture.ts'

const TO_OPEN = { migrationsFolder: MIGRATIONS, clock: 'caller' } as const
const title = hasPgBouncer
  ? 'through PgBouncer'
  : 'through PgBouncer (skipped: it is not installed)'

describe.skipIf(!hasPgBouncer)(title, () => {
  let database: Database
  let bouncer: PgBouncer
  let store: Store
  beforeAll(async () => {
    database = await createDatabase()
    bouncer = await startPgBouncer(database.url)
    const { url } = bouncer
    store = await openPostgres({ ...TO_OPEN, url, pooler: 'transaction' })
  })
  afterAll(async () => {
    await store?.close()
    await bouncer?.stop()
    await database?.drop()
  })
  const factory = (): Stores => ({ ...store, steps: createSteps(store.verifications) })
  describeChecks(factory)
  describeGuesses(factory)
  describeIdempotency(factory)
  describeSessions(factory)
  describeClaims(factory)
  describeSettling(factory)

  it('C71: where it is not configured for the pooler, the message names both ways out', async () => {
    const opening = openPostgres({ ...TO_OPEN, url: bouncer.url })
    await expect(opening).rejects.toThrow(/set DATABASE_POOLER to the pool_mode/)
    await expect(opening).rejects.toThrow(/ignore_startup_parameters = options,statement_timeout/)
  })
})

describe.skipIf(!hasPgBouncer)('C71: through PgBouncer in session mode', () => {
  let database: Database
  beforeAll(async () => {
    database = await createDatabase()
  })
  afterAll(() => database?.drop())

  /** As every connection of the store finds them. */
  const SETTINGS = `select current_setting('search_path') as path, current_setting('lock_timeout') as lock,
    current_setting('statement_timeout') as statement`

  it('C71: with DATABASE_POOLER=session everything is as without one', async () => {
    const bouncer = await startPgBouncer(database.url, { mode: 'session' })
    const store = await openPostgres({ ...TO_OPEN, url: bouncer.url, pooler: 'session' })
    let isHeard = false
    store.due?.onAnnounced(() => {
      isHeard = true
    })
    const other = await openPostgres({ ...TO_OPEN, url: bouncer.url, pooler: 'session' })
    const record = await start(store)
    expect((await store.verifications.find('default', record.id))?.id).toBe(record.id)
    // LISTEN begins by itself, some time after the start.
    while (!isHeard) {
      await start(other)
      other.due?.announce()
    }
    await Promise.all([store.close(), other.close()])
    await bouncer.stop()
  })

  it('C71: its connections have their deadlines and resolve names in public', async () => {
    const bouncer = await startPgBouncer(database.url, { mode: 'session' })
    const pool = createPool({ url: bouncer.url, pooler: 'session' })
    expect((await pool.query(SETTINGS)).rows).toEqual([
      { path: 'public, pg_temp', lock: '2s', statement: '4s' },
    ])
    await pool.end()
    await bouncer.stop()
  })

  it('C71: the documented line of pgbouncer.ini works, too', async () => {
    const ignored = /ignore_startup_parameters = (\S+)/.exec(
      readFileSync('docs/operations.md', 'utf8'),
    )?.[1]
    const bouncer = await startPgBouncer(database.url, { mode: 'session', ignored: ignored ?? '' })
    const store = await openPostgres({ ...TO_OPEN, url: bouncer.url })
    const record = await start(store)
    expect((await store.verifications.find('default', record.id))?.id).toBe(record.id)
    await store.close()
    await bouncer.stop()
  })

  it('C71: statement mode is refused with the same sentence', async () => {
    const bouncer = await startPgBouncer(database.url, { mode: 'statement' })
    for (const pooler of ['none', 'session', 'transaction'] as const)
      await expect(openPostgres({ ...TO_OPEN, url: bouncer.url, pooler })).rejects.toThrow(
        /statement cannot be used/,
      )
    await bouncer.stop()
  })

  it('C71: a missing database is reported as such, whatever the pool_mode', async () => {
    const bouncer = await startPgBouncer(database.url, { mode: 'session' })
    const url = bouncer.url.replace(/[^/]*$/, 'not_there')
    for (const pooler of ['session', 'transaction'] as const)
      await expect(openPostgres({ ...TO_OPEN, url, pooler })).rejects.toThrow(
        /knows no such database or user/,
      )
    await bouncer.stop()
  })
})

it.each(['query_wait_timeout', 'no more connections allowed (max_client_conn)'])(
  'C71: a pooler without a free place is named as that: %s',
  (words) => {
    const error = Object.assign(new Error(words), { code: '08P01' })
    expect(String(explain(error))).toMatch(/provides no connection.*default_pool_size/)
  },
)

describe('C71: prepared statements that meet another connection are 503, with the reason', () => {
  const ERRORS = [
    ['26000', 'prepared statement "cs_0" does not exist'],
    ['42P05', 'prepared statement "cs_0" already exists'],
  ] as const
  it.each(ERRORS)('%s: alone, and as drizzle and the store pass it on', (code, message) => {
    const error = Object.assign(new Error(message), { code })
    const query = new Error('Failed query: select 1 params: +14155552671', { cause: error })
    for (const one of [error, query]) {
      const given = toStoreError(one)
      expect(given).toBeInstanceOf(StoreUnavailableError)
      expect(String(explain(given))).toMatch(/a pooler shares connections.*DATABASE_POOLER/)
      expect(String(explain(given))).not.toContain('+14155552671')
    }
  })

  it.each([
    ['unsupported startup parameter: statement_timeout', '08P01'],
    ['unsupported startup parameter in options: search_path', '08P01'],
  ])('a pooler that refuses this kind of connection: both ways are named: %s', (message, code) => {
    const said = String(explain(Object.assign(new Error(message), { code })))
    expect(said).toMatch(
      /set DATABASE_POOLER to the pool_mode.*ignore_startup_parameters = options/,
    )
  })

  it('a wrong statement is a bug, not an unavailable database', () => {
    const error = Object.assign(new Error('syntax error'), { code: '42601' })
    expect([toStoreError(error), explain(error)]).toEqual([error, error])
  })
})
