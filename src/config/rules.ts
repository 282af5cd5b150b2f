// What production asks for beyond each setting's own shape, and what is worth a warning at start.
// It must not stop a start by itself: it notes, config.ts decides.

import { MIN_FIXED_KEY_LENGTH } from '../access/authenticator.ts'
import { pickLocale } from '../delivery/templates/languages.ts'
import { languageKeys } from '../kernel/language-tag.ts'
import { type ServicePolicy, TTL_SECONDS } from '../verification/policy.ts'
import { isGuessableKey } from './guessable-key.ts'
import { SECRET_ADVICE } from './parsers.ts'
import {
  type ConfiguredProvider,
  lookAtProviders,
  type ProviderDescription,
  type SaidRoutes,
} from './providers.ts'
import { warnOfOpenInbox } from './reach.ts'
import type { Environment, Reader, Values } from './reader.ts'
import { warnOfIdleProviders } from './route-warnings.ts'
import { SERVICE_SETTINGS } from './service-settings.ts'
import { SERVER_SETTINGS } from './settings.ts'
import { warnOfServers, warnOfTransports, warnOfTrust } from './transport-warnings.ts'

export const DEFAULT_SERVICE = 'default'

type Services = ReadonlyMap<string, ServicePolicy>

/** Stands in where production was not told: no number of any country is allowed. */
export const COUNTRIES_UNSAID: readonly string[] = []

/** 32 random bytes hold fewer different values, or steps from one to the next, once in over 10^12 keys. */
const MIN_DISTINCT_BYTES = 12
/** A key of one or two repeated words. */
const MIN_DISTINCT_CHARACTERS = 8

/** An example, a repeated or counted pattern, a typed sentence. */
function isGuessable(secret: Uint8Array): boolean {
  const isText = secret.every((byte) => byte >= 0x20 && byte < 0x7f)
  const steps = secret.map((byte, i) => byte - (secret[i - 1] ?? 0))
  return [secret, steps].some((bytes) => new Set(bytes).size < MIN_DISTINCT_BYTES) || isText
}

/** In every mode: what an authenticator would refuse. */
export function checkKeys(input: {
  reader: Reader
  server: Values<typeof SERVER_SETTINGS>
  services: Services
}): void {
  const { reader, server, services } = input
  for (const { name, key } of [
    { name: SERVER_SETTINGS.apiKey.name, key: server.apiKey },
    { name: SERVER_SETTINGS.adminKey.name, key: server.adminKey },
  ])
    if (key !== undefined && key.length < MIN_FIXED_KEY_LENGTH)
      reader.note(name, `has under ${MIN_FIXED_KEY_LENGTH} characters; ${SECRET_ADVICE}`)
  if (server.apiKey !== undefined && server.apiKey === server.adminKey)
    reader.note(SERVER_SETTINGS.adminKey.name, 'is the same as API_KEY: give each its own')
  if (server.apiKey !== undefined && !services.has(DEFAULT_SERVICE))
    reader.note(
      SERVER_SETTINGS.apiKey.name,
      `is for the service "${DEFAULT_SERVICE}", which SERVICES_FILE does not have: add it, or make keys with: countersign keys create`,
    )
}

const DAY_SECONDS = 86_400
const GUESS_LIMITS = ['guesses_per_number_hour', 'guesses_per_number_day'] as const

/** Guesses are summed from the verifications: one that is removed within a window would renew it (I4). */
export function checkRetention(input: { reader: Reader; days: number; services: Services }): void {
  const { reader, days, services } = input
  for (const { name, limits } of services.values())
    for (const limit of GUESS_LIMITS) {
      const needed = (limits[limit]?.windowSeconds ?? 0) + TTL_SECONDS.max
      if (needed <= days * DAY_SECONDS) continue // mutant: I4.retention-window
      const least = Math.ceil(needed / DAY_SECONDS)
      reader.note(
        SERVER_SETTINGS.retentionRecipientDays.name,
        `is shorter than the window of ${limit} of the service "${name}", which is summed from verifications: ${least} at least`,
      )
    }
}

/** Everything that production lacks is noted, not only the first. */
export function checkProduction(input: {
  reader: Reader
  server: Values<typeof SERVER_SETTINGS>
  registry: readonly ProviderDescription[]
  providers: readonly ConfiguredProvider[]
  services: Services
}): void {
  const { reader, server, registry, providers, services } = input
  const demand = (name: string, isMet: unknown, advice: string): void => {
    if (!isMet && !reader.isNoted(name)) reader.note(name, advice)
  }
  demand(SERVER_SETTINGS.secretKey.name, server.secretKey, `is missing; ${SECRET_ADVICE}`)
  if (server.secretKey && isGuessable(server.secretKey))
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
    [...services.values()].every((service) => service.allowedCountries !== COUNTRIES_UNSAID),
    'is missing: say which countries get messages (US,CA,DE), or * for all of them; toll fraud starts there',
  )
}

