// The door to drizzle-orm for PostgreSQL, through its CommonJS build (why: storage/sqlite/drizzle.ts).
// It must not be loaded where SQLite is the store.

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const { sql } = require('drizzle-orm') as typeof import('drizzle-orm')
export const { drizzle } =
  require('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres')
export const pg = require('pg') as typeof import('pg')

export type Sql = import('drizzle-orm').SQL
export type Pool = import('pg').Pool

/** A list as one parameter. */
export const texts = (values: readonly string[]): Sql => sql`${sql.param([...values])}::text[]`
