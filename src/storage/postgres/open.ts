// Reaches the database: waits for one that is still starting, refuses one that is too old, migrates.
// It must not print the URL: it holds a password.

import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError, StoreUnavailableError } from '../../kernel/errors.ts'
import { isUnavailable } from '../../kernel/postgres-errors.ts'
import type { Store } from '../store.ts'
import { pg } from './drizzle.ts'
import { migrate } from './migrate.ts'
import { createPostgresStore, type PostgresStoreOptions } from './store.ts'

/** server_version_num of PostgreSQL 15. */
const OLDEST_VERSION = 150_000
/** A database that starts together with its nodes is there by then. */
const OPEN_DEADLINE_MS = 30_000
const RETRY_MS = 500
const CONNECT_MS = 5_000

type PrepareOptions = Pick<PostgresStoreOptions, 'url' | 'logger'> & {
  /** drizzle/postgres, or where the bundle keeps its copy. */
  migrationsFolder: string
  deadlineMs?: number
  /** For the move itself: a service does not begin on the half of a store. */
  mayBeIncomplete?: boolean
  /** For a command: a database without a store is the wrong one. */
  mustExist?: boolean
}

type Client = import('pg').Client
type ServerError = Error & { code?: string }

/** What waiting does not mend, in an operator's words. */
const ADVICE: Readonly<Record<string, string>> = {
  '08P01': 'a pooler refuses how it is spoken to: behind PgBouncer set DATABASE_POOLER=transaction',
  '28P01': 'the password is wrong: see DATABASE_URL',
  '28000': 'the user may not sign in: see DATABASE_URL and the server’s pg_hba.conf',
  '3D000': 'there is no such database: create it, or see DATABASE_URL',
  '42501': 'the user lacks rights: it has to own the schema "public" or be granted CREATE on it',
  '42P07': 'the database holds tables of another program: give Countersign a database of its own',
}

export function explain(error: unknown): unknown {
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  const { code = '', message } = cause as ServerError
  const advice = ADVICE[code]
  if (advice) return new StartupError(`PostgreSQL: ${advice} (${code}).`, { cause: error })
  if (isUnavailable(cause))
    return new StartupError(
      `PostgreSQL does not answer (${code || message}): is it running, and is DATABASE_URL right?`,
      { cause: error },
    )
  return error
}

async function refuseIncomplete(client: Client): Promise<void> {
  const { rows } = await client.query<{ file: string }>(
    'select file from store_migration where completed_at is null',
  )
  if (rows[0])
    throw new StartupError(
      `a move from SQLite (file:${rows[0].file}) into this database is not complete: run countersign migrate-store again, then start.`,
    )
}

async function openOnce(options: PrepareOptions): Promise<void> {
  const { url, migrationsFolder } = options
  const client = new pg.Client({
    connectionString: url,
    application_name: 'countersign',
    connectionTimeoutMillis: CONNECT_MS,
  })
  // Told by the statement that meets it.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ v: string }>(
      "select current_setting('server_version_num') as v",
    )
    if (Number(rows[0]?.v) < OLDEST_VERSION)
      throw new StartupError('PostgreSQL is older than 15: this version needs 15 or newer.')
    await migrate((text) => client.query(text), migrationsFolder, options.mustExist)
    if (!options.mayBeIncomplete) await refuseIncomplete(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** @throws StartupError with what to do */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const end = performance.now() + (options.deadlineMs ?? OPEN_DEADLINE_MS)
  for (let isTold = false; ; isTold = true) {
    try {
      return await openOnce(options)
    } catch (error) {
      const { code = '' } = error as ServerError
      const isFinal = error instanceof StartupError || code in ADVICE || !isUnavailable(error)
      if (isFinal || performance.now() > end) throw explain(error)
      if (!isTold) options.logger?.warn({ code }, 'waiting for PostgreSQL')
    }
    await sleep(RETRY_MS)
  }
}

/** Prepared, and a store over it. @throws StartupError */
export async function openPostgres(options: PrepareOptions & PostgresStoreOptions): Promise<Store> {
  await prepareDatabase(options)
  try {
    return await createPostgresStore(options)
  } catch (error) {
    throw explain(error)
  }
}
