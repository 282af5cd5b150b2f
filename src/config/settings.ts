// A setting is a row of data: parsing and the README's table are made from the same rows. Here: those of the process.
// It must not read the environment: config.ts does.

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
  /** Its text is told nowhere; `password`: of a URL that one part. */
  secret?: boolean | 'password'
  /** No secret, but nothing for the eyes of everybody who may look at the console. */
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

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** From argon2's own minimum (RFC 9106 §3.1: 8 KiB a lane); rules.ts warns of what is too cheap. */
const ARGON2_MEMORY_KIB = { min: 8, max: 1_048_576, default: '19456' } as const
const ARGON2_PASSES = { min: 1, max: 20, default: '2' } as const
const MAX_HASHES_AT_ONCE = 256
const MAX_MINT_SIZE = 4096
const MAX_HASH_QUEUE = 10_000
const MAX_GRACE_SECONDS = 600
const MAX_CONNECTIONS = 200
const MAX_RETENTION_DAYS = 3650
const MAX_DELIVERY_DEADLINE_SECONDS = 30

const MODES = ['development', 'production', 'test'] as const

export const SERVER_SETTINGS = {
  nodeEnv: withDefault(
    'NODE_ENV',
    parseOneOf(MODES),
    'development',
    '`production` (set in the image), or `development`: an inbox that shows every code, and keys that are made and printed',
  ),
  developmentNetwork: withDefault(
    'DEVELOPMENT_NETWORK',
    parseOneOf(['loopback', 'open']),
    'loopback',
    'In development whoever reaches the service reads every code: a HOST or PUBLIC_URL that other machines reach is refused, unless this says `open`',
  ),
  host: withDefault(
    'HOST',
    parseHostSetting,
    '127.0.0.1',
    'Where it listens (`0.0.0.0` in the image; `::` takes IPv6, too); `unix:/path` for a socket',
  ),
  port: withDefault('PORT', parseInteger(0, 65_535), '8080', 'The TCP port; 0 takes a free one'),
  dataDir: withDefault(
    'DATA_DIR',
    parseText,
    './data',
    'Holds the SQLite files and, in development, the keys that were made',
  ),
  databaseUrl: optional(
    'DATABASE_URL',
    parseDatabaseUrl,
    '`file:/path/to.db`, or `postgres://user:password@host:5432/database` (PostgreSQL 15 or newer) for many nodes; `?sslmode=verify-full&sslrootcert=/path` for TLS, `?host=/path` for the folder of a socket',
    { shown: '`countersign.db` in `DATA_DIR`', secret: 'password' },
  ),
  databaseConnections: withDefault(
    'DATABASE_CONNECTIONS',
    parseInteger(2, MAX_CONNECTIONS),
    '10',
    'Connections of a node to PostgreSQL; beside them one for LISTEN and, without `RATE_LIMIT_URL`, half as many for counting limits',
  ),
  databasePooler: withDefault(
    'DATABASE_POOLER',
    parseOneOf(['none', 'session', 'transaction']),
    'none',
    'The `pool_mode` of a PgBouncer between: `session`, or `transaction` (no LISTEN, no time-outs set by the client)',
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
    'Hosts on a private network of yours (`postgres,valkey`): no warning at start that the way to them is in clear',
  ),
  sqliteSynchronous: withDefault(
    'SQLITE_SYNCHRONOUS',
    parseOneOf(['full', 'normal']),
    'full',
    '`normal` is faster, and a power cut may bring a used code back',
  ),
  secretKey: optional(
    'SECRET_KEY',
    parseSecretKey,
    'The root secret, 32 random bytes in base64; every other key comes from it. Required in production',
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
    'Several services as JSON, usually by `SERVICES_FILE`: see docs/services.md',
    { shown: 'one service, `default`, from the settings below', hidden: true, free: true },
  ),
  trustedProxies: withDefault(
    'TRUSTED_PROXIES',
    parseList(parseCidr),
    '',
    'Whose `X-Forwarded-For`, or where there is none `Forwarded` (RFC 7239), is believed: comma-separated ranges. The proxy must write one, and remove what it does not write',
  ),
  publicUrl: optional(
    'PUBLIC_URL',
    parseOrigin,
    'Where providers reach this service, the root of a host name without a path: for delivery receipts, which come with a later version',
  ),
  logLevel: withDefault(
    'LOG_LEVEL',
    parseOneOf(LOG_LEVELS),
    'info',
    'One of trace, debug, info, warn, error, fatal, silent',
  ),
  retentionAddressDays: withDefault(
    'RETENTION_ADDRESS_DAYS',
    parseInteger(1, MAX_RETENTION_DAYS),
    '30',
    'Days after which IP addresses and user agents are erased',
  ),
  retentionRecipientDays: withDefault(
    'RETENTION_RECIPIENT_DAYS',
    parseInteger(1, MAX_RETENTION_DAYS),
    '90',
    'Days after which verifications, with their recipients, deliveries and events, are removed (longer than the windows of `LIMIT_GUESSES_…`, which are summed from them); daily counts stay',
  ),
  metricsPort: optional(
    'METRICS_PORT',
    parseInteger(0, 65_535),
    'A port for `GET /metrics` without a key, on `METRICS_HOST`; with a key (scope `admin:read`, of no service) it is on `PORT`, too',
  ),
  metricsHost: withDefault(
    'METRICS_HOST',
    parseHostSetting,
    '127.0.0.1',
    'Where METRICS_PORT listens',
  ),
  shutdownGraceSeconds: withDefault(
    'SHUTDOWN_GRACE_SECONDS',
    parseInteger(1, MAX_GRACE_SECONDS),
    // Under Kubernetes' 30 s, so that the end is ours and not SIGKILL's.
    '25',
    'After SIGTERM, running requests and sends get this long',
  ),
  deliveryDeadlineSeconds: withDefault(
    'DELIVERY_DEADLINE_SECONDS',
    parseInteger(1, MAX_DELIVERY_DEADLINE_SECONDS),
    // A person waits at a login form; a provider that takes longer is down.
    '10',
    'How long a provider may take to answer; a node that dies or stands still gives up its sends after three times that',
  ),
  hashConcurrency: optional(
    'HASH_CONCURRENCY',
    parseInteger(1, MAX_HASHES_AT_ONCE),
    'Hashes at once; each takes `ARGON2_MEMORY_KIB`',
    { shown: 'the cores this process may use' },
  ),
  hashQueue: withDefault(
    'HASH_QUEUE',
    parseInteger(1, MAX_HASH_QUEUE),
    // At the default cost about 45 hashes a second and core: some two seconds of waiting on two cores.
    '128',
    'Hashes that may wait, starts in half of the places; past that the answer is 503',
  ),
  mintSize: withDefault(
    'MINT_SIZE',
    parseInteger(0, MAX_MINT_SIZE),
    '256',
    'Ready-made codes kept in memory for each configured code length',
  ),
  argon2MemoryKib: withDefault(
    'ARGON2_MEMORY_KIB',
    parseInteger(ARGON2_MEMORY_KIB.min, ARGON2_MEMORY_KIB.max),
    ARGON2_MEMORY_KIB.default,
    "Memory of a hash; the default is OWASP's minimum",
  ),
  argon2Passes: withDefault(
    'ARGON2_PASSES',
    parseInteger(ARGON2_PASSES.min, ARGON2_PASSES.max),
    ARGON2_PASSES.default,
    'Passes of a hash',
  ),
} as const
