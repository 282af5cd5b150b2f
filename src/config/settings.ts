// A setting is a row of data: its parsing and its line in the documentation come from the same row. Here: the process's.

import { parseDatabaseUrl } from './database-url.ts'
import { parseHostSetting, parsePeerHost } from './listen.ts'
import {
  type Parser,
  parseCidr,
  parseInteger,
  parseKey,
  parseList,
  parseOneOf,
  parseOrigin,
  parseRateLimitUrl,
  parseSecretKey,
  parseText,
} from './parsers.ts'

/** `fallback` is a text and goes through `parse`; null: absent. `shown` is the default in words, where it depends on something. */
export type Setting<T> = {
  name: string
  description: string
  fallback: string | null
  shown?: string
  /** Its text is never shown; `password`: a URL of which that one part is never shown. */
  secret?: boolean | 'password'
  /** No secret, but not for everybody who can open the console. */
  hidden?: boolean
  /** May hold quotes, # and several lines: JSON, a template. */
  free?: true
  parse: Parser<T>
}

type Rest<T> = Omit<Setting<T>, 'name' | 'parse' | 'description' | 'fallback'>

export function optional<T>(
  name: string,
  parse: Parser<T>,
  description: string,
  rest: Rest<T> = {},
) {
  return { name, parse, description, fallback: null, ...rest }
}

export function withDefault<T>(
  name: string,
  parse: Parser<T>,
  fallback: string,
  description: string,
  rest: Rest<T> = {},
) {
  return { name, parse, description, fallback, ...rest }
}

/** A whole number between both ends, inclusive. */
export const wholeNumber = (
  name: string,
  range: { min: number; max: number; default: number },
  description: string,
) => withDefault(name, parseInteger(range.min, range.max), String(range.default), description)

/** One of a few words. */
export const choice = <const T extends string>(
  name: string,
  words: readonly T[],
  fallback: NoInfer<T>,
  description: string,
) => withDefault(name, parseOneOf(words), fallback, description)

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const MAX_PORT = 65_535
const MAX_HASHES_AT_ONCE = 256
const MAX_RETENTION_DAYS = 3650

