// The one door to drizzle-orm: its CommonJS build, typed as the ES module.
// No other file may import drizzle-orm: as ES modules it costs 0.33 s and 200 MiB at start (Node parses
// its package.json anew for each of 129 modules), as CommonJS 0.06 s and 26 MiB.

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const { and, asc, desc, eq, getTableColumns, gt, isNotNull, isNull, lt, lte, ne, sql } =
  require('drizzle-orm') as typeof import('drizzle-orm')
export const { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } =
  require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core')
export const { drizzle } =
  require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')

/** Drizzle over one open connection. Every statement is prepared once, where its file is created. */
export type Orm = import('drizzle-orm/better-sqlite3').BetterSQLite3Database