/** `smtp (SMTP_URL, MAIL_FROM), …`: what each can't do without. */
function listProviders(registry: readonly ProviderDescription[]): string {
  return registry
    .map(({ name, settings }) => {
      const required = settings.filter((row) => row.default === undefined && !row.optional)
      return `${name} (${required.map((row) => row.name).join(', ')})`
    })
    .join(', ')
}

/** NIST SP 800-63B-4 §3.1.3.1: at least six digits, at most ten minutes. */
const NIST_MIN_DIGITS = 6
const NIST_MAX_SECONDS = 600

/** Its own language has no text of its own and no built-in one: found out at start, not by a customer. */
function warnOfLanguage(service: ServicePolicy): string[] {
  const { name, locale } = service
  return service.channels.flatMap((channel) => {
    const used = pickLocale(service, channel, [])
    const isItsOwn = languageKeys(used).at(-1) === languageKeys(locale).at(-1) // mutant: C70.related-language-quiet
    return isItsOwn
      ? []
      : [`service ${name}: there is no text in ${locale} for ${channel}; messages are in ${used}`]
  })
}

function warnOfService(service: ServicePolicy, isProduction: boolean): string[] {
  const { name, limits } = service
  const warnings: string[] = []
  if (service.codeLength < NIST_MIN_DIGITS)
    warnings.push(
      `service ${name}: codes of ${service.codeLength} digits; NIST SP 800-63B asks for ${NIST_MIN_DIGITS}`,
    )
  if (service.ttlSeconds > NIST_MAX_SECONDS)
    warnings.push(
      `service ${name}: codes live ${service.ttlSeconds} s; NIST SP 800-63B allows ${NIST_MAX_SECONDS}`,
    )
  if (service.clientIp === 'off')
    warnings.push(`service ${name}: CLIENT_IP=off, there is no limit by address`)
  warnings.push(...warnOfLanguage(service)) // mutant: C70.missing-text-named
  if (!isProduction) return warnings
  if (service.allowedCountries === '*')
    warnings.push(`service ${name}: every country is allowed; toll fraud starts there`)
  if (!limits.sends_per_country_hour || !limits.sends_per_service_hour)
    warnings.push(
      `service ${name}: set LIMIT_SENDS_PER_COUNTRY_HOUR and LIMIT_SENDS_PER_SERVICE_HOUR, budgets against toll fraud`,
    )
  if (!limits.guesses_per_number_hour && !limits.guesses_per_number_day)
    warnings.push(
      `service ${name}: nothing limits the guesses at one number; set LIMIT_GUESSES_PER_NUMBER_HOUR or _DAY`,
    )
  if (service.testRecipients.length > 0)
    warnings.push(`service ${name}: ${service.testRecipients.length} test recipients are active`)
  return warnings
}

export function warnOfSlips(reader: Reader): string[] {
  return reader.suspects().map(({ name, meant }) => `${name} is not a setting: was ${meant} meant?`)
}

/** Whoever stands between reads codes and passwords, or guesses a key. */
function warnOfExposure(input: {
  env: Environment
  server: Values<typeof SERVER_SETTINGS>
  providers: readonly ConfiguredProvider[]
  registry: readonly ProviderDescription[]
}): string[] {
  const { env, server, providers, registry } = input
  const keys = [
    { name: SERVER_SETTINGS.apiKey.name, key: server.apiKey },
    { name: SERVER_SETTINGS.adminKey.name, key: server.adminKey },
  ].filter(({ key }) => key !== undefined && isGuessableKey(key)) // mutant: C68.warn-guessable-key
  return [
    ...warnOfTransports(
      lookAtProviders(registry, providers, (entry, values) => entry.transports?.(values)),
      server.plaintextHosts,
    ),
    ...warnOfServers(server, env),
    ...warnOfTrust(env),
    ...keys.map(({ name }) => `${name} is easy to guess (words, or a pattern); ${SECRET_ADVICE}`),
  ]
}

/** OWASP's password storage cheat sheet: the least memory it lists for argon2id, with five passes. */
const OWASP_MIN_MEMORY_KIB = 7168

export function warn(input: {
  env: Environment
  reader: Reader
  server: Values<typeof SERVER_SETTINGS>
  mode: 'development' | 'production'
  services: Services
  providers: readonly ConfiguredProvider[]
  routes: SaidRoutes
  registry: readonly ProviderDescription[]
}): string[] {
  const services = [...input.services.values()]
  const isCheap = input.server.argon2MemoryKib < OWASP_MIN_MEMORY_KIB
  return [
    ...warnOfSlips(input.reader),
    ...(input.mode === 'development' ? warnOfOpenInbox(input.server.host) : []),
    ...(isCheap ? [`ARGON2_MEMORY_KIB is under ${OWASP_MIN_MEMORY_KIB}: for tests only`] : []),
    ...services.flatMap((service) => warnOfService(service, input.mode === 'production')),
    ...warnOfIdleProviders(input.providers, input.routes), // mutant: C66.unused-provider-named
    ...lookAtProviders(input.registry, input.providers, (entry, values) =>
      entry.warnings?.(values),
    ),
    ...(input.mode === 'production' ? warnOfExposure(input) : []),
  ]
}
