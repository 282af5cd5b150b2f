// The rules for settings beyond each one's own form: together, in development and in production.

import { MIN_FIXED_KEY_LENGTH } from '../access/authenticator.ts'
import type { OidcConfig } from '../access/oidc/ports.ts'
import type { ProviderDescription } from '../delivery/provider-entry.ts'
import type { TracesConfig } from '../telemetry/ports.ts'
import { type ServicePolicy, TTL_SECONDS } from '../verification/policy.ts'
import { isGuessableSecret } from './guessable.ts'
import { hostOf, isLoopback, isReachable, toListen } from './listen.ts'
import { SECRET_ADVICE } from './parsers.ts'
import type { ConfiguredProvider, ConfiguredRoutes } from './providers.ts'
import type { Environment, Reader, Values } from './reader.ts'
import { SERVICE_SETTINGS } from './service-settings.ts'
import { SERVER_SETTINGS } from './settings.ts'

export const DEFAULT_SERVICE = 'default'
/** Of a service in production for which no countries were given: no number is allowed. */
export const NO_COUNTRIES: readonly string[] = []

/** All that was read; what is wrong is noted on the reader. */
export type ReadSettings = {
  env: Environment
  reader: Reader
  server: Values<typeof SERVER_SETTINGS>
  mode: 'development' | 'production'
  services: ReadonlyMap<string, ServicePolicy>
  providers: readonly ConfiguredProvider[]
  routes: ConfiguredRoutes
  registry: readonly ProviderDescription[]
  oidc: OidcConfig | null
  traces: TracesConfig | null
}

/** Everything that is wrong is noted, not only the first. */
export function checkSettings(read: ReadSettings): void {
  checkKeys(read)
  checkRetention(read)
  checkRole(read)
  checkPorts(read)
  checkVoice(read)
  if (read.mode === 'development') checkReach(read) // mutant: C69.dev-loopback-only
  if (read.mode === 'production') checkProduction(read)
}

const { apiKey: API_KEY, adminKey: ADMIN_KEY } = SERVER_SETTINGS

/** In every mode: what an authenticator would refuse. */
function checkKeys({ reader, server, services }: ReadSettings): void {
  const { apiKey, adminKey } = server
  for (const { name, key } of [
    { name: API_KEY.name, key: apiKey },
    { name: ADMIN_KEY.name, key: adminKey },
  ])
    if (key !== undefined && key.length < MIN_FIXED_KEY_LENGTH)
      reader.note(name, `has fewer than ${MIN_FIXED_KEY_LENGTH} characters; ${SECRET_ADVICE}`)
  if (apiKey === undefined) return
  if (apiKey === adminKey)
    reader.note(ADMIN_KEY.name, 'is the same as API_KEY: use two different keys')
  if (!services.has(DEFAULT_SERVICE))
    reader.note(
      API_KEY.name,
      `is for the service "${DEFAULT_SERVICE}", which SERVICES_FILE does not have: add it, or create keys with: countersign keys create`,
    )
}

const EVERY_ADDRESS = ['0.0.0.0', '::']

/** Of two that listen on one address, the second could not. */
function checkPorts({ reader, server }: ReadSettings): void {
  const { host, port, metricsHost, metricsPort } = server
  const isEvery = [host, metricsHost].some((one) => EVERY_ADDRESS.includes(one))
  const isShared = toListen(server).kind === 'tcp' && (host === metricsHost || isEvery)
  if (port === 0 || port !== metricsPort || !isShared) return
  const { port: own, metricsPort: metrics } = SERVER_SETTINGS
  reader.note(metrics.name, `is ${port}, as ${own.name} is: give it a port of its own`)
}

/** A process that only answers needs another one that sends; a SQLite file has one process. Alone it would accept messages that never leave. */
function checkRole({ reader, server: { role, databaseUrl } }: ReadSettings): void {
  if (role === 'all' || databaseUrl?.kind === 'postgres') return
  const { name } = SERVER_SETTINGS.role
  // mutant: C69.sqlite-one-process
  reader.note(
    name,
    `is ${role}, but a SQLite file is for one process: leave it at all, or give a PostgreSQL server by ${SERVER_SETTINGS.databaseUrl.name}`,
  )
}

/** A provider asks us what a call is to say: it has to find us. */
function checkVoice({ reader, server: { publicUrl }, providers }: ReadSettings): void {
  const callers = providers.filter(({ channels }) => channels.includes('voice'))
  const { name } = SERVER_SETTINGS.publicUrl
  if (callers.length === 0 || reader.isNoted(name)) return
  const names = callers.map((one) => one.name).join(', ')
  const why = `${names} cannot ask what a call is to say: give the origin under which providers reach this service, or leave out the settings for calls`
  // mutant: C69.voice-needs-public-url
  if (publicUrl === undefined) reader.note(name, `is missing, so that ${why}`)
  else if (!isReachable(publicUrl)) reader.note(name, `leads to this machine, so that ${why}`)
}

