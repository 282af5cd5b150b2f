// Rows that outlive verifications and name a person: moved from root key to root key, and missed where their key no longer exists.
// It must not know what such a row is for: suppressions and entries of the lists are kept alike.

import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'

const BATCH = 100

/** `recipientSealed` with the id as context; null: it names nobody. */
type Row = { id: string; recipientSealed: Uint8Array | null }

/**
 * Once over all that are under another root key; a second run finds the rest. What cannot be opened is left: its key is missing.
 * @param deps.seal under the current key. @throws the reason of `stop`, StoreUnavailableError
 */
export async function rewrapPeople<R extends Row, Sealed>(deps: {
  rows: {
    notUnder(rootKey: string, after: string, limit: number): Promise<R[]>
    rewrap(input: { before: R; after: Sealed }): Promise<boolean>
  }
  seal: (row: R, to: string) => Sealed
  keyring: Pick<Keyring, 'open' | 'currentKeyId'>
  stop: AbortSignal
}): Promise<{ moved: number; left: number }> {
  const { rows, seal, keyring, stop } = deps
  const resealed = (row: R): Sealed | undefined => {
    if (row.recipientSealed === null) return undefined
    try {
      return seal(row, keyring.open(row.recipientSealed, recipientContext(row.id)))
    } catch {
      return undefined
    }
  }
  const counts = { moved: 0, left: 0 }
  for (let last = ''; ; ) {
    const found = await rows.notUnder(keyring.currentKeyId, last, BATCH)
    for (const before of found) {
      stop.throwIfAborted()
      const after = resealed(before)
      const isMoved = after !== undefined && (await rows.rewrap({ before, after }))
      counts[isMoved ? 'moved' : 'left'] += 1
    }
    const end = found.at(-1)
    if (!end) return counts
    last = end.id
  }
}

/**
 * For the log at start: without its root key nobody can be found on the list.
 * @param what is under the keys, and what becomes of it. @throws StoreUnavailableError
 */
export async function adviseOnPeople(
  keyring: Pick<Keyring, 'currentKeyId' | 'keyIds'>,
  rows: { keyIds(): Promise<string[]> },
  what: { rows: string; lost: string },
): Promise<{ warnings: string[]; notes: string[] }> {
  const { currentKeyId, keyIds } = keyring
  const others = (await rows.keyIds()).filter((keyId) => keyId !== currentKeyId)
  const known = others.filter((keyId) => keyIds.includes(keyId))
  const missing = others.filter((keyId) => !keyIds.includes(keyId))
  return {
    warnings: missing.map(
      (keyId) =>
        `${what.rows} are under the root key ${keyId}, which neither SECRET_KEY nor SECRET_KEY_PREVIOUS gives: ${what.lost}. Add it to SECRET_KEY_PREVIOUS and run countersign keys rewrap`,
    ),
    notes: known.map(
      (keyId) =>
        `${what.rows} are under the previous root key ${keyId}: run countersign keys rewrap before you remove it from SECRET_KEY_PREVIOUS`,
    ),
  }
}
