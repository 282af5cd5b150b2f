// How every connection to PostgreSQL begins, and what the server's errors mean: retryable, unavailable (503), or a bug.
// It must not load the driver: a service without PostgreSQL starts without it.

import { StoreUnavailableError } from './errors.ts'

/** The pool_mode of a PgBouncer in between; `none`: there is none. */
export type Pooler = 'none' | 'session' | 'transaction'

export type PostgresConfig = {
  readonly kind: 'postgres'
  /** Holds a password: never logged. */
  readonly url: string
  readonly connections: number
  readonly pooler: Pooler
}

/**
 * Names are resolved in our schema alone (pg_catalog comes first on its own): an object of the same name in a schema
 * of the user's, or a temporary one, replaces nothing (CVE-2018-1058). migrate.ts pins every function to it.
 */
export const SEARCH_PATH = 'public, pg_temp'

/** Settings of the server that hold for one connection, in milliseconds. */
export type Deadlines = Readonly<Record<string, number>>

type Beginning = {
  url: string
  /** application_name. */
  name: string
  pooler?: Pooler | undefined
  deadlines?: Deadlines
}

/** Spaces are written as plus, commas as they are: the driver decodes nothing else. */
function withSearchPath(url: string): string {
  const [, query] = /^[^?]*\?(.*)$/.exec(url) ?? []
  const given = new URLSearchParams(query ?? '').getAll('options').at(-1)
  const before = given === undefined ? '' : `${encodeURIComponent(given)}+`
  const joint = query === undefined ? '?' : '&'
  return `${url}${joint}options=${before}-c+search_path=${SEARCH_PATH.replaceAll(' ', '')}`
}

/**
 * The driver's options. Without a pooler everything goes along as the connection is made. PgBouncer refuses such
 * parameters: in session mode `greeting` sets them, in transaction mode each transaction sets its own.
 */
export function connectionOf({ url, name, pooler = 'none', deadlines = {} }: Beginning) {
  const shared = { application_name: name, keepAlive: true }
  if (pooler !== 'none') return { ...shared, connectionString: url }
  return { ...shared, connectionString: withSearchPath(url), ...deadlines } // mutant: C71.pg-public-only
}

/** The first statement of a connection; undefined: none is needed, or none would last. */
export function greeting({ pooler, deadlines = {} }: Pick<Beginning, 'pooler' | 'deadlines'>) {
  if (pooler !== 'session') return undefined
  return Object.entries({ search_path: SEARCH_PATH, ...deadlines })
    .map(([setting, value]) => `set ${setting} = ${value}`)
    .join('; ')
}

/**
 * SQLSTATEs (postgresql.org/docs/current/errcodes-appendix.html) of what was rolled back whole and may be retried.
 * 0A000: a prepared statement whose view the next version has just widened, refused before it ran on this connection.
 */
const RETRYABLE = new Set(['40001', '40P01', '0A000'])

/** Classes under which nobody can be served now: connection, resources, operator intervention, system, internal. */
const UNAVAILABLE_CLASSES = ['08', '53', '57', '58', 'XX', 'F0']
/** A lock or statement that took too long, a server that stops before its transaction ids wrap (54000), a standby or a read-only server, a role or database that no longer exists. */
const UNAVAILABLE = new Set([
  '54000',
  '55P03',
  '55000',
  '25006',
  '25P03',
  '28P01',
  '28000',
  '3D000',
  '42501',
  '40003',
  // A statement prepared on another connection: a pooler shares them, and DATABASE_POOLER does not say so.
  '26000', // mutant: C71.unknown-statement
  '42P05', // mutant: C71.duplicate-statement
])

/** From the socket or the driver, before any answer of the server. */
const NO_ANSWER =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ENOENT|ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO)/
const NO_ANSWER_TEXT =
  /timeout|Connection terminated|Client has encountered a connection error|not queryable|after calling end/i

function* causesOf(error: unknown): Generator<Error & { code?: unknown }> {
  for (let one = error; one instanceof Error; one = one.cause) {
    yield one
    if (one instanceof AggregateError) yield* one.errors
  }
}

function codeOf(error: unknown): string {
  for (const { code } of causesOf(error)) if (typeof code === 'string') return code
  return ''
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(codeOf(error))
}

export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  if (RETRYABLE.has(code) || UNAVAILABLE.has(code) || NO_ANSWER.test(code)) return true
  if (code.length === 5 && UNAVAILABLE_CLASSES.includes(code.slice(0, 2))) return true
  return [...causesOf(error)].some(({ message }) => code === '' && NO_ANSWER_TEXT.test(message))
}

/** drizzle's own error quotes the statement's parameters: only its cause is passed on, never its text. */
export function toStoreError(error: unknown): unknown {
  const cause = [...causesOf(error)].at(-1) ?? error
  if (isUnavailable(error))
    return new StoreUnavailableError('the database cannot be used', { cause })
  return cause
}
