// Uses a time step or a recovery code up: each works once, decided by the UPDATE itself.
// It must only run inside a writer's job, in the transaction of the approval.

import type { FactorUse, StepUse } from '../../verification/state.ts'
import { and, eq, gte, isNull, lt, type Orm, sql } from './drizzle.ts'
import { factors, recoveryCodes, usedSteps } from './schema-lasting.ts'

export type FactorUses = {
  /** False: used before, or the factor no longer exists; nothing was changed. */
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

export type StepUses = {
  /** False: used before, or the app no longer exists or is unverified; nothing was changed. */
  use(use: StepUse, now: number): boolean
  /** Of these apps, one has used this step or a later one. */
  isUsed(ids: readonly string[], step: number): boolean
  mark(ids: readonly string[], step: number): void
  /** The newest step of the subject's deleted apps with this time step; 0: none. */
  ofDeleted(subjectIndexes: readonly Uint8Array[], periodSeconds: number): number
}

export function createStepUses(orm: Orm): StepUses {
  const p = sql.placeholder
  const f = factors
  const u = usedSteps
  const later = orm
    .select({ id: f.id })
    .from(f)
    .where(and(eq(f.id, p('id')), gte(f.lastStep, p('step'))))
    .prepare()
  // Grows only: T+1, T, T+1 in turn is one success, whichever verifications and apps they are for.
  const markOne = orm
    .update(f)
    .set({ lastStep: sql`${p('step')}` })
    .where(and(eq(f.id, p('id')), lt(f.lastStep, p('step'))))
    .prepare()
  const useOne = orm
    .update(f)
    .set({ lastStep: sql`${p('step')}`, lastUsedAt: sql`${p('now')}` })
    .where(and(eq(f.id, p('factorId')), eq(f.status, 'active'), lt(f.lastStep, p('step')))) // mutant: C11.step-monotonic
    .prepare()
  const deleted = orm
    .select({ lastStep: u.lastStep })
    .from(u)
    .where(and(eq(u.subjectIndex, p('subjectIndex')), eq(u.period, p('period'))))
    .prepare()

  const isUsed: StepUses['isUsed'] = (ids, step) =>
    ids.some((id) => later.get({ id, step }) !== undefined)
  const mark: StepUses['mark'] = (ids, step) => {
    for (const id of ids) markOne.run({ id, step })
  }
  const ofDeleted: StepUses['ofDeleted'] = (subjectIndexes, period) =>
    Math.max(
      0,
      ...subjectIndexes.map((subjectIndex) => deleted.get({ subjectIndex, period })?.lastStep ?? 0),
    )
  return {
    isUsed,
    mark,
    ofDeleted,
    use({ factorId, step, twins, subjectIndexes, periodSeconds }, now) {
      if (isUsed(twins, step) || ofDeleted(subjectIndexes, periodSeconds) >= step) return false // mutants: C63.twin-step-used.2 C63.deleted-app-step
      if (useOne.run({ factorId, step, now }).changes === 0) return false
      mark(twins, step) // mutant: C63.step-all-twins
      return true
    },
  }
}
