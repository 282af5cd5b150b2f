// What requests are read with: the keys of the settings, end users' addresses, recipients in a search.
// It must not hold state beyond a warning that is told once.

import type { FixedKey } from './access/authenticator.ts'
import type { Config } from './config.ts'
import type { AppDeps } from './http/deps.ts'
import type { Keyring } from './kernel/keyring.ts'
import type { Logger } from './kernel/logger.ts'
import { createAddressResolver, parseAddress } from './limits/client-address.ts'
import { createPrivateAddressWarning } from './limits/private-address-warning.ts'
import { holderBudgetIndexes, readHolder } from './verification/holder.ts'

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
    resolveAddress({ peer, forwardedFor }) {
      const address = resolver.resolve({
        peer: peer ?? undefined,
        forwardedFor: forwardedFor ?? undefined,
      })
      look(address)
      return address
    },
  }
}

export function composeEventIndexes(config: Config, keyring: Keyring): AppDeps['eventIndexes'] {
  return ({ service, ...about }) => {
    const holder = readHolder(about)
    if (!holder || holder.kind === 'unreadable') return null
    const services = service === null ? [...config.services.keys()] : [service]
    return services.flatMap((name) => holderBudgetIndexes(keyring, name, holder))
  }
}
