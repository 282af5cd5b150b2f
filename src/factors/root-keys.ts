// What lies under root keys that this node lacks, or that are to be dropped: sentences for the log, rows for Health.
// It must not show anything of a key but its id.

import type { Keyring } from '../kernel/keyring.ts'
import type { RootKeyUse, UnderKey } from './ports.ts'

type Deps = { rootKeys: RootKeyUse; keyring: Keyring; now: number }

/** What nobody can open here: by key and service. @throws StoreUnavailableError */
export async function underMissingKeys({ rootKeys, keyring, now }: Deps): Promise<UnderKey[]> {
  const others = await rootKeys.notUnder(keyring.currentKeyId, now)
  return others.filter(({ keyId }) => !keyring.keyIds.includes(keyId)) // mutant: C65.given-not-lost
}

const countOf = (count: number, one: string, many: string, isMore: boolean) =>
  `${count}${isMore ? ' or more' : ''} ${count === 1 && !isMore ? one : many}`

/** What it is, and whose: `3 factors and 1 open verification of the service shop`. */
export function describeUnderKey({ service, factors, verifications, isMore }: UnderKey): string {
  const parts = []
  if (factors > 0) parts.push(countOf(factors, 'factor', 'factors', isMore))
  if (verifications > 0)
    parts.push(countOf(verifications, 'open verification', 'open verifications', isMore))
  return `${parts.join(' and ')} of the service ${service}`
}

export function adviseOnMissing(row: UnderKey): string {
  const { keyId, service, factors } = row
  const begin = `${describeUnderKey(row)}: made under the root key ${keyId}, which neither SECRET_KEY nor SECRET_KEY_PREVIOUS gives. Has SECRET_KEY changed?`
  const add = `Add that key to SECRET_KEY_PREVIOUS`
  if (factors === 0)
    return `${begin} Their codes cannot be checked (503) and their messages are not sent. ${add}, or they expire.`
  return `${begin} Whose factors they are cannot be known without it: nobody of ${service} without another factor can be asked for one (503). ${add} and run countersign keys rewrap; if it is lost for good: countersign keys forget ${keyId}`
}

export type RootKeyAdvice = { warnings: string[]; notes: string[] }

/** For the log at start. @throws StoreUnavailableError */
export async function adviseOnRootKeys(deps: Deps): Promise<RootKeyAdvice> {
  const { rootKeys, keyring, now } = deps
  const others = await rootKeys.notUnder(keyring.currentKeyId, now)
  const isKnown = ({ keyId }: UnderKey) => keyring.keyIds.includes(keyId)
  return {
    warnings: others.filter((row) => !isKnown(row)).map(adviseOnMissing), // mutant: C65.unknown-key-warning
    notes: others
      .filter((row) => isKnown(row) && row.factors > 0)
      .map(
        (row) =>
          `${describeUnderKey({ ...row, verifications: 0 })} are under the previous root key ${row.keyId}: run countersign keys rewrap before SECRET_KEY_PREVIOUS loses it`,
      ),
  }
}
