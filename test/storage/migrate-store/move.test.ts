// A whole store moved from SQLite into a real PostgreSQL, and what keeps a move from being half, mixed or wrong.

import { spawnSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { verifyChain } from '../../../src/audit/verify.ts'
import { EVENT_TYPES } from '../../../src/events/types.ts'
import { StartupError } from '../../../src/kernel/errors.ts'
import { type MoveOptions, moveStore, undoMove } from '../../../src/storage/migrate-store/move.ts'
import { TABLES } from '../../../src/storage/migrate-store/rows.ts'
import { prepareDatabase } from '../../../src/storage/postgres/open.ts'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { SINCE } from '../../contract/factor-steps.ts'
import { claim, SENT, sendAll, settlement } from '../../contract/outbox-steps.ts'
import { createInput, HOUR, newVerification, T0 } from '../../contract/rows.ts'
import { createSteps } from '../../contract/steps.ts'
import { guess } from '../../contract/stores.ts'
import { LONG } from '../../long.ts'
import { createDatabase, type Database } from '../../postgres/databases.ts'
import { MIGRATIONS as POSTGRES_MIGRATIONS } from '../postgres/fixture.ts'
import { MIGRATIONS, makeDirectory, openStore } from '../sqlite/fixture.ts'
import { BROKEN_TEXT, DAYS, type Filled, fillStore as fillAnew, SIGNER } from './filled-store.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function newDatabase(): Promise<Database> {
  const made = await createDatabase()
  undo.push(() => made.drop())
  return made
}

function newPath(): string {
  const directory = makeDirectory()
  undo.push(() => directory.remove())
  return join(directory.path, 'countersign.db')
}

const templates = makeDirectory()
let filledOnce: Filled
beforeAll(async () => {
  filledOnce = await fillAnew(join(templates.path, 'filled.db'))
})
afterAll(() => templates.remove())

/** For all but the other file of two: a move knows a file by what is in it. */
function copyFilled(path: string): Filled {
  copyFileSync(filledOnce.path, path)
  return { ...filledOnce, path }
}

const notes: string[] = []
function move(path: string, { url }: { url: string }, change: Partial<MoveOptions> = {}) {
  notes.length = 0
  return moveStore({
    path,
    url,
    sqliteMigrations: MIGRATIONS,
    postgresMigrations: POSTGRES_MIGRATIONS,
    batch: 7,
    signal: new AbortController().signal,
    onProgress: () => {},
    onNote: (note) => void notes.push(note),
    ...change,
  })
}

/** Ends after so many batches, as Ctrl-C does. @returns whether it was complete before */
async function moveAPart(
  path: string,
  database: Database,
  batches: number,
  change: Partial<MoveOptions> = {},
): Promise<boolean> {
  const stop = new AbortController()
  let left = batches
  const onProgress = () => {
    left -= 1
    if (left === 0) stop.abort()
  }
  try {
    return (
      (await move(path, database, { ...change, signal: stop.signal, onProgress })).kind ===
      'complete'
    )
  } catch (error) {
    if (!stop.signal.aborted) throw error
    return false
  }
}

async function openMoved({ url }: Database): Promise<Store> {
  await prepareDatabase({ url, migrationsFolder: POSTGRES_MIGRATIONS })
  const store = await createPostgresStore({ url, clock: 'caller' })
  undo.push(() => store.close())
  return store
}

/** PostgreSQL has no place for half a character or a zero: they become the sign for what could not be read. */
const readable = BROKEN_TEXT.replace('\ud83d', '\ufffd').replace('\0', '\ufffd')
function repaired<T>(value: T): T {
  if (value === BROKEN_TEXT) return readable as T
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(repaired) as T
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, repaired(v)])) as T
}

