// The subject of a verification by factors: the login flow's own user id, found by a blind index.
// It must not store or log it in clear: what leaves here for a store is keyed.

import type { Keyring } from '../kernel/keyring.ts'

/** Under every key of the ring, current first. Their own namespace: no number or address shares one. */
export function subjectIndexes(keyring: Keyring, service: string, subject: string): Buffer[] {
  return keyring.macs('blind-index', ['subject', service, subject]) // mutant: I10.subject-index-domain
}
