// DATABASE_URL: a file, or a PostgreSQL server by host, address or socket, and its TLS, as the driver reads them.
// It must not repeat a URL's text in a message, for it may hold a password, nor load the driver: a test compares the two.

import { type Parser, SettingError } from './parsers.ts'

export type DatabaseUrl =
  | { readonly kind: 'sqlite'; readonly path: string }
  /** As given: it may hold a password. */
  | { readonly kind: 'postgres'; readonly url: string }

const LIKE =
  'postgres://user:password@host:5432/database, or postgres://user@/database?host=/var/run/postgresql for a socket'

/** Scheme, user and password, host and port, database, query: the URL class refuses a user without a host. */
const POSTGRES = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/

/** The driver uses the last one of a parameter that is given twice. */
const lastOf = (query: URLSearchParams) => (name: string) => query.getAll(name).at(-1)

type Place = { host: string; port: string; database: string }

/** Undefined: the percent-encoding is invalid. */
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
  const last = lastOf(query)
  const host = decode(last('host') || near.replace(/^\[(.*)\]$/, '$1')) // mutant: C68.effective-host
  const database = decode(path)
  if (host === undefined || database === undefined) return undefined
  return { host, port: last('port') || port, database, query }
}

/** Parameters that decide where a connection goes, and that the driver does not read. */
const UNREAD = ['hostaddr', 'service', 'dbname']

/** @throws SettingError */
function checkPostgres(text: string): void {
  const place = placeOf(text)
  if (!place) throw new SettingError(`must look like ${LIKE}`)
  const { host, port, database, query } = place
  // mutant: C71.multi-host-refused
  if (/,/.test(host + port) || /,/.test(POSTGRES.exec(text)?.[2] ?? ''))
    throw new SettingError(
      'names several hosts, but a node connects to one: give the name or address that follows the primary (docs/operations.md, "PostgreSQL")',
    )
  const unread = UNREAD.find((name) => query.has(name))
  if (unread !== undefined)
    throw new SettingError(
      `has the parameter ${unread}=, which is not read: it must look like ${LIKE}`,
    )
  // mutant: C68.bad-sslmode-refused
  if (findUnreadSsl(query) !== undefined)
    throw new SettingError(
      'has an ssl= that is neither true, 1, 0 nor no-verify: give sslmode=verify-full, or sslmode=disable for no TLS',
    )
  if (/^\/.*\.s\.PGSQL\.\d+$/.test(host))
    throw new SettingError('names the socket itself in host=: give the folder that it is in')
  const isWhole = host !== '' && database !== '' && /^\d{0,5}$/.test(port)
  // mutant: C71.socket-folder-host
  if (!isWhole || (!host.startsWith('/') && !URL.canParse(text)))
    throw new SettingError(`must look like ${LIKE}`)
}

/** `file:/path/to.db`, or `postgres://…` by a host, an IPv6 address in brackets, or the folder of a socket. */
export const parseDatabaseUrl: Parser<DatabaseUrl> = (text) => {
  if (/^postgres(ql)?:/.test(text)) {
    checkPostgres(text)
    return { kind: 'postgres', url: text }
  }
  const path = /^file:(?:\/\/(?=\/))?(.+)$/.exec(text)?.[1]
  if (!path || path === '/')
    throw new SettingError('must look like file:/path/to.db or postgres://user@host/database')
  return { kind: 'sqlite', path }
}

/** Where the driver connects: a host, an address without brackets, or the folder of a socket. @param text that parseDatabaseUrl has taken */
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

/** `unverified`: anybody in between can present any certificate. */
export type Tls = 'none' | 'unverified' | 'verified'

/** PGSSLMODE as the driver reads it, which differs from libpq; it counts where the URL says nothing. `allow` means none. */
const OF_PGSSLMODE: Readonly<Record<string, Tls>> = {
  'no-verify': 'unverified',
  prefer: 'verified',
  require: 'verified',
  'verify-ca': 'verified',
  'verify-full': 'verified',
}

/** Whether the URL has an sslmode or a file of TLS: `ssl` is not read then. */
function hasMode(last: ReturnType<typeof lastOf>): boolean {
  return ['sslmode', 'sslcert', 'sslkey', 'sslrootcert'].some((name) => last(name))
}

const SSL_WORDS = ['true', '1', '0', '', 'no-verify']

/** The driver takes any other text in `ssl=` for TLS options, and ends the process at the first answer. */
function findUnreadSsl(query: URLSearchParams): string | undefined {
  const last = lastOf(query)
  const ssl = last('ssl')
  return ssl === undefined || hasMode(last) || SSL_WORDS.includes(ssl) ? undefined : ssl
}

function ofMode(last: ReturnType<typeof lastOf>): Tls {
  const mode = last('sslmode')
  if (mode === 'disable') return 'none'
  const isLoose =
    last('uselibpqcompat') === 'true'
      ? mode === 'prefer' || (mode === 'require' && !last('sslrootcert'))
      : mode === 'no-verify'
  return isLoose ? 'unverified' : 'verified'
}

/**
 * @param query of a URL without `findUnreadSsl`
 * @param pgSslMode the environment's PGSSLMODE; `isByEnvironment`: that decides, and is where to change it
 */
export function postgresTls(
  query: URLSearchParams,
  pgSslMode: string | undefined,
): { tls: Tls; isByEnvironment: boolean } {
  const last = lastOf(query)
  const ssl = last('ssl')
  const byUrl = (tls: Tls) => ({ tls, isByEnvironment: false })
  if (hasMode(last)) return byUrl(ofMode(last))
  if (ssl === 'no-verify') return byUrl('unverified')
  if (ssl !== undefined) return byUrl(ssl === '0' || ssl === '' ? 'none' : 'verified')
  if (last('sslnegotiation') === 'direct') return byUrl('verified')
  return { tls: OF_PGSSLMODE[pgSslMode ?? ''] ?? 'none', isByEnvironment: true } // mutants: C68.warn-database-cleartext C68.pgsslmode-default
}