/** Everything that the ports tell of what was filled in. */
async function readAll(store: Store, { pending, ended, held, app, set }: Filled) {
  const ids = [pending.id, held.id, ...ended]
  const query = { service: null, cursor: null, limit: 500 }
  return {
    verifications: await Promise.all(ids.map((id) => store.verifications.find('default', id))),
    deliveries: await Promise.all(ids.map((id) => store.verifications.deliveriesOf(id))),
    listed: await store.verifications.list({
      ...{ service: 'default', budgetIndexes: [pending.budgetIndex], cursor: null, limit: 10 },
    }),
    events: (await store.events.list(query)).items,
    ofPerson: await store.events.list({ ...query, budgetIndexes: [pending.budgetIndex] }),
    answer: await store.verifications.findAnswer(pending.write.key, T0),
    keys: await store.apiKeys.list(null),
    factors: await store.factors.ofSubject({
      ...{ service: 'default', subjectIndexes: [app.subjectIndex], unverifiedSince: SINCE },
    }),
    unused: await store.factors.recoveryHash(set.record.id, 'BBBB'),
    continuable: await store.verifications.findContinuable(pending.slot, T0 + 300),
    newest: await store.newestTime(),
    due: await store.outbox.dueLanes(),
    traces: await store.traces.of(pending.id),
  }
}

async function countAll({ query }: Database) {
  const counts = TABLES.map(({ name }) => `(select count(*)::int from ${name}) as ${name}`)
  return (await query(`select ${counts.join(', ')}`))[0]
}

it('PostgreSQL gives SQLite’s answers, and continues from them', async () => {
  const database = await newDatabase()
  const path = newPath()
  const filled = copyFilled(path)
  const before = await openStore(path)
  const said = await readAll(before, filled)
  await before.close()

  const result = await move(path, database)
  expect(result.kind).toBe('complete')
  expect(result.tables.every((table) => table.isSame && table.source.rows > 0)).toBe(true)
  const store = await openMoved(database)
  expect(await readAll(store, filled)).toEqual(repaired(said))
  // Of the same chain, though JSON and texts lie there in another form.
  const about = { verifiers: [SIGNER.verifier], days: DAYS, now: T0 + HOUR, kept: null }
  const verified = await verifyChain({ store: store.audit, ...about })
  expect(verified).toMatchObject({ wrong: null, waiting: 0, segments: expect.any(Number) })
  expect(verified.events).toBeGreaterThan(EVENT_TYPES.length)
  // What was counted there is not counted again.
  expect(await store.counts.next(10)).toMatchObject({ events: [], hasMore: false })

  const { pending, held } = filled
  // A message that was to be tried again, and the row that a worker of SQLite held when it ended.
  const [due] = await claim(store, T0 + 2_000, sendAll)
  if (!due) throw new Error('nothing is due')
  expect(due).toMatchObject({ verificationId: pending.id, tryNumber: 2, reclaimed: false })
  expect(await store.outbox.settle(settlement(due, T0 + 2_100, SENT))).toBe('settled')
  expect(await store.outbox.settle(settlement(held.held, T0 + 2_200, SENT))).toBe('settled')
  const key = { id: pending.id, service: 'default' }
  const steps = createSteps(store.verifications)
  const approved = await steps.check({ ...key, ...guess(true, T0 + 3_001) })
  expect(approved).toMatchObject({ kind: 'approved', record: { attempts: 2, failed: 1 } })
  const again = createInput(newVerification(), { idempotency: pending.write })
  expect(await store.verifications.create(again)).toMatchObject({ kind: 'answered_before' })

  // New rows are numbered behind those that were moved.
  const created = await store.verifications.create(createInput(newVerification()))
  if (created.kind !== 'created') throw new Error(created.kind)
  const [newest] = (
    await store.events.list({
      ...{ service: null, verificationId: created.record.id, cursor: null, limit: 1 },
    })
  ).items
  expect(newest?.sequence).toBeGreaterThan(Math.max(...said.events.map((e) => e.sequence)))
})

it('every table and column of the file is moved', async () => {
  const path = newPath()
  const store = await openStore(path)
  const tables = store.client
    .prepare("select name from sqlite_schema where type = 'table' order by name")
    .pluck()
    .all()
  await store.close()
  expect(TABLES.map(({ name }) => name).sort()).toEqual(tables)
  const database = await newDatabase()
  copyFilled(path)
  const { tables: compared } = await move(path, database)
  expect(compared).toHaveLength(tables.length)
})

it('a table that this version does not know is not left behind', async () => {
  const database = await newDatabase()
  const path = newPath()
  const store = await openStore(path)
  store.client.exec('create table later (a int)')
  await store.close()
  await expect(move(path, database)).rejects.toThrow(/tables that this version cannot move: later/)
})

/** Each run opens both sides again, which is most of what it costs. */
const RESUMED: Partial<MoveOptions> = LONG ? {} : { batch: 60 }

