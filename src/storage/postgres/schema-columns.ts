// The kinds of columns that the tables of the PostgreSQL store have.
// It must not name a table.

import { bigint, customType } from 'drizzle-orm/pg-core'

export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
export const int8 = (name: string) => bigint(name, { mode: 'number' })
export const sequence = () => int8('seq').primaryKey().generatedAlwaysAsIdentity()
