// The kinds of columns that the tables of the SQLite store have.
// It must not name a table.

import { blob, integer } from './drizzle.ts'

export const bytes = (name: string) => blob(name, { mode: 'buffer' }).$type<Uint8Array>()
export const flag = (name: string) => integer(name, { mode: 'boolean' })