it('resumes after an interruption at any batch, without a row duplicated or missing', async () => {
  const path = newPath()
  copyFilled(path)
  const whole = await newDatabase()
  await move(path, whole)
  undoMove(path, MIGRATIONS)
  const counts = await countAll(whole)

  const database = await newDatabase()
  let runs = 1
  while (!(await moveAPart(path, database, runs, RESUMED))) {
    expect(notes).toEqual([])
    runs += 1
  }
  expect(runs).toBeGreaterThan(LONG ? 10 : 4)
  expect(await countAll(database)).toEqual(counts)
})

it('until it is complete no service begins on the database, and the file is free', async () => {
  const database = await newDatabase()
  const path = newPath()
  copyFilled(path)
  await moveAPart(path, database, 5)
  const starting = openMoved(database)
  await expect(starting).rejects.toThrow(StartupError)
  await expect(starting).rejects.toThrow(/is not complete: run countersign migrate-store again/)
  const service = await openStore(path)
  await service.close()

  await move(path, database)
  await openMoved(database)
  await expect(openStore(path)).rejects.toThrow(/was moved to PostgreSQL: set DATABASE_URL/)
  expect(undoMove(path, MIGRATIONS)).toBe(true)
  expect(undoMove(path, MIGRATIONS)).toBe(false)
  await (await openStore(path)).close()
})

