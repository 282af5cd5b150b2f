// Reaches the database: waits for one that is still starting, refuses one that is too old, migrates.
// It must not print the URL: it holds a password.

import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../kernel/errors.ts'
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
}

type ServerError = Error & { code?: string }

/** What waiting does not mend, in an operator's words. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'the password is wrong: see DATABASE_URL',
  '28000': 'the user may not sign in: see DATABASE_URL and the server’s pg_hba.conf',
  '3D000': 'there is no such database: create it, or see DATABASE_URL',
  '42501': 'the user lacks rights: it has to own the schema "public" or be granted CREATE on it',
  '42P07': 'the database holds tables of another program: give Countersign a database of its own',
}

function explain(error: unknown): unknown {
  const { code = '', message } = error as ServerError
  const advice = ADVICE[code]
  if (advice) return new StartupError(`PostgreSQL: ${advice} (${code}).`, { cause: error })
  if (isUnavailable(error))
    return new StartupError(
      `PostgreSQL does not answer (${code || message}): is it running, and is DATABASE_URL right?`,
      { cause: error },
    )
  return error
}

async function openOnce({ url, migrationsFolder }: PrepareOptions): Promise<void> {
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
    await migrate((text) => client.query(text), migrationsFolder)
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
  return createPostgresStore(options)
}
