// The parts that operations on factors share: their ports, a subject's factors, and refusals.
// A factor under a root key that this node lacks must not be taken for none at all.

import type { Clock } from '../kernel/clock.ts'
import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { subjectContext } from '../kernel/sealing.ts'
import type { Refusal } from '../verification/api.ts'
import type { Domain } from '../verification/domain.ts'
import { subjectIndexes } from '../verification/party.ts'
import { UNVERIFIED_KEEP_MS } from './policy.ts'
import type { DrawQr, FactorStore, Otp } from './ports.ts'
import type { FactorRecord } from './types.ts'

export type FactorDomain = Domain & {
  factors: FactorStore
  /** The clock of authenticator apps: the wall as it is, also where it was set back. */
  wall: Clock
  otp: Otp
  drawQr: DrawQr
}

/** An unverified factor made then or before no longer exists. */
export function unverifiedSince({ clock }: Pick<FactorDomain, 'clock'>): number {
  return clock.now() - UNVERIFIED_KEEP_MS
}

/** Removes a batch of those. @returns how many */
export function purgeUnverified(
  deps: Pick<FactorDomain, 'factors' | 'clock'>,
  limit: number,
): Promise<number> {
  const now = deps.clock.now()
  return deps.factors.purge({ unverifiedSince: unverifiedSince(deps), now, limit })
}

/**
 * Oldest first.
 * @throws UnknownKeyError where there is none, and the service has factors that only another node can find: whose
 * they are cannot be known, for a subject is found by an index under the very key that is missing
 */
export async function factorsOf(
  domain: Pick<FactorDomain, 'keyring' | 'factors' | 'clock'>,
  service: string,
  subject: string,
): Promise<FactorRecord[]> {
  const { keyring, factors } = domain
  const found = await factors.ofSubject({
    service,
    subjectIndexes: subjectIndexes(keyring, service, subject),
    unverifiedSince: unverifiedSince(domain),
  })
  // mutant: C41.missing-key-told
  if (found.length === 0 && (await factors.hasOtherKeys(service, keyring.keyIds)))
    throw new UnknownKeyError('of a factor')
  return found
}

/** Whether a start may ask for it: an app that was confirmed, a set with a code left. */
export function isUsable({ type, status, codesRemaining }: FactorRecord): boolean {
  return type === 'totp' ? status === 'active' : (codesRemaining ?? 0) > 0
}

export const FACTOR_TYPE_OF = { totp: 'totp', recovery_code: 'recovery_codes' } as const

/** The login flow's own user id, never stored or logged in plaintext. @throws UnknownKeyError */
export function openSubject(
  keyring: Keyring,
  record: Pick<FactorRecord, 'id' | 'subjectSealed'>,
): string {
  return keyring.open(record.subjectSealed, subjectContext(record.id))
}

export function refuseUnknownFactor(): Refusal {
  return {
    kind: 'refused',
    error: 'factor_not_found',
    detail:
      'this service has no such factor; it may never have existed, or was deleted, or was not confirmed within the hour',
  }
}

export function refuseShownSecret(id: string): Refusal {
  return {
    kind: 'refused',
    error: 'secret_already_shown',
    detail: `the first request with this Idempotency-Key created ${id} and showed its secret; create another under a new key`,
  }
}
