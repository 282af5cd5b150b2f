// A factor's row as the domain sees it, and a new one as the stores write it.
// It must not show what the record lacks (seq), nor open anything.

import type { NewFactor } from '../factors/ports.ts'
import type { FactorRecord, OtpAlgorithm, OtpDigits } from '../factors/types.ts'

/** Of both schemas: what an app counts by are three columns. */
type FactorRow = Omit<FactorRecord, 'otp' | 'codesRemaining'> & {
  algorithm: OtpAlgorithm | null
  digits: OtpDigits | null
  period: number | null
  codesRemaining: number
}

export function toFactorRecord(row: FactorRow): FactorRecord {
  const { algorithm, digits, period, codesRemaining } = row
  return {
    id: row.id,
    service: row.service,
    type: row.type,
    status: row.status,
    subjectSealed: row.subjectSealed,
    subjectIndex: row.subjectIndex,
    keyId: row.keyId,
    secretSealed: row.secretSealed,
    otp:
      algorithm === null || digits === null || period === null
        ? null
        : { algorithm, digits, periodSeconds: period },
    attempts: row.attempts,
    lastStep: row.lastStep,
    createdAt: row.createdAt,
    confirmedAt: row.confirmedAt,
    lastUsedAt: row.lastUsedAt,
    codesRemaining: row.type === 'recovery_codes' ? codesRemaining : null,
  }
}

export function newFactorColumns({ otp, ...columns }: NewFactor) {
  return {
    ...columns,
    algorithm: otp?.algorithm ?? null,
    digits: otp?.digits ?? null,
    period: otp?.periodSeconds ?? null,
    attempts: 0,
  }
}

/** As it stands right after it was made. */
export function createdFactor(record: NewFactor, codes: readonly unknown[] | null): FactorRecord {
  return {
    ...record,
    attempts: 0,
    lastUsedAt: null,
    codesRemaining: codes?.length ?? null,
  }
}
