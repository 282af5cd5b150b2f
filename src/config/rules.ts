// What production asks for beyond each setting's own shape, and what is worth a warning at start.
// It must not stop a start by itself: it notes, config.ts decides.

import type { ServicePolicy } from '../verification/policy.ts'
import type { ConfiguredProvider, ProviderDescription } from './providers.ts'
import type { Reader, Values } from './reader.ts'
import { SERVICE_SETTINGS } from './service-settings.ts'
import { SERVER_SETTINGS } from './settings.ts'

type Services = ReadonlyMap<string, ServicePolicy>

/** Stands in where production was not told: no number of any country is allowed. */
export const COUNTRIES_UNSAID: readonly string[] = []

/** A key that people could type is a key that people can guess. */
const MIN_KEY_CHARACTERS = 32
const MIN_DISTINCT_CHARACTERS = 10

function isWeak(key: string): boolean {
  return key.length < MIN_KEY_CHARACTERS || new Set(key).size < MIN_DISTINCT_CHARACTERS
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
  demand(
    SERVER_SETTINGS.secretKey.name,
    server.secretKey,
    'is missing; make one with: openssl rand -base64 32',
  )
  for (const row of ['apiKey', 'adminKey'] as const)
    if (server[row] && isWeak(server[row]))
      reader.note(
        SERVER_SETTINGS[row].name,
        `is too easy to guess: it has under ${MIN_KEY_CHARACTERS} characters or a pattern; make one with: npx countersign keys new`,
      )
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
  if (!isProduction) return warnings
  if (service.allowedCountries === '*')
    warnings.push(`service ${name}: every country is allowed; toll fraud starts there`)
  if (!limits.sends_per_country_hour || !limits.sends_per_service_hour)
    warnings.push(
      `service ${name}: set LIMIT_SENDS_PER_COUNTRY_HOUR and LIMIT_SENDS_PER_SERVICE_HOUR, budgets against toll fraud`,
    )
  if (service.testRecipients.length > 0)
    warnings.push(`service ${name}: ${service.testRecipients.length} test recipients are active`)
  return warnings
}

export function warnOfSlips(reader: Reader): string[] {
  return reader.suspects().map(({ name, meant }) => `${name} is not a setting: was ${meant} meant?`)
}

export function warn(input: {
  reader: Reader
  mode: 'development' | 'production'
  services: Services
}): string[] {
  const services = [...input.services.values()]
  return [
    ...warnOfSlips(input.reader),
    ...services.flatMap((service) => warnOfService(service, input.mode === 'production')),
  ]
}
