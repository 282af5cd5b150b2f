// One connection to the database that is moved into, held for the whole move by one move alone.
// It must not go through a pooler that shares connections: its lock would be somebody else's.

import { setTimeout as sleep } from 'node:timers/promises'
import { StartupError } from '../../kernel/errors.ts'
import { connectionOf } from '../../kernel/postgres.ts'
import { pg } from '../postgres/drizzle.ts'
import { explain, prepareDatabase } from '../postgres/open.ts'

/** "CSGM": one move at a time in a database (pg_advisory_lock). */
const LOCK = 0x4353474d
/** The server needs a moment to see that a move that was killed has gone. */
const LOCK_SECONDS = 5
const CONNECT_MS = 5_000
/** A person waits, and can run it again. */
const OPEN_DEADLINE_MS = 5_000
/** Connections of a service that has just ended. */
const GONE_DEADLINE_MS = 3_000
const GONE_LOOK_MS = 100
/** No statement of a move takes this long; a server or network that stands still would be waited for without end. */
const STATEMENT_SECONDS = 600

type Client = import('pg').Client
export type Connection = {
  /** Values as texts, rows as lists. */
  run(text: string, values?: unknown[]): Promise<(string | null)[][]>
  close(): Promise<void>
}

/** Every value as the server writes it. */
const asText = {
  getTypeParser: () => (text: string) => text,
} as unknown as import('pg').CustomTypesConfig

type ServerError = Error & { code?: string }

function brokenOff(error: ServerError): StartupError {
  return new StartupError(
    `PostgreSQL broke the move off (${error.code ?? error.message}). What was copied stays: see to the server, then run the same command again.`,
    { cause: error },
  )
}

/** @throws StartupError where nodes have the database open */
export async function refuseServices(connection: Connection): Promise<void> {
  const end = performance.now() + GONE_DEADLINE_MS
  for (;;) {
    const [row] = await connection.run(
      `select count(*) from pg_stat_activity
       where datname = current_database() and application_name in ('countersign', 'countersign listen')`,
    )
    if (row?.[0] === '0') return
    if (performance.now() > end)
      throw new StartupError(
        'a service is using the PostgreSQL database: stop it until the move is complete, then run this again.',
      )
    await sleep(GONE_LOOK_MS)
  }
}

async function takeLock(connection: Connection): Promise<void> {
  await connection.run(`set lock_timeout = '${LOCK_SECONDS}s'`)
  try {
    await connection.run(`select pg_advisory_lock(${LOCK})`)
  } catch (error) {
    const { code } = (error as Error).cause as ServerError
    if (code !== '55P03') throw error
    throw new StartupError('another move into this database is going on: wait for its end.')
  }
}

async function connect(url: string): Promise<Client> {
  const client = new pg.Client({
    ...connectionOf({ url, name: 'countersign migrate-store' }),
    connectionTimeoutMillis: CONNECT_MS,
    types: asText,
  })
  // Told by the statement that meets it.
  client.on('error', () => {})
  await client.connect()
  return client
}

function overClient(client: Client): Connection {
  return {
    async run(text, values) {
      try {
        const result = await client.query({ text, values: values ?? [], rowMode: 'array' })
        return result.rows as (string | null)[][]
      } catch (error) {
        throw brokenOff(error as ServerError)
      }
    },
    close: () => client.end().catch(() => {}),
  }
}

/** Prepared, with the schema of this version. @throws StartupError */
export async function openConnection(url: string, migrationsFolder: string): Promise<Connection> {
  await prepareDatabase({
    url,
    migrationsFolder,
    mayBeIncomplete: true,
    deadlineMs: OPEN_DEADLINE_MS,
  })
  const client = await connect(url).catch((error) => {
    throw explain(error)
  })
  const connection = overClient(client)
  try {
    await connection.run(`set statement_timeout = '${STATEMENT_SECONDS}s'`)
    await takeLock(connection)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}
