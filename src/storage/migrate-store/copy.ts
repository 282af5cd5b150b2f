// Copies a file's tables, batch by batch, from where an earlier run stopped; and compares both sides at the end.
// It must not continue from rows that have changed in the file since: it reports them, and the move starts over.

import { setImmediate } from 'node:timers/promises'
import {
  type Column,
  createSum,
  isSame,
  postgresCells,
  type Sum,
  sqliteCells,
  TABLES,
  type Table,
} from './rows.ts'
import type { Source } from './source.ts'
import type { Sums, Target } from './target.ts'

export type Progress = {
  phase: 'reading' | 'copying' | 'checking'
  table: string
  /** Rows of the phase, over all tables. */
  done: number
  total: number
}

/** What a step is given in addition to its rows. `report`: called after each batch; throws where the move is to stop. */
export type Pace = { batch: number; report(progress: Progress): void }

export type OpenTable = { table: Table; columns: readonly Column[]; rows: number } & ReturnType<
  typeof createReading
>

function createReading(source: Source, table: Table, columns: readonly Column[]) {
  const reader = source.read(table)
  const toCells = sqliteCells(table.name, columns)
  const sum = createSum()
  return {
    next(limit: number) {
      const rows = reader.next(limit).map(toCells)
      for (const row of rows) sum.add(row)
      return rows
    },
    /** Of all that was read. */
    sum,
  }
}

/** At the first row of every table. */
export async function openTables(source: Source, target: Target): Promise<OpenTable[]> {
  const opened: OpenTable[] = []
  for (const table of TABLES) {
    const types = await target.readTypes(table)
    const columns = source.columnsOf(table).map((name) => {
      const type = types.get(name)
      if (type === undefined) throw new Error(`${table.name}.${name} has no place in PostgreSQL`)
      return { name, type }
    })
    const rows = source.countRows(table)
    opened.push({ table, columns, rows, ...createReading(source, table, columns) })
  }
  return opened
}

const NOTHING: Sum = createSum().get()
const countAll = (counts: readonly number[]) => counts.reduce((total, one) => total + one, 0)

/**
 * Reads what was copied before, so that copying continues behind it.
 * @returns the tables whose rows are no longer those that were copied; they are not read to the end
 */
export async function readAgain(
  tables: readonly OpenTable[],
  sums: Sums,
  pace: Pace,
): Promise<string[]> {
  const total = countAll(tables.map(({ table }) => sums[table.name]?.rows ?? 0))
  const changed: string[] = []
  let done = 0
  for (const { table, next, sum } of tables) {
    const before = sums[table.name] ?? NOTHING
    while (sum.rows() < before.rows) {
      const rows = next(Math.min(pace.batch, before.rows - sum.rows()))
      if (rows.length === 0) break
      done += rows.length
      pace.report({ phase: 'reading', table: table.name, done, total })
      // The file is read synchronously: signals and the terminal have their turn in between.
      await setImmediate()
    }
    if (!isSame(sum.get(), before)) changed.push(table.name) // mutant: I5.source-unchanged
  }
  return changed
}

/** @returns the sums of the whole file */
export async function copyRest(
  tables: readonly OpenTable[],
  target: Target,
  pace: Pace,
): Promise<Sums> {
  const total = countAll(tables.map(({ rows }) => rows))
  let done = countAll(tables.map(({ sum }) => sum.rows()))
  for (const { table, columns, next, sum } of tables)
    for (let rows = next(pace.batch); rows.length > 0; rows = next(pace.batch)) {
      await target.append(table, columns, rows, sum.get())
      done += rows.length
      pace.report({ phase: 'copying', table: table.name, done, total })
    }
  return Object.fromEntries(tables.map(({ table, sum }) => [table.name, sum.get()]))
}

/** Everything, as it can be read in the database now. */
export async function sumTarget(
  tables: readonly OpenTable[],
  target: Target,
  pace: Pace,
): Promise<Sums> {
  const total = countAll(tables.map(({ rows }) => rows))
  const sums: Record<string, Sum> = {}
  let done = 0
  for (const { table, columns } of tables) {
    const sum = createSum()
    const toCells = postgresCells(columns)
    for await (const rows of target.readBack(table, columns, pace.batch)) {
      for (const row of rows) sum.add(toCells(row))
      done += rows.length
      pace.report({ phase: 'checking', table: table.name, done, total })
    }
    sums[table.name] = sum.get()
  }
  return sums
}
