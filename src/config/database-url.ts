// DATABASE_URL: a file, or a PostgreSQL server by host, address or socket, as the driver reads it.
// It must not repeat a URL's text in what it says: it may hold a password.

import { type Parser, SettingError } from './parsers.ts'
import { findUnreadSsl } from './postgres-tls.ts'

export type DatabaseUrl =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** As given: it may hold a password. */
  | { readonly kind: 'postgres'; readonly url: string }

const LIKE =
  'postgres://user:password@host:5432/database, or postgres://user@/database?host=/var/run/postgresql for a socket'

/** Scheme, user and password, host and port, database, query: the URL class refuses a user without a host. */
const POSTGRES = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/

type Place = { host: string; port: string; database: string }

/** A part that is percent-encoded; undefined: wrongly. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function placeOf(text: string): (Place & { query: URLSearchParams }) | undefined {
  const [whole, , authority = '', path = '', search = ''] = POSTGRES.exec(text) ?? []
  if (whole === undefined) return undefined
  const query = new URLSearchParams(search)
  const [, near = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority) ?? []
  // Of a parameter that is given twice the driver takes the last one.
  const last = (name: string) => query.getAll(name).at(-1)
  const host = decode(last('host') || near.replace(/^\[(.*)\]$/, '$1')) // mutant: C68.effective-host
  const database = decode(path)
  if (host === undefined || database === undefined) return undefined
  return { host, port: last('port') || port, database, query }
}

/** What decides where a connection goes, and the driver does not read. */
const UNREAD = ['hostaddr', 'service', 'dbname']

/** @throws SettingError */
function checkPostgres(text: string): void {
  const place = placeOf(text)
  if (!place) throw new SettingError(`has to be like ${LIKE}`)
  const { host, port, database, query } = place
  // mutant: C71.multi-host-refused
  if (/,/.test(host + port) || /,/.test(POSTGRES.exec(text)?.[2] ?? ''))
    throw new SettingError(
      'names several hosts, and a node connects to one: give the name or address that follows the primary (docs/operations.md, "PostgreSQL")',
    )
  const unread = UNREAD.find((name) => query.has(name))
  if (unread !== undefined)
    throw new SettingError(`holds ${unread}=, which is not read: it has to be like ${LIKE}`)
  // mutant: C68.bad-sslmode-refused
  if (findUnreadSsl(query) !== undefined)
    throw new SettingError(
      'holds an ssl= that is neither true, 1, 0 nor no-verify: give sslmode=verify-full, or sslmode=disable for a way without TLS',
    )
  if (/^\/.*\.s\.PGSQL\.\d+$/.test(host))
    throw new SettingError('names the socket itself in host=: give the folder that it lies in')
  const isWhole = host !== '' && database !== '' && /^\d{0,5}$/.test(port)
  // mutant: C71.socket-folder-host
  if (!isWhole || (!host.startsWith('/') && !URL.canParse(text)))
    throw new SettingError(`has to be like ${LIKE}`)
}

/** `file:/path/to.db`, or `postgres://…` by a host, an IPv6 address in brackets, or the folder of a socket. */
export const parseDatabaseUrl: Parser<DatabaseUrl> = (text) => {
  if (/^postgres(ql)?:/.test(text)) {
    checkPostgres(text)
    return { kind: 'postgres', url: text }
  }
  const path = /^file:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1]
  if (!path || path === '/')
    throw new SettingError('has to be like file:/path/to.db or postgres://user@host/database')
  return { kind: 'sqlite', path }
}

/** Where the driver connects to: a host, an address without brackets, or the folder of a socket. @param text that parseDatabaseUrl has taken */
export function serverOf(text: string): { host: string; query: URLSearchParams } {
  return placeOf(text) ?? { host: '', query: new URLSearchParams() }
}

/** For people: server and database, without user, password and options. @param text that parseDatabaseUrl has taken */
export function describeServer(text: string): string {
  const { host = '', port = '', database = '' } = placeOf(text) ?? {}
  const name = encodeURIComponent(database)
  if (host.startsWith('/')) return `postgres:///${name}?host=${host}${port && `&port=${port}`}`
  return `postgres://${host.includes(':') ? `[${host}]` : host}${port && `:${port}`}/${name}`
}
