// Which login systems may have their codes sent: RELAY_<SYSTEM>_SECRET, and `relay` of a service in SERVICES_FILE.
// It must not repeat a secret, nor let a service relay without budgets: most requests of a relay name no end user's address.

import { RELAY_SYSTEMS, type RelaySecrets, type RelaySystem } from '../kernel/relay-systems.ts'
import type { LimitName, ServicePolicy } from '../verification/policy.ts'
import { isGuessableKey } from './guessable.ts'
import { type Parser, SECRET_ADVICE, SettingError } from './parsers.ts'
import type { Reader } from './reader.ts'
import { LIMIT_SETTINGS } from './service-settings.ts'
import { optional, type Setting } from './settings.ts'
import { parseWebhookSecret } from './webhooks.ts'
import { without } from './without.ts'

/** A rotation has two. */
export const MAX_RELAY_SECRETS = 5
const SECRET = /^[!#-&(-+\--_a-~]{16,256}$/

/** As Supabase shows it, with the version of its scheme, or without. */
const parseSupabaseSecret: Parser<string> = (text) => parseWebhookSecret(text.replace(/^v1,/, ''))

const parsePlainSecret: Parser<string> = (text) => {
  if (!SECRET.test(text))
    throw new SettingError(
      `is not 16 to 256 printable ASCII characters without spaces, commas or quotes; ${SECRET_ADVICE}`,
    )
  return text
}

/** One secret of the system. */
export const parseRelaySecret = (system: RelaySystem): Parser<string> =>
  system === 'supabase' ? parseSupabaseSecret : parsePlainSecret

/** Supabase's own setting separates by `|`, and has a comma in each secret. */
const splitSecrets = (system: RelaySystem, text: string): string[] =>
  system === 'supabase'
    ? text.split(/\s*[|,]\s*/).filter((part) => part !== 'v1')
    : text.split(/\s*,\s*/)

const parseSecrets =
  (system: RelaySystem): Parser<readonly string[]> =>
  (text) => {
    const secrets = splitSecrets(system, text).map(parseRelaySecret(system))
    if (secrets.length > MAX_RELAY_SECRETS)
      throw new SettingError(`has ${secrets.length} secrets: at most ${MAX_RELAY_SECRETS}`)
    return [...new Set(secrets)]
  }

const settingOf = (system: RelaySystem) => `RELAY_${system.toUpperCase()}_SECRET`
const formOf = (system: RelaySystem) => (system === 'supabase' ? ' (`v1,whsec_…`)' : '')

/** Given: the system may. */
export const RELAY_SETTINGS = Object.fromEntries(
  RELAY_SYSTEMS.map((system) => [
    system,
    optional(
      settingOf(system),
      parseSecrets(system),
      `The secret${formOf(system)} that ${system} proves itself by at \`POST /relay/${system}\`, which it opens; several during a rotation, the new one first, comma-separated`,
      { secret: true, shown: 'none: it is closed' },
    ),
  ]),
) as Record<RelaySystem, Setting<readonly string[]> & { fallback: null }>

/** Of the default service. */
export const readRelay = (reader: Reader): RelaySecrets => without(reader.read(RELAY_SETTINGS))

type Read = {
  services: ReadonlyMap<string, ServicePolicy>
  /** The default service: what is wrong with its own is reported under the settings' names. */
  base: ServicePolicy
  mode: 'development' | 'production'
}

const NUMBERS = ['sms', 'whatsapp', 'telegram', 'voice'] as const

/** The budgets that stand in for limits by address. An e-mail address is of no country. */
function missingBudgets({ limits, channels }: ServicePolicy): LimitName[] {
  const reachesNumbers = NUMBERS.some((channel) => channels.includes(channel))
  const needed: LimitName[] = [
    'sends_per_service_hour',
    ...(reachesNumbers ? (['sends_per_country_hour'] as const) : []),
  ]
  return needed.filter((name) => limits[name] === null)
}

function describeBudgets(policy: ServicePolicy, system: RelaySystem): string | undefined {
  const missing = missingBudgets(policy) // mutant: C92.relay-budgets
  if (missing.length === 0) return undefined
  const names = missing.map(
    (name) => `${LIMIT_SETTINGS[name].name} (limits.${name} in SERVICES_FILE)`,
  )
  return `the service "${policy.name}" sends for ${system}, whose requests name no end user’s address, so that only budgets bound what they cost: set ${names.join(' and ')}`
}

/** Which service a request is for is known by its secret alone. */
function findTwins({ services }: Read): { system: RelaySystem; names: string[] }[] {
  return RELAY_SYSTEMS.flatMap((system) => {
    const owners = new Map<string, string[]>()
    for (const { name, relay } of services.values())
      for (const secret of relay[system] ?? [])
        owners.set(secret, [...(owners.get(secret) ?? []), name])
    const shared = [...owners.values()].find((names) => names.length > 1)
    return shared ? [{ system, names: shared }] : []
  })
}

const isGuessable = (system: RelaySystem, secrets: readonly string[]) =>
  system !== 'supabase' && secrets.some(isGuessableKey)

/** Everything that is wrong with any service's relay. */
export function checkRelay(reader: Reader, read: Read): void {
  const { services, base, mode } = read
  for (const policy of services.values())
    for (const system of RELAY_SYSTEMS) {
      const secrets = policy.relay[system]
      if (!secrets) continue
      const isOfSettings = secrets === base.relay[system]
      const note = (problem: string) =>
        isOfSettings
          ? reader.note(settingOf(system), problem)
          : reader.note('SERVICES_FILE', `services.${policy.name}.relay.${system}: ${problem}`)
      const budgets = describeBudgets(policy, system)
      if (budgets) note(budgets)
      if (mode === 'production' && isGuessable(system, secrets))
        note(`is easy to guess; ${SECRET_ADVICE}`)
    }
  for (const { system, names } of findTwins(read))
    reader.note(
      'SERVICES_FILE',
      `services.${names.join(' and services.')} have the same secret for ${system}: give each its own, by which its requests are known`,
    )
  for (const system of RELAY_SYSTEMS)
    if (base.relay[system] && !services.has(base.name))
      reader.note(
        settingOf(system),
        `is for the service "${base.name}", which SERVICES_FILE does not have: add it, or give \`relay\` to one of its services`,
      )
}
