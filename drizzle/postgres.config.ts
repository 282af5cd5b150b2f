// Where drizzle-kit finds the PostgreSQL schema and puts its migrations (`npm run migrations`).
// It must not name a database: drizzle-kit only generates here, storage/postgres/migrate.ts applies.
// Functions and views are written by hand: `drizzle-kit generate --custom --config drizzle/postgres.config.ts`.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/storage/postgres/schema*.ts',
  out: './drizzle/postgres',
})
