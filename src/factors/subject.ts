// The subject of a factor, opened: the login flow's own user id.
// It must not store or log it.

import type { Keyring } from '../kernel/keyring.ts'
import { subjectContext } from '../kernel/sealing.ts'
import type { FactorRecord } from './types.ts'

/** @throws UnknownKeyError */
export function openSubject(
  keyring: Keyring,
  record: Pick<FactorRecord, 'id' | 'subjectSealed'>,
): string {
  return keyring.open(record.subjectSealed, subjectContext(record.id))
}
