// The PostgreSQL database of a move: one connection, held by one move alone, its row of store_migration, batches, reading back.
// It must not remove anything but what an incomplete move brought, nor go through a pooler: its lock would be somebody else's.

import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../kernel/errors.ts'
import { connectionOf } from '../../kernel/postgres.ts'
import { pg } from '../postgres/drizzle.ts'
import { explain, prepareDatabase } from '../postgres/open.ts'
import { type Cell, type Column, type Sum, TABLES, type Table, toRecordset } from './rows.ts'

/** "CSGM": one move at a time in a database (pg_advisory_lock). */
const LOCK = 0x4353474d
/** The server needs a moment to see that a move that was killed has gone. */
const LOCK_SECONDS = 5
const CONNECT_MS = 5_000
/** A person waits, and can run it again. */
const OPEN_DEADLINE_MS = 5_000
/** Connections of a service that has just ended. */
const GONE_DEADLINE_MS = 3_000
const GONE_LOOK_MS = 100
/** No statement of a move takes this long; a server or network that stands still would be waited for without end. */
const STATEMENT_SECONDS = 600

type Connection = {
  /** Values as texts, rows as lists. */
  run(text: string, values?: unknown[]): Promise<(string | null)[][]>
  close(): Promise<void>
}

/** Every value as the server writes it. */
const asText = {
  getTypeParser: () => (text: string) => text,
} as unknown as import('pg').CustomTypesConfig

type ServerError = Error & { code?: string }

/** @throws StartupError where nodes have the database open */
async function refuseServices({ run }: Connection): Promise<void> {
  const end = performance.now() + GONE_DEADLINE_MS
  for (;;) {
    const [row] = await run(
      `select count(*) from pg_stat_activity
       where datname = current_database() and application_name in ('countersign', 'countersign listen')`,
    )
    if (row?.[0] === '0') return
    if (performance.now() > end)
      throw new StartupError(
        'a service is using the PostgreSQL database: stop it until the move is complete, then run this again.',
      )
    await sleep(GONE_LOOK_MS)
  }
}

async function takeLock(connection: Connection): Promise<void> {
  await connection.run(`set lock_timeout = '${LOCK_SECONDS}s'`)
  try {
    await connection.run(`select pg_advisory_lock(${LOCK})`)
  } catch (error) {
    const { code } = (error as Error).cause as ServerError
    if (code !== '55P03') throw error
    throw new StartupError('another move into this database is in progress: wait until it ends.')
  }
}

async function connect(url: string): Promise<Connection> {
  const client = new pg.Client({
    ...connectionOf({ url, name: 'countersign migrate-store' }),
    connectionTimeoutMillis: CONNECT_MS,
    types: asText,
  })
  // The statement that meets it reports it.
  client.on('error', () => {})
  await client.connect().catch((error) => {
    throw explain(error)
  })
  return {
    async run(text, values = []) {
      try {
        return (await client.query({ text, values, rowMode: 'array' })).rows
      } catch (error) {
        const { code, message } = error as ServerError
        throw new StartupError(
          `PostgreSQL interrupted the move (${code ?? message}). What was copied stays: check the server, then run the same command again.`,
          { cause: error },
        )
      }
    },
    close: () => client.end().catch(() => {}),
  }
}

