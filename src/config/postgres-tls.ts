// How the driver of PostgreSQL takes sslmode, ssl and PGSSLMODE: it differs from libpq in several.
// It must not load the driver: who needs no PostgreSQL starts without it. A test compares the two.

/** `unverified`: whoever stands between can show any certificate. */
export type Tls = 'none' | 'unverified' | 'verified'

/** What it knows of PGSSLMODE, which counts where the URL says nothing. `allow` is not among it, and means none. */
const OF_PGSSLMODE: Readonly<Record<string, Tls>> = {
  'no-verify': 'unverified',
  prefer: 'verified',
  require: 'verified',
  'verify-ca': 'verified',
  'verify-full': 'verified',
}

/** Of a parameter that is given twice the last one counts. */
const reading = (query: URLSearchParams) => (name: string) => query.getAll(name).at(-1)

/** An sslmode or a file of the URL: whatever `ssl` says then, it is not read. */
function hasMode(last: ReturnType<typeof reading>): boolean {
  return ['sslmode', 'sslcert', 'sslkey', 'sslrootcert'].some((name) => last(name))
}

const SSL_WORDS = ['true', '1', '0', '', 'no-verify']

/** Any other text in `ssl=` begins TLS and ends the process at the first answer: it is taken for the options of TLS. */
export function findUnreadSsl(query: URLSearchParams): string | undefined {
  const last = reading(query)
  const ssl = last('ssl')
  return ssl === undefined || hasMode(last) || SSL_WORDS.includes(ssl) ? undefined : ssl
}

function ofMode(last: ReturnType<typeof reading>): Tls {
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
  const last = reading(query)
  const ssl = last('ssl')
  const byUrl = (tls: Tls) => ({ tls, isByEnvironment: false })
  if (hasMode(last)) return byUrl(ofMode(last))
  if (ssl === 'no-verify') return byUrl('unverified')
  if (ssl !== undefined) return byUrl(ssl === '0' || ssl === '' ? 'none' : 'verified')
  if (last('sslnegotiation') === 'direct') return byUrl('verified')
  return { tls: OF_PGSSLMODE[pgSslMode ?? ''] ?? 'none', isByEnvironment: true } // mutants: C68.warn-database-cleartext C68.pgsslmode-default
}
