// Uses a time step or a recovery code up: each is good once, decided by the UPDATE itself.
// It must only run inside a writer's job, in the transaction of the approval.

import type { FactorUse } from '../../verification/state.ts'
import { and, eq, isNull, type Orm, sql } from './drizzle.ts'
import { factors, recoveryCodes } from './schema-lasting.ts'
import { createStepUses } from './step-uses.ts'

export type FactorUses = {
  /** False: used before, or the factor is gone; nothing was changed. */
  use(use: FactorUse, now: number): boolean
  /** Of the factor's codes, those that were not used yet. */
  remaining(factorId: string): number
}

export function createFactorUses(orm: Orm): FactorUses {
  const p = sql.placeholder
  const f = factors
  const r = recoveryCodes
  const steps = createStepUses(orm)
  const ofFactor = eq(r.factorSeq, sql`(select seq from factors where id = +${p('factorId')})`)
  const useCode = orm
    .update(r)
    .set({ usedAt: sql`${p('now')}`, hashSealed: null }) // mutant: I7.used-hash-erased
    .where(and(ofFactor, eq(r.selector, p('selector')), isNull(r.usedAt))) // mutant: C11.recovery-single-use
    .prepare()
  const touch = orm
    .update(f)
    .set({ lastUsedAt: sql`${p('now')}` })
    .where(eq(f.id, p('factorId')))
    .prepare()
  const countUnused = orm
    .select({ count: sql<number>`count(*)` })
    .from(r)
    .where(and(ofFactor, isNull(r.usedAt)))
    .prepare()
  return {
    use(use, now) {
      const { factorId } = use
      if (use.type === 'totp') return steps.use(use, now)
      const isUsed = useCode.run({ factorId, selector: use.selector, now }).changes === 1
      if (isUsed) touch.run({ factorId, now })
      return isUsed
    },
    remaining: (factorId) => countUnused.get({ factorId })?.count ?? 0,
  }
}
