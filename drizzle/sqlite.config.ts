// Where drizzle-kit finds the SQLite schema and puts its migrations (`npm run migrations`).
// It must not name a database: drizzle-kit only generates here, open.ts applies.
// After generating, add STRICT (and WITHOUT ROWID) to each CREATE TABLE by hand: drizzle-kit does not write them.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/storage/sqlite/schema*.ts',
  out: './drizzle/sqlite',
})
