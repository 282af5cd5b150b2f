// The subject of a factor: the login flow's own user id, found by a blind index.
// It must not store or log it in clear: what leaves here for a store is sealed or keyed.

import type { Keyring } from '../kernel/keyring.ts'
import { subjectContext } from '../kernel/sealing.ts'
import type { FactorRecord } from './types.ts'

/** Under every key of the ring, current first. Their own namespace: no number or address shares one. */
export function subjectIndexes(keyring: Keyring, service: string, subject: string): Buffer[] {
  return keyring.macs('blind-index', ['subject', service, subject]) // mutant: I10.subject-index-domain
}

/** @throws UnknownKeyError */
export function openSubject(
  keyring: Keyring,
  record: Pick<FactorRecord, 'id' | 'subjectSealed'>,
): string {
  return keyring.open(record.subjectSealed, subjectContext(record.id))
}
