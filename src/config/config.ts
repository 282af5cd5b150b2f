// Environment (and NAME_FILE twins) to one frozen, typed Config; the only reader of the environment.
// It must not touch the network, the clock or the database; files and keys come in as functions.

import { CHANNELS } from '../kernel/channel.ts'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import type { LimitsConfig } from '../limits/open.ts'
import type { StoreConfig } from '../storage/open.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { DevKeys } from './dev-keys.ts'
import { asMade, listInForce } from './effective-settings.ts'
import { freeze } from './freeze.ts'
import { type Listen, toListen } from './listen.ts'
import {
  type ConfiguredProvider,
  type ProviderDescription,
  readProviders,
  readRoutes,
  type SaidRoutes,
} from './providers.ts'
import { checkReach } from './reach.ts'
import { createReader, type Environment, type Reader, type Values } from './reader.ts'
import {
  COUNTRIES_UNSAID,
  checkKeys,
  checkProduction,
  checkRetention,
  DEFAULT_SERVICE,
  warn,
  warnOfSlips,
} from './rules.ts'
import { LIMIT_SETTINGS, ROUTE_SETTINGS, SERVICE_SETTINGS } from './service-settings.ts'
import { parseServices } from './services.ts'
import { type LogLevel, SERVER_SETTINGS } from './settings.ts'
import { toLimits, toStore } from './stores.ts'

/** sysexits.h EX_CONFIG. */
export const EXIT_CONFIG = 78

export type Config = {
  readonly mode: 'development' | 'production'
  readonly listen: Listen
  readonly dataDir: string
  readonly store: StoreConfig
  /** Where the limits are counted. */
  readonly limits: LimitsConfig
  /** Root secrets for the keyring, 32 bytes each, the current one first. */
  readonly secretKeys: readonly Uint8Array[]
  /** For `defaultService`, scope verify; null: keys are made by command. */
  readonly apiKey: string | null
  /** Scope admin, of no service. */
  readonly adminKey: string | null
  /** Made in development, and no setting's: these alone may be printed. */
  readonly made: { readonly apiKey: boolean; readonly adminKey: boolean }
  /** `default`, or the first of a file without it. */
  readonly defaultService: string
  /** By name; never empty. */
  readonly services: ReadonlyMap<string, ServicePolicy>
  /** CIDRs. */
  readonly trustedProxies: readonly string[]
  readonly providers: readonly ConfiguredProvider[]
  /** Names of providers, of which the first sends; absent: as they are configured. */
  readonly routes: SaidRoutes
  readonly hashing: {
    readonly concurrency: number
    readonly queue: number
    readonly mintSize: number
    readonly memoryKib: number
    readonly passes: number
  }
  readonly publicUrl: string | null
  readonly retentionDays: { readonly addresses: number; readonly recipients: number }
  readonly logLevel: LogLevel
  /** Null: metrics on the service's own port alone, behind a key. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly shutdownGraceMs: number
  /** For one request to a provider. */
  readonly deliveryDeadlineMs: number
  /** For people, secrets left out. */
  readonly inForce: readonly ShownSetting[]
  /** For the log at start: right, but worth a thought. */
  readonly warnings: readonly string[]
}

export type ConfigSources = {
  /** @throws as node:fs readFileSync */
  readFile: (path: string) => string
  /** Cores this process may use. */
  cores: number
  providers: readonly ProviderDescription[]
  /** Called in development where a key is missing; undefined: none are there or may be made. @throws where they can't be kept */
  devKeys: (dataDir: string) => DevKeys | undefined
}

