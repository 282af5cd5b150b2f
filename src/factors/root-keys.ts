// Root keys that this node lacks, or that are to be dropped: what lies under them, for the log and Health, and moving
// it to the current one (`countersign keys rewrap`). It must not show anything of a key but its id, stop for one factor
// that cannot be opened, nor overwrite what a node changed meanwhile.

import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { recoveryHashContext, secretContext, subjectContext } from '../kernel/sealing.ts'
import { subjectIndexes } from '../verification/party.ts'
import { openSubject } from './domain.ts'
import type { FactorStore, RewrapInput, RootKeyUse, SealedFactor, UnderKey } from './ports.ts'

type Deps = { rootKeys: RootKeyUse; keyring: Keyring; now: number }

/** Rows that this node cannot open, by key and service. @throws StoreUnavailableError */
export async function underMissingKeys({ rootKeys, keyring, now }: Deps): Promise<UnderKey[]> {
  const others = await rootKeys.notUnder(keyring.currentKeyId, now)
  return others.filter(({ keyId }) => !keyring.keyIds.includes(keyId)) // mutant: C65.given-not-lost
}

const countOf = (count: number, what: string, isMore: boolean) =>
  `${count}${isMore ? ' or more' : ''} ${what}${count === 1 && !isMore ? '' : 's'}`

/** `3 factors and 1 open verification of the service shop`. */
export function describeUnderKey({ service, factors, verifications, isMore }: UnderKey): string {
  const parts = [
    factors > 0 && countOf(factors, 'factor', isMore),
    verifications > 0 && countOf(verifications, 'open verification', isMore),
  ]
  return `${parts.filter(Boolean).join(' and ')} of the service ${service}`
}

export function adviseOnMissing(row: UnderKey): string {
  const { keyId, service, factors } = row
  const begin = `${describeUnderKey(row)}: sealed under the root key ${keyId}, which is in neither SECRET_KEY nor SECRET_KEY_PREVIOUS. Has SECRET_KEY changed?`
  const add = 'Add that key to SECRET_KEY_PREVIOUS'
  if (factors === 0)
    return `${begin} Their codes cannot be checked (503) and their messages are not sent. ${add}, or they expire.`
  return `${begin} Without it nobody can know whose factors they are: users of ${service} without another factor cannot be asked for one (503). ${add} and run countersign keys rewrap; if it is lost for good: countersign keys forget ${keyId}`
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
          `${describeUnderKey({ ...row, verifications: 0 })} are under the previous root key ${row.keyId}: run countersign keys rewrap before you remove it from SECRET_KEY_PREVIOUS`,
      ),
  }
}

/** Read at once; each is written in a transaction of its own, so that it may be stopped anywhere. */
const BATCH = 100

export type Rewrapped = {
  moved: number
  /** Removed by a node, or moved by another run, in between. */
  skipped: number
  /** Under a root key that is not in the ring, by its id. */
  unknown: ReadonlyMap<string, number>
  /** Ids of those whose values were tampered with or damaged. */
  broken: readonly string[]
}

/** @throws UnknownKeyError, or Error where a value was changed or belongs to another row */
function resealed(keyring: Keyring, before: SealedFactor): RewrapInput {
  const { record, codes } = before
  const { id, secretSealed } = record
  const again = (sealed: Uint8Array, context: string) =>
    keyring.seal(keyring.open(sealed, context), context)
  const subject = openSubject(keyring, record)
  return {
    before,
    after: {
      subjectSealed: keyring.seal(subject, subjectContext(id)),
      subjectIndex: subjectIndexes(keyring, record.service, subject)[0] as Buffer,
      keyId: keyring.currentKeyId,
      secretSealed: secretSealed && again(secretSealed, secretContext(id)),
    },
    codes: codes.map(({ selector, hashSealed }) => ({
      selector,
      hashSealed: again(hashSealed, recoveryHashContext(id, selector)),
    })),
  }
}

/** Undefined: it cannot be opened, which is recorded in `failures`. */
function trySealing(
  keyring: Keyring,
  before: SealedFactor,
  failures: { unknown: Map<string, number>; broken: string[] },
): RewrapInput | undefined {
  try {
    return resealed(keyring, before)
  } catch (error) {
    if (error instanceof UnknownKeyError)
      failures.unknown.set(error.keyId, (failures.unknown.get(error.keyId) ?? 0) + 1)
    else failures.broken.push(before.record.id)
    return undefined
  }
}

/**
 * Once over all of them; a second run finds the rest.
 * @param onProgress called after each; throws where it is to stop
 */
export async function rewrapFactors(deps: {
  factors: Pick<FactorStore, 'notUnder' | 'countNotUnder' | 'rewrap'>
  keyring: Keyring
  onProgress(progress: { done: number; total: number }): void
}): Promise<Rewrapped> {
  const { factors, keyring } = deps
  const { currentKeyId } = keyring
  const total = await factors.countNotUnder(currentKeyId)
  const failures = { unknown: new Map<string, number>(), broken: [] as string[] }
  const counts = { moved: 0, skipped: 0 }
  let done = 0
  for (let after = ''; ; ) {
    const page = await factors.notUnder(currentKeyId, after, BATCH)
    for (const before of page) {
      const input = trySealing(keyring, before, failures)
      if (input) counts[(await factors.rewrap(input)) ? 'moved' : 'skipped'] += 1
      done += 1
      deps.onProgress({ done, total: Math.max(done, total) })
    }
    const last = page.at(-1)
    if (!last) return { ...counts, ...failures }
    after = last.record.id
  }
}
