// Refusals that only factors have.
// It must not decide anything: the operations do.

import type { Refusal } from '../verification/api.ts'

export function refuseUnknownFactor(): Refusal {
  return {
    kind: 'refused',
    error: 'factor_not_found',
    detail:
      'no factor of this service fits; it may never have been, or was deleted, or was not confirmed within the hour',
  }
}

export function refuseShownSecret(id: string): Refusal {
  return {
    kind: 'refused',
    error: 'secret_already_shown',
    detail: `the request with this Idempotency-Key made ${id} and showed its secret then; make another under a new key`,
  }
}
