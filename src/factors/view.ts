// A stored factor as its caller sees it. The secret is not in it, and can't be: nothing here opens it.
// It must not decide anything.

import type { FactorView } from './api.ts'
import type { FactorRecord } from './types.ts'

/** @param subject in clear, for its own service's eyes */
export function factorView(record: FactorRecord, subject: string): FactorView {
  const { id, type, status, otp, codesRemaining, createdAt, confirmedAt, lastUsedAt } = record
  return {
    ...{ id, subject, type, status, codesRemaining, createdAt, confirmedAt, lastUsedAt },
    shape: otp,
  }
}