export const SERVER_SETTINGS = {
  nodeEnv: choice(
    'NODE_ENV',
    ['development', 'production', 'test'],
    'development',
    '`production` (set in the image), or `development`: an inbox that shows every code, and keys that are created and printed',
  ),
  developmentNetwork: choice(
    'DEVELOPMENT_NETWORK',
    ['loopback', 'open'],
    'loopback',
    'In development, anybody who can reach the service can read every code: a HOST or PUBLIC_URL that other machines can reach is refused, unless this is `open`',
  ),
  role: choice(
    'ROLE',
    ['all', 'api', 'worker'],
    'all',
    'What this process does, on PostgreSQL: `all`; `api`: answers requests and sends nothing; `worker`: sends, expires and removes, and answers health, readiness and metrics only. Run both, or `all`',
  ),
  host: withDefault(
    'HOST',
    parseHostSetting,
    '127.0.0.1',
    'The address to listen on (`0.0.0.0` in the image; `::` accepts IPv6 as well); `unix:/path` for a socket',
  ),
  port: wholeNumber(
    'PORT',
    { min: 0, max: MAX_PORT, default: 8080 },
    'The TCP port; 0 uses any free one',
  ),
  dataDir: withDefault(
    'DATA_DIR',
    parseText,
    './data',
    'The folder for the SQLite files and, in development, for the keys that are created',
  ),
  databaseUrl: optional(
    'DATABASE_URL',
    parseDatabaseUrl,
    '`file:/path/to.db`, or `postgres://user:password@host:5432/database` (PostgreSQL 15 or newer) for many nodes; `?sslmode=verify-full&sslrootcert=/path` for TLS, `?host=/path` for the folder of a socket',
    { shown: '`countersign.db` in `DATA_DIR`', secret: 'password' },
  ),
  databaseConnections: wholeNumber(
    'DATABASE_CONNECTIONS',
    { min: 2, max: 200, default: 10 },
    'Connections of a node to PostgreSQL; in addition one for LISTEN and, without `RATE_LIMIT_URL`, half as many for counting limits',
  ),
  databasePooler: choice(
    'DATABASE_POOLER',
    ['none', 'session', 'transaction'],
    'none',
    'The `pool_mode` of a PgBouncer in between: `session`, or `transaction` (no LISTEN, no timeouts set by the client)',
  ),
  rateLimitUrl: optional(
    'RATE_LIMIT_URL',
    parseRateLimitUrl,
    '`redis://user:password@host:6379/0` (`rediss://` for TLS), Redis or Valkey: counts the limits for all nodes',
    { shown: 'in PostgreSQL, or in `limits.db` beside the SQLite file', secret: 'password' },
  ),
  plaintextHosts: withDefault(
    'PLAINTEXT_HOSTS',
    parseList(parsePeerHost),
    '',
    'Hosts on a private network of yours (`postgres,valkey`): no warning at start about unencrypted connections to them',
  ),
  sqliteSynchronous: choice(
    'SQLITE_SYNCHRONOUS',
    ['full', 'normal'],
    'full',
    '`normal` is faster, but a power failure may make a used code valid again',
  ),
  secretKey: optional(
    'SECRET_KEY',
    parseSecretKey,
    'The root secret, 32 random bytes in base64; every other key is derived from it. Required in production',
    { secret: true },
  ),
  secretKeyPrevious: optional(
    'SECRET_KEY_PREVIOUS',
    parseList(parseSecretKey),
    'Previous root secrets, newest first, comma-separated: for rotation',
    { secret: true },
  ),
  apiKey: optional('API_KEY', parseKey, 'A key for the default service, scope `verify`', {
    secret: true,
  }),
  adminKey: optional('ADMIN_KEY', parseKey, 'A key for the administrator, scope `admin`', {
    secret: true,
  }),
  services: optional(
    'SERVICES',
    parseText,
    'Several services as JSON, usually given by `SERVICES_FILE`: see docs/services.md',
    { shown: 'one service, `default`, from the settings below', hidden: true, free: true },
  ),
  trustedProxies: withDefault(
    'TRUSTED_PROXIES',
    parseList(parseCidr),
    '',
    'Proxies whose `X-Forwarded-For`, or without one `Forwarded` (RFC 7239), is trusted: comma-separated ranges. The proxy must write one of them, and remove the other',
  ),
  publicUrl: optional(
    'PUBLIC_URL',
    parseOrigin,
    'Where providers can reach this service, the root of a host name without a path: for delivery receipts; with a loopback address none come, and providers that can be asked are asked. It is the issuer of signed approvals, too',
  ),
  logLevel: choice(
    'LOG_LEVEL',
    LOG_LEVELS,
    'info',
    'One of trace, debug, info, warn, error, fatal, silent',
  ),
  retentionAddressDays: wholeNumber(
    'RETENTION_ADDRESS_DAYS',
    { min: 1, max: MAX_RETENTION_DAYS, default: 30 },
    'Days after which IP addresses and user agents are erased',
  ),
  retentionRecipientDays: wholeNumber(
    'RETENTION_RECIPIENT_DAYS',
    { min: 1, max: MAX_RETENTION_DAYS, default: 90 },
    'Days after which verifications are removed with their recipients, deliveries and events (must be longer than the windows of `LIMIT_GUESSES_…`, which are summed from them); daily counts stay',
  ),
  metricsPort: optional(
    'METRICS_PORT',
    parseInteger(0, MAX_PORT),
    'A port for `GET /metrics` without a key, on `METRICS_HOST`; with a key (scope `admin:read`, of no service) it is also on `PORT`',
  ),
  metricsHost: withDefault(
    'METRICS_HOST',
    parseHostSetting,
    '127.0.0.1',
    'The address that METRICS_PORT listens on',
  ),
  shutdownGraceSeconds: wholeNumber(
    'SHUTDOWN_GRACE_SECONDS',
    // Under Kubernetes' 30 s, so that the end is ours and not SIGKILL's.
    { min: 1, max: 600, default: 25 },
    'How long running requests and sends may take after SIGTERM',
  ),
  deliveryDeadlineSeconds: wholeNumber(
    'DELIVERY_DEADLINE_SECONDS',
    // A person waits at a login form; a provider that takes longer is down.
    { min: 1, max: 30, default: 10 },
    'How long a provider may take to answer; a node that dies or freezes loses its sends to the other nodes after three times as long',
  ),
  hashConcurrency: optional(
    'HASH_CONCURRENCY',
    parseInteger(1, MAX_HASHES_AT_ONCE),
    'Hashes computed at once; each takes `ARGON2_MEMORY_KIB`',
    { shown: 'the cores this process may use' },
  ),
  hashQueue: wholeNumber(
    'HASH_QUEUE',
    // At the default cost about 45 hashes a second and core: some two seconds of waiting on two cores.
    { min: 1, max: 10_000, default: 128 },
    'Hashes that may be queued, starts in half of the places; beyond that the answer is 503',
  ),
  mintSize: wholeNumber(
    'MINT_SIZE',
    { min: 0, max: 4096, default: 256 },
    'Ready-made codes kept in memory for each configured code length',
  ),
  argon2MemoryKib: wholeNumber(
    'ARGON2_MEMORY_KIB',
    // From argon2's own minimum (RFC 9106 §3.1: 8 KiB a lane); warnings.ts names what is too cheap.
    { min: 8, max: 1_048_576, default: 19_456 },
    "Memory for one hash; the default is OWASP's minimum",
  ),
  argon2Passes: wholeNumber(
    'ARGON2_PASSES',
    { min: 1, max: 20, default: 2 },
    'Passes for one hash',
  ),
} as const
