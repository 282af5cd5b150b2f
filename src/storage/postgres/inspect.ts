// The state of a PostgreSQL database, for people who ask.
// It must not migrate it, wait for it, or print its URL.

import type { Pooler } from '../../kernel/postgres.ts'
import { countMigrations, readState } from './migrate.ts'
import { explain, withClient } from './open.ts'

export type PostgresState = {
  /** As the server reports it: 18.1. */
  server: string
  /** Migrations that are applied, and that this program knows. */
  schema: number
  known: number
  /** How far its clock is ahead of this machine's. */
  offsetMs: number
  isEncrypted: boolean
  /** By a socket, or on this machine. */
  isLocal: boolean
}

const QUESTION = `select current_setting('server_version') as server,
  (extract(epoch from clock_timestamp()) * 1000)::float8 as ms,
  coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as ssl,
  inet_client_addr() is null or host(inet_client_addr()) in ('127.0.0.1', '::1') as local`

type Row = { server: string; ms: number; ssl: boolean; local: boolean }

/** @throws StartupError in an operator's words */
export async function inspectPostgres(options: {
  url: string
  pooler: Pooler
  migrationsFolder: string
}): Promise<PostgresState> {
  try {
    return await withClient(options, async (client) => {
      const askedAt = Date.now()
      const { rows } = await client.query<Row>(QUESTION)
      const [row] = rows
      if (!row) throw new Error('PostgreSQL answered nothing')
      // As if it had been read in the middle of the round trip.
      const offsetMs = row.ms - (askedAt + Date.now()) / 2
      const { version: schema } = await readState((text) => client.query(text)) // mutant: C71.doctor-no-create
      const known = countMigrations(options.migrationsFolder)
      return {
        server: row.server.split(' ')[0] ?? '',
        schema,
        known,
        offsetMs,
        isEncrypted: row.ssl,
        isLocal: row.local,
      }
    })
  } catch (error) {
    throw explain(error)
  }
}
