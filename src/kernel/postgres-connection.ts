// How every connection to PostgreSQL begins: its name, where it looks names up, and its deadlines.
// It must not load the driver: who needs no PostgreSQL starts without it.

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
 * Names are looked up in our schema alone (pg_catalog comes first by itself): an object of the same name in a schema
 * of the user's, or a temporary one, stands in for nothing (CVE-2018-1058). migrate.ts pins every function to it.
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

/** Spaces are written as plus, commas as they are: the driver's own decoding knows no more. */
function withSearchPath(url: string): string {
  const [, query] = /^[^?]*\?(.*)$/.exec(url) ?? []
  const given = new URLSearchParams(query ?? '').getAll('options').at(-1)
  const before = given === undefined ? '' : `${encodeURIComponent(given)}+`
  const joint = query === undefined ? '?' : '&'
  return `${url}${joint}options=${before}-c+search_path=${SEARCH_PATH.replaceAll(' ', '')}`
}

/**
 * What the driver is given. Without a pooler everything goes along as the connection is made. PgBouncer refuses such
 * parameters: in session mode `greeting` sets them, in transaction mode whoever owns the transaction does.
 */
export function connectionOf({ url, name, pooler = 'none', deadlines = {} }: Beginning) {
  const shared = { application_name: name, keepAlive: true }
  if (pooler !== 'none') return { ...shared, connectionString: url }
  return { ...shared, connectionString: withSearchPath(url), ...deadlines } // mutant: C71.pg-public-only
}

/** The first statement of a connection; undefined: none is needed, or none would last. */
export function greeting({ pooler, deadlines = {} }: Pick<Beginning, 'pooler' | 'deadlines'>) {
  if (pooler !== 'session') return undefined
  const all = { search_path: SEARCH_PATH, ...deadlines }
  return Object.entries(all)
    .map(([setting, value]) => `set ${setting} = ${value}`)
    .join('; ')
}
