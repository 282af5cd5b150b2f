// Environment (and NAME_FILE twins) to one frozen, typed Config; the only reader of the environment.
// It must not touch the network, the clock or the database; files and keys come in as functions.

import type { OidcConfig } from '../access/oidc/ports.ts'
import type { AuditTarget } from '../audit/sink.ts'
import type { Price } from '../delivery/cost.ts'
import { prefixOf, withAccounts } from '../delivery/provider-account.ts'
import type { ProviderDescription } from '../delivery/provider-entry.ts'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import type { LimitsConfig } from '../limits/open.ts'
import type { StoreConfig } from '../storage/open.ts'
import type { TracesConfig } from '../telemetry/ports.ts'
import type { Logo, ServicePolicy } from '../verification/policy.ts'
import { AUDIT_SETTINGS } from './audit.ts'
import { CHALLENGE_SETTINGS } from './challenge.ts'
import { readDefaultService } from './default-service.ts'
import { listEffective } from './effective-settings.ts'
import { freeze } from './freeze.ts'
import { readHostedPage } from './front.ts'
import { type DevKeys, type Keys, readKeys } from './keys.ts'
import { type Listen, toListen } from './listen.ts'
import { OIDC_SETTINGS, readOidc } from './oidc.ts'
import { checkPrices, PRICE_SETTINGS } from './prices.ts'
import {
  type ConfiguredProvider,
  type ConfiguredRoutes,
  readProviders,
  readRoutes,
} from './providers.ts'
import { createReader, type Environment, type Reader, type Values } from './reader.ts'
import { checkRelay } from './relay.ts'
import { checkSettings, DEFAULT_SERVICE } from './rules.ts'
import { readServices } from './services.ts'
import { type LogLevel, SERVER_SETTINGS } from './settings.ts'
import { toStores } from './stores.ts'
import { readTraces, TRACE_SETTINGS } from './traces.ts'
import {
  readTwilioVerify,
  TWILIO_VERIFY_SETTINGS,
  type TwilioVerifyConfig,
} from './twilio-verify.ts'
import { findWarnings, warnOfSlips } from './warnings.ts'
import { checkWebhooks, readAllowed, readDefaultWebhooks, WEBHOOK_SETTINGS } from './webhooks.ts'

/** sysexits.h EX_CONFIG. */
export const EXIT_CONFIG = 78

export type Role = 'all' | 'api' | 'worker'

export type Config = Keys & {
  readonly mode: 'development' | 'production'
  /** `api` answers, `worker` sends: at least one of each, or `all`. */
  readonly role: Role
  readonly listen: Listen
  readonly dataDir: string
  readonly store: StoreConfig
  /** Where the limits are counted. */
  readonly limits: LimitsConfig
  /** `default`, or the first of a file without it. */
  readonly defaultService: string
  /** By name; never empty. */
  readonly services: ReadonlyMap<string, ServicePolicy>
  /** CIDRs. */
  readonly trustedProxies: readonly string[]
  readonly providers: readonly ConfiguredProvider[]
  readonly routes: ConfiguredRoutes
  /** Of services that have their own, in place of those. */
  readonly serviceRoutes: ReadonlyMap<string, ConfiguredRoutes>
  /** BRAND_LOGO by service, of those that have one. */
  readonly logos: ReadonlyMap<string, Logo>
  /** By service, what its entry in SERVICES_FILE gives. */
  readonly givenByServices: ReadonlyMap<string, ReadonlySet<string>>
  readonly hashing: {
    readonly concurrency: number
    readonly queue: number
    readonly mintSize: number
    readonly memoryKib: number
    readonly passes: number
  }
  readonly publicUrl: string | null
  /** Null: people sign in to the console with keys alone. */
  readonly oidc: OidcConfig | null
  readonly retentionDays: { readonly addresses: number; readonly recipients: number }
  readonly logLevel: LogLevel
  /** Null: metrics on the service's own port alone, behind a key. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly shutdownGraceMs: number
  /** For one request to a provider. */
  readonly deliveryDeadlineMs: number
  /** Of one part of a message; empty: nobody gave any. */
  readonly prices: readonly Price[]
  /** AUDIT_STREAM; null: the log stays in the store. */
  readonly audit: { readonly target: AuditTarget | null; readonly events: 'all' | 'admin' }
  /** Null: there are none, and their library is not loaded. */
  readonly traces: TracesConfig | null
  /** SHIELD_CHALLENGE_COST: tries at the most. */
  readonly challengeTries: number
  readonly twilioVerify: TwilioVerifyConfig
  /** CIDRs: private ranges that webhooks may reach. */
  readonly webhookRanges: readonly string[]
  /** For people, without secrets. */
  readonly inForce: readonly ShownSetting[]
  /** For the log at start: valid, but worth a thought. */
  readonly warnings: readonly string[]
}

