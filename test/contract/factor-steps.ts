// The steps that the contract suites of factors begin with.
// It must not know the engine: a suite takes a factory.

import type { CreateFactorInput, NewFactor } from '../../src/factors/ports.ts'
import type { FactorRecord } from '../../src/factors/types.ts'
import type { FactorUse } from '../../src/verification/state.ts'
import { ACTOR, HOUR, mac, newCodes, newFactor, newFactorVerification, T0 } from './rows.ts'
import type { CheckStep } from './steps.ts'
import { guess, keyOf, type Stores, start } from './stores.ts'

/** Everything of a test is younger. */
export const SINCE = T0 - HOUR
export const MAX_APPS = 5

export function factorInput(
  record: NewFactor,
  change: Partial<CreateFactorInput> = {},
): CreateFactorInput {
  return {
    record,
    subjectIndexes: [record.subjectIndex],
    codes: null,
    known: null,
    maxApps: MAX_APPS,
    unverifiedSince: SINCE,
    actor: ACTOR,
    idempotency: null,
    ...change,
  }
}

export async function enrol(
  { factors }: Pick<Stores, 'factors'>,
  change: Partial<NewFactor> = {},
): Promise<FactorRecord> {
  const outcome = await factors.create(factorInput(newFactor(change)))
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  return outcome.record
}

export async function makeCodes(
  { factors }: Pick<Stores, 'factors'>,
  change: Partial<NewFactor> = {},
) {
  const { record, codes } = newCodes(change)
  const outcome = await factors.create(factorInput(record, { codes }))
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  return { record: outcome.record, codes }
}

/** @param twins of the same subject, with the same secret */
export const useOf = (
  { id: factorId, subjectIndex }: FactorRecord,
  what: number | string,
  twins: readonly FactorRecord[] = [],
): FactorUse =>
  typeof what === 'number'
    ? {
        ...{ type: 'totp', factorId, step: what, periodSeconds: 30 },
        ...{ subjectIndexes: [mac(), subjectIndex], twins: twins.map(({ id }) => id) },
      }
    : { type: 'recovery_codes', factorId, selector: what, codesLeft: 2 }

/** A verification of its own, charged, whose right code is of `use`. */
export async function approveWith(stores: Stores, use: FactorUse, change: Partial<CheckStep> = {}) {
  const record = await start(stores, newFactorVerification())
  return stores.steps.check({ ...keyOf(record), ...guess(true), use, ...change })
}
