// What a move does in the PostgreSQL database: its one row of store_migration, batches, and reading back.
// It must not remove anything but what an incomplete move brought.

import { StartupError } from '../../kernel/errors.ts'
import type { Cell, Column, Sum } from './cells.ts'
import { toRecordset } from './cells.ts'
import { type Connection, refuseServices } from './connection.ts'
import { TABLES, type Table } from './tables.ts'

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

async function readTypes({ run }: Connection, table: Table): Promise<Map<string, string>> {
  const rows = await run(
    `select attname, format_type(atttypid, null) from pg_attribute
     where attrelid = '${table.name}'::regclass and attnum > 0 and not attisdropped`,
  )
  return new Map(rows.map(([name, type]) => [String(name), String(type)]))
}

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
      'the PostgreSQL database holds verifications, events or keys of its own: make an empty one (createdb) for the move.',
    )
}

/** In one transaction, numbered rows included: sequences go on behind what is there. */
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

export function createTarget(connection: Connection) {
  const { run } = connection
  return {
    readTypes: (table: Table) => readTypes(connection, table),
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
        throw new StartupError(`the move was ended from outside: run it again.`)
    },
    /** Of an incomplete move: everything it brought, so that it begins anew. */
    async empty(file: string, first: string | null) {
      await run('begin')
      await run(`truncate ${TABLES.map(({ name }) => name).join(', ')}`)
      await run("update store_migration set tables = '{}', file = $1, first_verification = $2", [
        file,
        first,
      ])
      await run('commit')
    },
    /** The next run does not go on from here. */
    async distrust() {
      await run("update store_migration set tables = '{}'")
    },
    readBack: (table: Table, columns: readonly Column[], batch: number) =>
      readBack(connection, table, columns, batch),
    complete: (sums: Sums) => complete(connection, sums),
    close: () => connection.close(),
  }
}

export type Target = ReturnType<typeof createTarget>
