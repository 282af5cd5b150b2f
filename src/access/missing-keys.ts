// Services that nobody can call: no key of the settings and none that was made by command is for them.
// It must not stop a start: a key can be made while the service runs.

import type { FixedKey } from './authenticator.ts'
import type { ApiKeyStore } from './ports.ts'

/** A file may hold a thousand services; the sentence stays readable. */
const MAX_NAMES = 5

/** @returns a sentence for the log; undefined: each service has a key. @throws StoreUnavailableError */
export async function adviseOnMissingKeys(deps: {
  store: Pick<ApiKeyStore, 'list'>
  fixedKeys: readonly FixedKey[]
  services: ReadonlyMap<string, unknown>
}): Promise<string | undefined> {
  const made = (await deps.store.list(null)).filter(({ revokedAt }) => revokedAt === null) // mutant: C69.revoked-key-uncounted
  const served = new Set(
    [...deps.fixedKeys, ...made]
      .filter(({ scopes }) => scopes.includes('verify'))
      .map(({ service }) => service),
  )
  const without = [...deps.services.keys()].filter((name) => !served.has(name))
  if (without.length === 0) return undefined
  const more = without.length > MAX_NAMES ? ` and ${without.length - MAX_NAMES} more` : ''
  const names = `${without.slice(0, MAX_NAMES).join(', ')}${more}`
  const command = `countersign keys create --service ${without[0]} --scope verify`
  return `there is no API key for the service ${names}: every call gets 401 until you create one with: ${command}`
}