/** Prepared, with the schema of this version. @throws StartupError */
async function openConnection(url: string, migrationsFolder: string): Promise<Connection> {
  await prepareDatabase({
    url,
    migrationsFolder,
    mayBeIncomplete: true,
    deadlineMs: OPEN_DEADLINE_MS,
  })
  const connection = await connect(url)
  try {
    await connection.run(`set statement_timeout = '${STATEMENT_SECONDS}s'`)
    await takeLock(connection)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** By the table's name. */
export type Sums = Readonly<Record<string, Sum>>

export type Marker = {
  file: string
  firstVerification: string | null
  completedAt: number | null
  /** What is there: written with each batch. */
  sums: Sums
}

const quote = (name: string) => `"${name}"`
const list = (columns: readonly Column[]) => columns.map(({ name }) => quote(name)).join(', ')

async function readMarker({ run }: Connection): Promise<Marker | undefined> {
  const [row] = await run(
    'select file, first_verification, completed_at, tables from store_migration',
  )
  if (!row) return
  const [file, firstVerification = null, completedAt, tables] = row
  return {
    file: String(file),
    firstVerification,
    completedAt: completedAt ? Number(completedAt) : null,
    sums: JSON.parse(String(tables)) as Sums,
  }
}

/** Rows of its own, of a service that began here, are not mixed with others. */
async function begin({ run }: Connection, file: string, first: string | null): Promise<void> {
  const empty = TABLES.map(({ name }) => `not exists (select from ${name})`).join(' and ')
  const rows = await run(
    `insert into store_migration (id, file, first_verification, started_at, tables)
     select 1, $1, $2, cs_now_1(null), '{}' where ${empty} returning id`,
    [file, first],
  )
  if (rows.length === 0)
    throw new StartupError(
      'the PostgreSQL database holds verifications, events or keys of its own: create an empty one (createdb) for the move.',
    )
}

/** In one transaction, numbered rows included: sequences continue behind the rows that exist. */
async function complete({ run }: Connection, sums: Sums): Promise<void> {
  for (const { name } of TABLES) await run(`analyze ${name}`)
  await run('begin')
  for (const { name, isNumbered } of TABLES)
    if (isNumbered)
      await run(
        `select setval(pg_get_serial_sequence('${name}', 'seq'), coalesce(max(seq), 1), max(seq) is not null) from ${name}`,
      )
  await run('update store_migration set completed_at = cs_now_1(null), tables = $1', [
    JSON.stringify(sums),
  ])
  await run('commit')
}

/** From one moment, in the order of SQLite: by bytes, whatever the database's collation. */
async function* readBack(
  { run }: Connection,
  table: Table,
  columns: readonly Column[],
  batch: number,
): AsyncGenerator<Cell[][]> {
  const isText = (name: string) => columns.some((one) => one.name === name && one.type === 'text')
  const order = table.key.map((name) => `${quote(name)}${isText(name) ? ' collate "C"' : ''}`)
  await run('begin transaction isolation level repeatable read read only')
  try {
    await run(
      `declare back no scroll cursor for select ${list(columns)} from ${table.name} order by ${order.join(', ')}`,
    )
    for (;;) {
      const rows = await run(`fetch ${batch} from back`)
      if (rows.length === 0) return
      yield rows
    }
  } finally {
    await run('rollback')
  }
}

/** @throws StartupError */
export async function openTarget(url: string, migrationsFolder: string) {
  const connection = await openConnection(url, migrationsFolder)
  const { run } = connection
  return {
    /** PostgreSQL's type of each column. */
    async readTypes({ name }: Table): Promise<Map<string, string>> {
      const rows = await run(
        `select attname, format_type(atttypid, null) from pg_attribute
         where attrelid = '${name}'::regclass and attnum > 0 and not attisdropped`,
      )
      return new Map(rows.map(([column, type]) => [String(column), String(type)]))
    },
    readMarker: () => readMarker(connection),
    refuseServices: () => refuseServices(connection),
    begin: (file: string, first: string | null) => begin(connection, file, first),
    /** The rows and how far they reach are one statement: it is there whole, or not at all. */
    async append(table: Table, columns: readonly Column[], rows: readonly Cell[][], sum: Sum) {
      const names = list(columns)
      const [done] = await run(
        `with copied as (
           insert into ${table.name} (${names}) overriding system value
           select ${names} from jsonb_populate_recordset(null::${table.name}, $1::jsonb) returning 1
         )
         update store_migration set tables = tables || $2::jsonb
         where completed_at is null returning (select count(*) from copied)`,
        [toRecordset(columns, rows), JSON.stringify({ [table.name]: sum })],
      )
      if (Number(done?.[0]) !== rows.length)
        throw new StartupError(
          'the connection of the move was ended by somebody else: run it again.',
        )
    },
    /** Of an incomplete move: everything it brought, so that it starts over. */
    async empty(file: string, first: string | null) {
      await run('begin')
      await run(`truncate ${TABLES.map(({ name }) => name).join(', ')}`)
      await run("update store_migration set tables = '{}', file = $1, first_verification = $2", [
        file,
        first,
      ])
      await run('commit')
    },
    /** The next run does not continue from here. */
    async distrust() {
      await run("update store_migration set tables = '{}'")
    },
    readBack: (table: Table, columns: readonly Column[], batch: number) =>
      readBack(connection, table, columns, batch),
    complete: (sums: Sums) => complete(connection, sums),
    close: () => connection.close(),
  }
}

export type Target = Awaited<ReturnType<typeof openTarget>>