const DAY_SECONDS = 86_400
const GUESS_LIMITS = ['guesses_per_number_hour', 'guesses_per_number_day'] as const

/** I4: guesses are summed from the verifications; one that is removed within a window would renew it. */
function checkRetention({ reader, server, services }: ReadSettings): void {
  for (const { name, limits } of services.values())
    for (const limit of GUESS_LIMITS) {
      const needed = (limits[limit]?.windowSeconds ?? 0) + TTL_SECONDS.max
      if (needed <= server.retentionRecipientDays * DAY_SECONDS) continue // mutant: I4.retention-window
      reader.note(
        SERVER_SETTINGS.retentionRecipientDays.name,
        `is shorter than the window of ${limit} of the service "${name}", which is summed from verifications: give at least ${Math.ceil(needed / DAY_SECONDS)}`,
      )
    }
}

/** A key of one or two repeated words. */
const MIN_DISTINCT_CHARACTERS = 8

function checkProduction({ reader, server, registry, providers, services }: ReadSettings): void {
  const demand = (name: string, isMet: unknown, advice: string): void => {
    if (!isMet && !reader.isNoted(name)) reader.note(name, advice)
  }
  const { secretKey } = server
  demand(SERVER_SETTINGS.secretKey.name, secretKey, `is missing; ${SECRET_ADVICE}`)
  if (secretKey && isGuessableSecret(secretKey))
    reader.note(
      SERVER_SETTINGS.secretKey.name,
      `is not random (an example or a pattern); ${SECRET_ADVICE}`,
    )
  for (const row of ['apiKey', 'adminKey'] as const)
    if (server[row] && new Set(server[row]).size < MIN_DISTINCT_CHARACTERS)
      reader.note(SERVER_SETTINGS[row].name, `is easy to guess; ${SECRET_ADVICE}`)
  demand(
    'PROVIDERS',
    providers.length > 0,
    `none is configured; give the settings of at least one: ${listProviders(registry)}`,
  )
  demand(
    SERVICE_SETTINGS.allowedCountries.name,
    [...services.values()].every((service) => service.allowedCountries !== NO_COUNTRIES),
    'is missing: name the countries whose numbers may receive messages (US,CA,DE), or * for all of them; toll fraud starts there',
  )
}

/** `smtp (SMTP_URL, MAIL_FROM), …`: what each requires. */
function listProviders(registry: readonly ProviderDescription[]): string {
  return registry
    .map(({ name, settings }) => {
      const required = settings.filter((row) => row.default === undefined && !row.optional)
      return `${name} (${required.map((row) => row.name).join(', ')})`
    })
    .join(', ')
}

/** `NODE_EVN=production` alone would be development: what was meant must not be guessed here. */
function checkMode(reader: Reader): void {
  const { name } = SERVER_SETTINGS.nodeEnv
  if (reader.origin(name) !== 'default') return
  const slip = reader.suspects().find(({ meant }) => meant.replace(/_FILE$/, '') === name)
  // mutant: C69.node-env-exact
  if (slip)
    reader.note(
      name,
      `is not set, but ${slip.name} is, which is not a setting: this would run in development, with an inbox that shows every code. Rename it, or set ${name} as well`,
    )
}

/** Settings by which other machines reach the service: its own address, or one that leads here. */
function openNames({ host, publicUrl }: ReadSettings['server']) {
  const outside = publicUrl && hostOf(publicUrl)
  return [
    ...(isLoopback(host) ? [] : [{ name: SERVER_SETTINGS.host.name, where: host }]),
    ...(outside && !isLoopback(outside) // mutant: C69.dev-url-loopback
      ? [{ name: SERVER_SETTINGS.publicUrl.name, where: outside }]
      : []),
  ]
}

/** Anybody who reaches a service in development reads every code in its inbox. */
function checkReach({ reader, server }: ReadSettings): void {
  checkMode(reader)
  const { nodeEnv, developmentNetwork } = SERVER_SETTINGS
  if (server.developmentNetwork === 'open' || reader.isNoted(developmentNetwork.name)) return
  for (const { name, where } of openNames(server))
    reader.note(
      name,
      `other machines can reach ${where}, and development shows every code in /dev/inbox: set ${nodeEnv.name}=production, or ${developmentNetwork.name}=open to allow it`,
    )
}
