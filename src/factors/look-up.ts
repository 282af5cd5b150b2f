// The factors of a subject. One that lies under a root key which this node lacks is told apart from none at all.
// It must not open a secret.

import { UnknownKeyError } from '../kernel/keyring.ts'
import { subjectIndexes } from '../verification/subject.ts'
import type { FactorDomain } from './domain.ts'
import { UNVERIFIED_KEEP_MS } from './policy.ts'
import type { FactorRecord } from './types.ts'

/** Made then or before, an unverified one does not exist any more. */
export function unverifiedSince(domain: Pick<FactorDomain, 'clock'>): number {
  return domain.clock.now() - UNVERIFIED_KEEP_MS
}

/** Takes a batch of those away. @returns how many */
export function purgeUnverified(
  deps: Pick<FactorDomain, 'factors' | 'clock'>,
  limit: number,
): Promise<number> {
  return deps.factors.purge({
    ...{ unverifiedSince: unverifiedSince(deps), now: deps.clock.now() },
    limit,
  })
}

/**
 * Oldest first.
 * @throws UnknownKeyError where there is none, and the service has factors that only another node can find: whose
 * they are can't be known, for a subject is found by an index under the very key that is missing
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

/** What a start may ask for: an app that was confirmed, a set with a code left. */
export function isUsable({ type, status, codesRemaining }: FactorRecord): boolean {
  return type === 'totp' ? status === 'active' : (codesRemaining ?? 0) > 0
}

export const FACTOR_TYPE_OF = { totp: 'totp', recovery_code: 'recovery_codes' } as const
