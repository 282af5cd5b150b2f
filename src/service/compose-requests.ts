// The parts that read requests: the keys of the settings, end users' addresses, recipients in a search; and readiness.
// It must not hold state beyond a warning that is logged once.

import type { FixedKey } from '../access/authenticator.ts'
import { adviseOnMissingKeys } from '../access/missing-keys.ts'
import type { Config, Role } from '../config/config.ts'
import type { Worker } from '../delivery/worker.ts'
import { adviseOnRootKeys } from '../factors/root-keys.ts'
import type { AppDeps, Readiness } from '../http/deps.ts'
import { NO_SERVICE } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import {
  createAddressResolver,
  createPrivateAddressWarning,
  parseAddress,
} from '../limits/client-address.ts'
import type { Store } from '../storage/store.ts'
import { type Party, partyBudgetIndexes } from '../verification/party.ts'
import { adviseOnPeople } from '../verification/people-under-keys.ts'
import { countriesOf, readingsOf } from '../verification/recipient.ts'
import { adviseOnSuppressions } from '../verification/suppress.ts'

export function fixedKeys(config: Config): FixedKey[] {
  const keys: FixedKey[] = []
  if (config.apiKey !== null)
    keys.push({
      id: 'API_KEY',
      text: config.apiKey,
      service: config.defaultService,
      scopes: ['verify'],
    })
  if (config.adminKey !== null)
    keys.push({ id: 'ADMIN_KEY', text: config.adminKey, service: null, scopes: ['admin'] })
  return keys
}

/** API keys that are missing, and root keys that the store needs and the settings do not give. */
export async function warnOfKeys(
  config: Config,
  { store, keyring, clock }: { store: Store; keyring: Keyring; clock: Clock },
  logger: Logger,
): Promise<void> {
  // Development creates the keys that it needs.
  if (config.mode === 'production') {
    const keys = { store: store.apiKeys, fixedKeys: fixedKeys(config) }
    const advice = await adviseOnMissingKeys({ ...keys, services: config.services })
    if (advice !== undefined) logger.warn({}, advice) // mutant: C69.keyless-services-named
  }
  // In every mode: a copied folder may lack its key file.
  const { rootKeys } = store
  const { warnings, notes } = await adviseOnRootKeys({ rootKeys, keyring, now: clock.now() })
  for (const warning of warnings) logger.warn({}, warning) // mutant: C65.start-lost-key
  for (const note of notes) logger.info({}, note)
  const recipients = await adviseOnSuppressions({ suppressions: store.suppressions, keyring })
  const listed = await adviseOnPeople(keyring, store.lists, {
    rows: 'people on the block and allow lists',
    lost: 'their entries have no effect',
  })
  for (const warning of [...recipients.warnings, ...listed.warnings]) logger.warn({}, warning)
  for (const note of [...recipients.notes, ...listed.notes]) logger.info({}, note)
}

export function composeAddresses(
  config: Config,
  logger: Logger,
): Pick<AppDeps, 'parseAddress' | 'resolveAddress' | 'trustsPeer'> {
  const resolver = createAddressResolver({ trustedProxies: config.trustedProxies })
  const look = createPrivateAddressWarning({ enabled: config.mode === 'production', logger })
  return {
    trustsPeer: resolver.trusts,
    parseAddress(text) {
      const address = parseAddress(text)
      look(address)
      return address
    },
    resolveAddress(from) {
      const address = resolver.resolve(from)
      look(address)
      return address
    },
  }
}

/** How people are found: every spelling, by the countries of the services that the reader can see. */
export type Search = {
  eventIndexes: AppDeps['eventIndexes']
  /** Canonical, the likeliest first; empty: it is neither a phone number nor an address. */
  readingsOf(to: string, about: { service: string | null; country: string | null }): string[]
}

export function composeSearch(config: Config, keyring: Keyring): Search {
  /** Entries of the lists may be of every service: they are found under no service's name. */
  const namesOf = (service: string | null) =>
    service === null ? [...config.services.keys(), NO_SERVICE] : [service]
  const own = new Map([...config.services].map(([name, policy]) => [name, countriesOf(policy)]))
  const every = new Set([...own.values()].flat())
  const readings = (to: string, service: string | null, country: string | null) =>
    readingsOf(to, country, service === null ? every : (own.get(service) ?? [])) // mutant: C74.visible-countries
  return {
    readingsOf: (to, { service, country }) =>
      readings(to, service, country).map(({ address }) => address),
    eventIndexes({ service, to, country, subject }) {
      const holders: Party[] =
        subject === null ? readings(to ?? '', service, country) : [{ kind: 'subject', subject }]
      if (holders.length === 0) return null
      return namesOf(service).flatMap((name) =>
        holders.flatMap((party) => partyBudgetIndexes(keyring, name, party)),
      )
    },
  }
}

/** A process is ready for what its role is. */
export async function readiness(
  store: Store,
  worker: Worker,
  selfTest: { passed(): boolean },
  role: Role,
): Promise<Readiness> {
  const database = await store.ping().then(
    () => true,
    () => false,
  )
  const { state, storeReachable } = worker.status()
  const checks = {
    database,
    ...(role !== 'api' && { worker: state === 'running' && storeReachable }),
    // Not how full its queue is: in a flood it helps nobody to take one more node out of rotation.
    ...(role !== 'worker' && { hasher: selfTest.passed() }),
  }
  return { ready: Object.values(checks).every(Boolean), checks }
}
