// `countersign keys rewrap`: everything sealed or indexed of a factor, moved from other root keys to the current one.
// It must not stop for one factor that can't be opened, nor put anything over what a node changed meanwhile.

import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { recoveryHashContext, secretContext, subjectContext } from '../kernel/sealing.ts'
import { subjectIndexes } from '../verification/subject.ts'
import type { FactorStore, RewrapInput, SealedFactor } from './ports.ts'
import { openSubject } from './subject.ts'

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
function sealAnew(keyring: Keyring, before: SealedFactor): RewrapInput {
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

/** Undefined: it can't be opened, which is written down. */
function trySealing(
  keyring: Keyring,
  before: SealedFactor,
  told: { unknown: Map<string, number>; broken: string[] },
): RewrapInput | undefined {
  try {
    return sealAnew(keyring, before)
  } catch (error) {
    if (error instanceof UnknownKeyError)
      told.unknown.set(error.keyId, (told.unknown.get(error.keyId) ?? 0) + 1)
    else told.broken.push(before.record.id)
    return undefined
  }
}

/**
 * Once over all of them; run again, it finds what is left.
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
  const told = { unknown: new Map<string, number>(), broken: [] as string[] }
  const counts = { moved: 0, skipped: 0 }
  let done = 0
  for (let after = ''; ; ) {
    const page = await factors.notUnder(currentKeyId, after, BATCH)
    for (const before of page) {
      const input = trySealing(keyring, before, told)
      if (input) counts[(await factors.rewrap(input)) ? 'moved' : 'skipped'] += 1
      done += 1
      deps.onProgress({ done, total: Math.max(done, total) })
    }
    const last = page.at(-1)
    if (!last) return { ...counts, ...told }
    after = last.record.id
  }
}