/** Everything that is wrong, each as `NAME: what and what to do`. The process ends with 78. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  /** @param hints names that look misspelt: often why something is missing */
  constructor(problems: readonly string[], hints: readonly string[] = []) {
    const lines = [...problems, ...hints].map((line) => `  ${line}`)
    super(`the settings are not right:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

type Server = Values<typeof SERVER_SETTINGS>

/** What cannot be read as a mode is production: a slip must not open the development inbox to the world. */
function readMode(server: Server, reader: Reader): Config['mode'] {
  const isUnread = reader.isNoted(SERVER_SETTINGS.nodeEnv.name)
  return isUnread || server.nodeEnv === 'production' ? 'production' : 'development' // mutant: C69.default-production
}

function readDefaultService(
  mode: Config['mode'],
  reader: Reader,
  providers: readonly ConfiguredProvider[],
): ServicePolicy {
  const { allowedCountries, clientIp, originDomain, ...rest } = reader.read(SERVICE_SETTINGS)
  const served = CHANNELS.filter((channel) =>
    providers.some((entry) => entry.channels.includes(channel)),
  )
  return {
    ...rest,
    name: DEFAULT_SERVICE,
    // In development the inbox takes what no provider does.
    channels: mode === 'development' ? CHANNELS : served,
    limits: reader.read(LIMIT_SETTINGS),
    clientIp: clientIp ?? (mode === 'production' ? 'required' : 'off'),
    allowedCountries: allowedCountries ?? (mode === 'production' ? COUNTRIES_UNSAID : '*'),
    originDomain: originDomain ?? null,
    templates: {},
  }
}

function readServices(text: string | undefined, base: ServicePolicy, reader: Reader) {
  const alone = new Map([[base.name, base]])
  if (text === undefined) return alone
  const result = parseServices(text, base)
  if (result.ok) return result.services
  for (const problem of result.problems) reader.note('SERVICES_FILE', problem)
  return alone
}

type Keys = Pick<Config, 'secretKeys' | 'apiKey' | 'adminKey' | 'made'>

function readKeys(server: Server, mode: Config['mode'], made: ConfigSources['devKeys']): Keys {
  const complete = server.secretKey && server.apiKey && server.adminKey
  const dev = mode === 'development' && !complete ? made(server.dataDir) : undefined
  const secretKey =
    server.secretKey ?? (dev && SERVER_SETTINGS.secretKey.parse(dev.secretKey)) ?? null
  return {
    secretKeys: [...(secretKey ? [secretKey] : []), ...(server.secretKeyPrevious ?? [])],
    apiKey: server.apiKey ?? dev?.apiKey ?? null,
    adminKey: server.adminKey ?? dev?.adminKey ?? null,
    made: {
      apiKey: dev !== undefined && server.apiKey === undefined,
      adminKey: dev !== undefined && server.adminKey === undefined,
    },
  }
}

const MADE_IN_DEVELOPMENT = ['SECRET_KEY', 'API_KEY', 'ADMIN_KEY']

function toInForce(
  reader: Reader,
  mode: Config['mode'],
  providers: readonly ProviderDescription[],
): ShownSetting[] {
  const list = [
    ...listInForce(reader, 'The process', Object.values(SERVER_SETTINGS)),
    ...listInForce(reader, 'The default service', Object.values(SERVICE_SETTINGS)),
    ...listInForce(reader, 'Limits', Object.values(LIMIT_SETTINGS)),
    ...listInForce(
      reader,
      'Providers',
      providers.flatMap((entry) => entry.settings),
    ),
    ...listInForce(reader, 'Routes', Object.values(ROUTE_SETTINGS)),
  ]
  return mode === 'development' ? list.map((one) => asMade(one, MADE_IN_DEVELOPMENT)) : list
}

/**
 * @throws ConfigError with everything that is missing or wrong
 */
export function loadConfig(env: Environment, sources: ConfigSources): Config {
  const reader = createReader(env, sources.readFile)
  const server = reader.read(SERVER_SETTINGS)
  const mode = readMode(server, reader)
  const providers = readProviders(sources.providers, reader)
  const routes = readRoutes(providers, reader)
  const base = readDefaultService(mode, reader, providers)
  const services = readServices(server.services, base, reader)
  checkKeys({ reader, server, services })
  checkRetention({ reader, days: server.retentionRecipientDays, services })
  if (mode === 'development') checkReach({ reader, server }) // mutant: C69.dev-loopback-only
  if (mode === 'production')
    checkProduction({ reader, server, registry: sources.providers, providers, services })
  if (reader.problems().length > 0) throw new ConfigError(reader.problems(), warnOfSlips(reader))

  const keys = readKeys(server, mode, sources.devKeys)
  const store = toStore(server)
  return freeze({
    ...keys,
    mode,
    listen: toListen(server),
    dataDir: server.dataDir,
    store,
    limits: toLimits(server, store),
    services,
    defaultService: services.has(DEFAULT_SERVICE)
      ? DEFAULT_SERVICE
      : ([...services.keys()][0] ?? ''),
    trustedProxies: server.trustedProxies,
    providers,
    routes,
    hashing: {
      concurrency: server.hashConcurrency ?? sources.cores,
      queue: server.hashQueue,
      mintSize: server.mintSize,
      memoryKib: server.argon2MemoryKib,
      passes: server.argon2Passes,
    },
    publicUrl: server.publicUrl ?? null,
    retentionDays: {
      addresses: server.retentionAddressDays,
      recipients: server.retentionRecipientDays,
    },
    logLevel: server.logLevel,
    metrics:
      server.metricsPort === undefined
        ? null
        : { host: server.metricsHost, port: server.metricsPort },
    shutdownGraceMs: server.shutdownGraceSeconds * 1000,
    deliveryDeadlineMs: server.deliveryDeadlineSeconds * 1000,
    inForce: toInForce(reader, mode, sources.providers),
    warnings: warn({
      env,
      reader,
      server,
      mode,
      services,
      providers,
      routes,
      registry: sources.providers,
    }),
  })
}
