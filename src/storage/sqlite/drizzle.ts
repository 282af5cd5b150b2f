// The one door to drizzle-orm: its CommonJS build, typed as the ES module.
// No other file may import drizzle-orm: as ES modules it costs 0.33 s and 200 MiB at start (Node parses
// its package.json again for each of 129 modules), as CommonJS 0.06 s and 26 MiB.

import { createRequire } from 'node:module'
import type { Column as ColumnType, Placeholder as PlaceholderType } from 'drizzle-orm'

const require = createRequire(import.meta.url)

const orm = require('drizzle-orm') as typeof import('drizzle-orm')
export const { and, asc, Column, desc, getTableColumns, is, isNotNull, isNull } = orm
export const { Param, Placeholder, SQL, sql } = orm
export const { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } =
  require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core')
export const { drizzle } =
  require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')

/**
 * Compares with `+?` in place of `?`. SQLite with STAT4, as better-sqlite3 builds it, plans a statement
 * again each time a value is bound that is compared with an indexed column (sqlite.org/c3ref/prepare.html):
 * 20 to 30 µs for one that takes 2 to 6. A plus changes no value and hides no index; behind it the plan
 * of the start stays. In a `where` that is written as text the plus is written, too.
 */
function planOnce(operator: typeof orm.eq): typeof orm.eq {
  return ((left: ColumnType, right: unknown) => {
    if (orm.isSQLWrapper(right) && !orm.is(right, orm.Placeholder)) return operator(left, right)
    const bound = orm.is(right, orm.Placeholder) ? right : sql.param(right, left)
    return operator(left, sql`+${bound}`)
  }) as typeof orm.eq
}

export const eq = planOnce(orm.eq)
export const gt = planOnce(orm.gt)
export const gte = planOnce(orm.gte)
export const lt = planOnce(orm.lt)
export const lte = planOnce(orm.lte)
export const ne = planOnce(orm.ne)

/** For `limit`, whose value is read when a plan is made: the name of a placeholder, or a number as text. */
export function atMost(limit: string | number): PlaceholderType {
  const text = typeof limit === 'number' ? sql.raw(String(limit)) : sql`+${sql.placeholder(limit)}`
  return text as unknown as PlaceholderType
}

export type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
/** As `createOrm` gives it (orm.ts). */
export type Orm = import('drizzle-orm/better-sqlite3').BetterSQLite3Database
