// Reaches the database: waits for one that is still starting, refuses one that is too old, migrates.
// It must not print the URL: it holds a password.

import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError, StoreUnavailableError } from '../../kernel/errors.ts'
import { describeFileFault } from '../../kernel/file-fault.ts'
import { connectionOf, greeting, isUnavailable, SEARCH_PATH } from '../../kernel/postgres.ts'
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

type PrepareOptions = Pick<PostgresStoreOptions, 'url' | 'pooler' | 'logger'> & {
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

const POOLER_WAYS =
  'Either set DATABASE_POOLER to the pool_mode of PgBouncer (session or transaction; statement cannot be used), or, in session mode only, have it ignore what it does not know: ignore_startup_parameters = options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout in pgbouncer.ini, and set these for the user (docs/operations.md, "PgBouncer")'

/** The faults that waiting does not mend, in an operator's words. */
const ADVICE: Readonly<Record<string, string>> = {
  // Statements that were prepared on another connection than the one at hand.
  '26000': `a pooler shares connections. ${POOLER_WAYS}`,
  '42P05': `a pooler shares connections. ${POOLER_WAYS}`, // mutant: C71.shared-pooler-advice
  '28P01': 'the password is wrong: see DATABASE_URL',
  '28000': 'the user may not sign in: see DATABASE_URL and the server’s pg_hba.conf',
  '3D000': 'there is no such database: create it, or see DATABASE_URL',
  '42501': 'the user lacks rights: it has to own the schema "public" or be granted CREATE on it',
  '42P07': 'the database holds tables of another program: give Countersign a database of its own',
}

/** PgBouncer gives one code to every refusal, its own and the server's behind it: only the words differ. */
const POOLER_CODE = '08P01'
const POOLER_ADVICE: readonly (readonly [RegExp, string])[] = [
  [/startup param|statement pooling/i, `a pooler refuses this kind of connection. ${POOLER_WAYS}`], // mutant: C71.refusing-pooler-advice
  [
    /does not exist|no such|authentication|password/i,
    'the pooler, or the server behind it, knows no such database or user, or the password is wrong: see DATABASE_URL, and [databases] and auth_file of PgBouncer',
  ],
]

function adviceOn({ code = '', message }: ServerError): string | undefined {
  if (code !== POOLER_CODE) return ADVICE[code]
  return POOLER_ADVICE.find(([words]) => words.test(message))?.[1] // mutant: C71.pgbouncer-unknown-db
}

/** Files of the URL (sslrootcert, sslcert, sslkey), and the socket in a folder. */
function explainPlace(error: NodeJS.ErrnoException & { address?: string }): string | undefined {
  const { code, syscall, path, address } = error
  // mutant: C71.pg-missing-certificate
  if (syscall === 'open' && path)
    return `DATABASE_URL: ${describeFileFault(path, 'read') ?? `${path} cannot be read (${code})`}`
  if (code === 'EISDIR')
    return 'DATABASE_URL: sslrootcert, sslcert or sslkey names a directory, and a file is needed; Docker creates one where a mounted file is missing.'
  // mutant: C71.pg-dead-socket
  if (syscall === 'connect' && address?.startsWith('/'))
    return `PostgreSQL does not answer at the socket ${address} (${code}): is it running, is this its folder and port, is the folder mounted here, and may this user enter it? Run: ls -l ${dirname(address)}`
  return undefined
}

export function explain(error: unknown): unknown {
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  const { code = '', message } = cause as ServerError
  const place = explainPlace(cause as NodeJS.ErrnoException)
  if (place) return new StartupError(place, { cause: error })
  const advice = adviceOn(cause as ServerError)
  if (advice) return new StartupError(`PostgreSQL: ${advice} (${code}).`, { cause: error })
  if (code === POOLER_CODE)
    return new StartupError(
      `a pooler answers but provides no connection (${code}): is PostgreSQL behind it running, and are its default_pool_size and max_client_conn enough for every node (docs/operations.md, "PgBouncer")?`,
      { cause: error },
    )
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

/** Where a pooler keeps the search_path from being pinned, the user's own decides; ours is looked for in public. */
async function refuseOtherSchema(client: Client): Promise<void> {
  const { rows } = await client.query<{ schema: string | null; user: string; database: string }>(
    'select pg_catalog.current_schema() as schema, quote_ident(current_user) as user, quote_ident(current_database()) as database',
  )
  const { schema = null, user, database } = rows[0] ?? {}
  // mutant: C71.pg-unpinned-refused
  if (schema !== 'public')
    throw new StartupError(
      `PostgreSQL looks names up in ${schema === null ? 'no schema at all' : `the schema "${schema}" first`}, and Countersign's are in "public". Run in psql: alter role ${user} in database ${database} set search_path = ${SEARCH_PATH};`,
    )
}

/** A connection that begins as the pool's do, where everything is right with it. @throws what the driver throws, StartupError */
export async function withClient<T>(
  { url, pooler }: Pick<PrepareOptions, 'url' | 'pooler'>,
  job: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...connectionOf({ url, pooler, name: 'countersign' }),
    connectionTimeoutMillis: CONNECT_MS,
  })
  // The statement that meets it reports it.
  client.on('error', () => {})
  await client.connect()
  try {
    const first = greeting({ pooler })
    if (first) await client.query(first)
    // Refused by a pooler in statement mode, where no migration and no limit could be counted.
    await client.query('begin')
    await client.query('commit')
    await refuseOtherSchema(client)
    const { rows } = await client.query<{ v: string }>(
      "select current_setting('server_version_num') as v",
    )
    if (Number(rows[0]?.v) < OLDEST_VERSION)
      throw new StartupError('PostgreSQL is older than 15: this version needs 15 or newer.')
    return await job(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function openOnce(options: PrepareOptions): Promise<void> {
  const { migrationsFolder, mustExist, mayBeIncomplete } = options
  await withClient(options, async (client) => {
    await migrate((text) => client.query(text), migrationsFolder, mustExist)
    if (!mayBeIncomplete) await refuseIncomplete(client) // mutant: I5.move-complete-check
  })
}

/** @throws StartupError with what to do */
export async function prepareDatabase(options: PrepareOptions): Promise<void> {
  const end = performance.now() + (options.deadlineMs ?? OPEN_DEADLINE_MS)
  for (let isTold = false; ; isTold = true) {
    try {
      return await openOnce(options)
    } catch (error) {
      const { code = '' } = error as ServerError
      const isFinal =
        error instanceof StartupError ||
        adviceOn(error as ServerError) !== undefined ||
        !isUnavailable(error)
      if (isFinal || performance.now() > end) throw explain(error)
      if (!isTold) options.logger?.warn({ error_code: code }, 'waiting for PostgreSQL') // mutant: C71.connection-error-code
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