export type ConfigSources = {
  /** @throws as node:fs readFileSync */
  readFile: (path: string) => string
  /** Of a picture; absent: `readFile` reads them as text. @throws as node:fs readFileSync */
  readBytes?: (path: string) => Uint8Array
  /** Cores this process may use. */
  cores: number
  providers: readonly ProviderDescription[]
  /** Called in development where a key is missing; undefined: there are none. @throws where they cannot be kept */
  devKeys: (dataDir: string) => DevKeys | undefined
}

/** Everything that is wrong, each as `NAME: what and what to do`. The process ends with 78. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  /** @param hints names that look misspelt: often why something is missing */
  constructor(problems: readonly string[], hints: readonly string[] = []) {
    const lines = [...problems, ...hints].map((line) => `  ${line}`)
    super(`the settings are invalid:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

type Server = Values<typeof SERVER_SETTINGS>

/** An unreadable mode is production: a slip must not open the development inbox to the world. */
function readMode(server: Server, reader: Reader): Config['mode'] {
  const isUnread = reader.isNoted(SERVER_SETTINGS.nodeEnv.name)
  return isUnread || server.nodeEnv === 'production' ? 'production' : 'development' // mutant: C69.default-production
}

function toHashing(server: Server, cores: number): Config['hashing'] {
  return {
    concurrency: server.hashConcurrency ?? cores,
    queue: server.hashQueue,
    mintSize: server.mintSize,
    memoryKib: server.argon2MemoryKib,
    passes: server.argon2Passes,
  }
}

const toMetrics = ({ metricsHost: host, metricsPort: port }: Server): Config['metrics'] =>
  port === undefined ? null : { host, port }

/** @throws ConfigError with everything that is missing or wrong */
export function loadConfig(env: Environment, sources: ConfigSources): Config {
  const prefixes = sources.providers.flatMap((entry) => prefixOf(entry) ?? [])
  const reader = createReader(env, sources.readFile, prefixes)
  const server = reader.read(SERVER_SETTINGS)
  const mode = readMode(server, reader)
  const registry = withAccounts(sources.providers, Object.keys(env))
  const providers = readProviders(registry, reader)
  const routes = readRoutes(providers, reader)
  const hooks = reader.read(WEBHOOK_SETTINGS)
  const webhooks = readDefaultWebhooks(hooks, reader)
  const allowed = readAllowed(hooks, mode)
  const base = readDefaultService(mode, reader, providers, webhooks)
  const read = readServices(server.services, base, providers, reader)
  const { services, routes: serviceRoutes, given: givenByServices } = read
  const oidc = readOidc(reader.read(OIDC_SETTINGS), reader, { ...server, services })
  const traces = readTraces(reader.read(TRACE_SETTINGS))
  const about = { env, reader, server, mode, services, providers, routes, registry, oidc, traces }
  checkSettings(about)
  const twilioVerify = readTwilioVerify(reader.read(TWILIO_VERIFY_SETTINGS), services, reader)
  const { prices = [], challengeTries } = reader.read({ ...PRICE_SETTINGS, ...CHALLENGE_SETTINGS })
  checkPrices(reader, prices, registry)
  const audit = reader.read(AUDIT_SETTINGS)
  checkWebhooks(reader, services, webhooks, { mode, allowed })
  checkRelay(reader, { services, base, mode })
  const logos = readHostedPage(reader, { services, base, mode }, sources)
  if (reader.problems().length > 0) throw new ConfigError(reader.problems(), warnOfSlips(reader))

  const [firstService = ''] = services.keys()
  return freeze({
    ...readKeys(server, mode, sources.devKeys),
    mode,
    role: server.role,
    listen: toListen(server),
    dataDir: server.dataDir,
    ...toStores(server),
    services,
    defaultService: services.has(DEFAULT_SERVICE) ? DEFAULT_SERVICE : firstService,
    trustedProxies: server.trustedProxies,
    providers,
    routes,
    serviceRoutes,
    logos,
    givenByServices,
    hashing: toHashing(server, sources.cores),
    publicUrl: server.publicUrl ?? null,
    oidc,
    retentionDays: {
      addresses: server.retentionAddressDays,
      recipients: server.retentionRecipientDays,
    },
    logLevel: server.logLevel,
    metrics: toMetrics(server),
    shutdownGraceMs: server.shutdownGraceSeconds * 1000,
    deliveryDeadlineMs: server.deliveryDeadlineSeconds * 1000,
    prices,
    audit: { target: audit.stream ?? null, events: audit.streamEvents },
    traces,
    challengeTries,
    twilioVerify,
    webhookRanges: allowed,
    inForce: listEffective(reader, mode, registry),
    warnings: findWarnings(about),
  })
}