it('a file that changed meanwhile is moved again, as it is now', async () => {
  const database = await newDatabase()
  const path = newPath()
  const filled = copyFilled(path)
  await moveAPart(path, database, 8)
  const service = await openStore(path)
  const key = { id: filled.pending.id, service: 'default' }
  await createSteps(service.verifications).check({ ...key, ...guess(true, T0 + 1_001) })
  const said = await readAll(service, filled)
  await service.close()
  expect((await move(path, database)).kind).toBe('complete')
  expect(notes).toEqual([expect.stringMatching(/has changed since .*\(verifications, codes/)])
  expect(await readAll(await openMoved(database), filled)).toEqual(repaired(said))
})

it('run again when it is complete it changes nothing, and reports a file that was used since', async () => {
  const database = await newDatabase()
  const path = newPath()
  const filled = copyFilled(path)
  await move(path, database)
  const store = await openMoved(database)
  await store.apiKeys.revoke(filled.keys[0]?.id ?? '', T0 + 77)
  expect((await move(path, database)).kind).toBe('before')
  expect(await store.apiKeys.find(filled.keys[0]?.id ?? '')).toMatchObject({ revokedAt: T0 + 77 })

  undoMove(path, MIGRATIONS)
  const service = await openStore(path)
  await service.apiKeys.revoke(filled.keys[0]?.id ?? '', T0 + 99)
  await service.close()
  await store.close()
  undo.splice(-1)
  await expect(move(path, database)).rejects.toThrow(/has changed since \(api_keys\)/)
})

it('a complete database is reported complete while services use it', async () => {
  const database = await newDatabase()
  const path = newPath()
  copyFilled(path)
  await move(path, database)
  await openMoved(database)
  expect((await move(path, database)).kind).toBe('before')
})

/** As a stranger would who writes into the database while it is filled. */
const MEDDLING = [
  [
    'verifications',
    'before insert on verifications',
    "if new.status = 'approved' then new.attempts := 9; end if",
  ],
  ['events', 'before insert on events', `new.details := new.details || '{"more": 1}'`],
  ['api_keys', 'before insert on events', "delete from api_keys where service = 'default'"],
] as const

it.each(MEDDLING)('a row of %s that was altered fails the check', async (table, when, what) => {
  const database = await newDatabase()
  const path = newPath()
  copyFilled(path)
  await prepareDatabase({ url: database.url, migrationsFolder: POSTGRES_MIGRATIONS })
  await database.query(
    `create function meddle() returns trigger language plpgsql as $$ begin ${what}; return new; end $$;
     create trigger meddling ${when} for each row execute function meddle()`,
  )
  const result = await move(path, database)
  expect(result.kind).toBe('differs')
  expect(result.tables.filter((one) => !one.isSame).map((one) => one.table)).toEqual([table])
  await expect(openMoved(database)).rejects.toThrow(/is not complete/)
  await database.query('drop function meddle cascade')
  expect((await move(path, database)).kind).toBe('complete')
})

it('a file that anything has open, even idle, is not moved, and nothing opens it meanwhile', async () => {
  const database = await newDatabase()
  const path = newPath()
  const service = await openStore(path)
  await expect(move(path, database)).rejects.toThrow(/is in use: stop the service/)
  await service.close()
  copyFilled(path)
  const text = `new (require('better-sqlite3'))(${JSON.stringify(path)}, { timeout: 0 }).pragma('user_version')`
  let said = ''
  await move(path, database, {
    onProgress() {
      said ||= spawnSync(process.execPath, ['-e', text], { encoding: 'utf8' }).stderr
    },
  })
  expect(said).toContain('SQLITE_BUSY')
})

it('a database with rows, a service or another file’s move is left alone', async () => {
  const [path, otherPath] = [newPath(), newPath()]
  copyFilled(path)
  await fillAnew(otherPath)
  const used = await newDatabase()
  const store = await openMoved(used)
  await expect(move(path, used)).rejects.toThrow(/a service is using the PostgreSQL database/)
  await store.apiKeys.insert({
    ...{ id: 'key_1', service: null, name: '', scopes: ['admin'], secretHash: Buffer.alloc(32) },
    ...{ createdAt: T0, expiresAt: null, lastUsedAt: null, revokedAt: null },
  })
  await store.close()
  undo.splice(-1)
  await expect(move(path, used)).rejects.toThrow(/events or keys of its own/)

  const half = await newDatabase()
  await moveAPart(path, half, 4)
  await expect(move(otherPath, half)).rejects.toThrow(/holds another file that was moved/)
})

it('one move at a time', async () => {
  const database = await newDatabase()
  const [path, otherPath] = [newPath(), newPath()]
  copyFilled(path)
  await fillAnew(otherPath)
  let second: Promise<unknown> | undefined
  await move(path, database, {
    onProgress() {
      second ??= move(otherPath, database).catch((error) => error)
    },
  })
  // It waited for the first one's end, and then found the database taken.
  expect(await second).toMatchObject({
    message: expect.stringMatching(/another file that was moved/),
  })
})

it('a connection that ends halfway is reported, and the move resumes later', async () => {
  const database = await newDatabase()
  const path = newPath()
  copyFilled(path)
  await prepareDatabase({ url: database.url, migrationsFolder: POSTGRES_MIGRATIONS })
  await database.query(
    `create function cut() returns trigger language plpgsql as $$ begin
       if new.seq = 20 then perform pg_terminate_backend(pg_backend_pid()); end if; return new; end $$;
     create trigger cutting before insert on events for each row execute function cut()`,
  )
  const moving = move(path, database)
  await expect(moving).rejects.toThrow(StartupError)
  await expect(moving).rejects.toThrow(/interrupted the move \(57P01\).*run the same command again/)
  await database.query('drop function cut cascade')
  expect((await move(path, database)).kind).toBe('complete')
  expect(notes).toEqual([])
})

it('a lock that cannot be had is reported', async () => {
  const database = await newDatabase()
  const path = newPath()
  copyFilled(path)
  const holder = new pg.Client({ connectionString: database.url })
  await holder.connect()
  undo.push(() => holder.end())
  await holder.query(`select pg_advisory_lock(${0x4353474d})`)
  await expect(move(path, database)).rejects.toThrow(
    /another move into this database is in progress/,
  )
})

it('the order of bytes holds in a database with a collation of its own', async () => {
  const base = await newDatabase()
  const name = `${base.name}_icu`
  await base.query(
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'en-US'`,
  )
  undo.push(() => base.query(`drop database ${name} with (force)`))
  const path = newPath()
  copyFilled(path)
  const store = await openStore(path)
  for (const service of ['Zebra', 'apple', 'Ärger', 'a_b', 'ab', 'a-c'])
    await store.verifications.create(
      createInput(newVerification({ service }), {
        idempotency: {
          key: { service, route: 'start', keyMacs: [Buffer.alloc(16, service.length)] },
          fingerprint: Buffer.alloc(16),
          expiresAt: T0,
          answer: () => Buffer.from('x'),
        },
      }),
    )
  await store.close()
  const url = base.url.replace(base.name, name)
  expect((await move(path, { url }, { batch: 2 })).kind).toBe('complete')
})
