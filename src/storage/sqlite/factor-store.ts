// The store of factors on SQLite: each port method one read or one job of the writer.
// It must not open what is sealed, nor decide policy; it decides which of two came first.

import type {
  ConfirmChargeInput,
  ConfirmOutcome,
  CreateFactorOutcome,
  FactorStore,
  NewFactor,
} from '../../factors/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import type { ConfirmToApply, Engine, FactorToCreate } from '../engine.ts'
import { createdFactor, newFactorColumns, toFactorRecord } from '../factor-record.ts'
import { and, atMost, eq, lt, lte, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import { createFactorKeys } from './factor-keys.ts'
import { createFactorRows, type FactorRow } from './factor-rows.ts'
import { createStepUses } from './factor-uses.ts'
import type { Answers } from './idempotency.ts'
import { factors, recoveryCodes, usedSteps } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const f = factors

/** Whether an unverified one is still of use. */
const isKept = (row: FactorRow, unverifiedSince: number) =>
  row.status === 'active' || row.createdAt > unverifiedSince

type FactorEvent =
  | 'factor.created'
  | 'factor.confirmed'
  | 'factor.deleted'
  | 'recovery_codes.created'

/** What the steps share. */
function createParts({ orm, appendEvent, ...deps }: Deps) {
  const remove = orm
    .delete(f)
    .where(eq(f.seq, p('seq')))
    .prepare()
  return {
    ...deps,
    orm,
    rows: createFactorRows(orm),
    steps: createStepUses(orm),
    remove: (seq: number) => void remove.run({ seq }),
    report: (
      row: Pick<FactorRow, 'id' | 'type' | 'subjectIndex'>,
      type: FactorEvent,
      at: number,
      actor: Actor,
      more: { codes?: number } = {},
    ) =>
      appendEvent({
        at,
        type,
        verificationSeq: null,
        budgetIndex: row.subjectIndex,
        actor,
        details: { factor: row.id, type: row.type, ...more },
      }),
  }
}
type Parts = ReturnType<typeof createParts>

function createCreate({ orm, rows, answers, steps, remove, report }: Parts) {
  const insertAll = (record: NewFactor, { codes, actor }: FactorToCreate): void => {
    const { seq } = orm.insert(f).values(newFactorColumns(record)).returning({ seq: f.seq }).get()
    for (const code of codes ?? [])
      orm
        .insert(recoveryCodes)
        .values({ factorSeq: seq, ...code })
        .run()
    const { createdAt } = record
    if (codes) report(record, 'recovery_codes.created', createdAt, actor, { codes: codes.length })
    else report(record, 'factor.created', createdAt, actor)
  }

  return (input: FactorToCreate): CreateFactorOutcome => {
    const { record, subjectIndexes, codes, known, kept } = input
    const stored = kept && answers.find(kept.key, record.createdAt)
    if (stored) return { kind: 'answered_before', stored }
    const before = rows
      .bySubject(record.service, subjectIndexes)
      .filter(({ type }) => type === record.type)
    const inUse = before.filter((row) => isKept(row, input.unverifiedSince))
    if (known && inUse.some(({ id }) => !known.includes(id))) return { kind: 'changed' } // mutant: C63.import-in-transaction
    if (!codes && inUse.length >= input.maxApps) return { kind: 'too_many' }
    if (codes) for (const { seq } of before) remove(seq) // mutant: C11.old-set-removed
    const used = known && record.otp ? steps.ofDeleted(subjectIndexes, record.otp.periodSeconds) : 0
    const made = { ...record, lastStep: Math.max(record.lastStep, used) }
    insertAll(made, input)
    if (kept) answers.keep(kept)
    return { kind: 'created', record: createdFactor(made, codes) }
  }
}

function createConfirm({ orm, rows, answers, steps, report }: Parts) {
  const activate = orm
    .update(f)
    .set({
      status: 'active',
      confirmedAt: sql`${p('now')}`,
      lastUsedAt: sql`${p('now')}`,
      lastStep: sql`${p('step')}`,
    })
    .where(eq(f.seq, p('seq')))
    .prepare()
  return (input: ConfirmToApply): ConfirmOutcome | { kind: 'spent' } | undefined => {
    const { id, service, now, step, twins, actor, kept } = input
    const stored = kept && answers.find(kept.key, now)
    if (stored) return { kind: 'answered_before', stored }
    const row = rows.byId(service, id)
    if (!row) return undefined
    if (step !== null && row.status !== 'unverified')
      return { kind: 'lost', record: toFactorRecord(row) }
    if (step !== null) {
      if (steps.isUsed([id, ...twins], step)) return { kind: 'spent' } // mutant: C63.twin-confirms-nothing
      activate.run({ seq: row.seq, now, step })
      steps.mark(twins, step)
      report(row, 'factor.confirmed', now, actor)
    }
    if (kept) answers.keep(kept)
    const record = toFactorRecord(rows.bySeq(row.seq))
    return { kind: step === null ? 'wrong' : 'confirmed', record }
  }
}

function createChargeConfirm({ orm, rows }: Parts) {
  const charge = orm
    .update(f)
    .set({ attempts: sql`${f.attempts} + 1` })
    .where(and(eq(f.seq, p('seq')), eq(f.status, 'unverified'), lt(f.attempts, p('maxAttempts')))) // mutant: I2.confirmation-cap
    .prepare()
  return ({ id, service, unverifiedSince, maxAttempts }: ConfirmChargeInput) => {
    const row = rows.byId(service, id)
    if (!row || !isKept(row, unverifiedSince)) return undefined
    const isCharged = charge.run({ seq: row.seq, maxAttempts }).changes === 1
    const record = toFactorRecord({ ...row, attempts: row.attempts + (isCharged ? 1 : 0) })
    return { kind: isCharged ? ('charged' as const) : ('not_chargeable' as const), record }
  }
}

function createPurge({ orm, remove }: Parts) {
  const old = orm
    .select({ seq: f.seq })
    .from(f)
    .where(and(sql`${f.status} = 'unverified'`, lte(f.createdAt, p('before'))))
    .limit(atMost('limit'))
    .prepare()
  const removeSteps = orm
    .delete(usedSteps)
    .where(
      sql`(subject_index, period) in (select subject_index, period from used_steps where expires_at <= +${p('now')} limit ${atMost('limit')})`,
    )
    .prepare()
  return ({ unverifiedSince, now, limit }: Parameters<FactorStore['purge']>[0]): number => {
    const found = old.all({ before: unverifiedSince, limit })
    for (const { seq } of found) remove(seq)
    return Math.max(found.length, removeSteps.run({ now, limit }).changes)
  }
}

type Deps = { orm: Orm; writer: Writer; answers: Answers; appendEvent: AppendEvent }

export function createFactorStore(deps: Deps): Engine['factors'] {
  const { writer } = deps
  const parts = createParts(deps)
  const { rows } = parts
  const create = createCreate(parts)
  const chargeConfirm = createChargeConfirm(parts)
  const confirm = createConfirm(parts)
  const purge = createPurge(parts)
  return {
    ...createFactorKeys({ ...deps, rows }),
    create: (input) => writer.write(() => create(input)),
    find: (service, id, unverifiedSince) =>
      writer.read(() => {
        const row = rows.byId(service, id)
        return row && isKept(row, unverifiedSince) ? toFactorRecord(row) : undefined
      }),
    ofSubject: ({ service, subjectIndexes, unverifiedSince }) =>
      writer.read(() =>
        rows
          .bySubject(service, subjectIndexes)
          .filter((row) => isKept(row, unverifiedSince))
          .map(toFactorRecord),
      ),
    recoveryHash: (factorId, selector) => writer.read(() => rows.recoveryHash(factorId, selector)),
    chargeConfirm: (input) => writer.write(() => chargeConfirm(input)),
    confirm: (input) => writer.write(() => confirm(input)),
    remove: ({ id, service, now, actor }) =>
      writer.write(() => {
        const row = rows.byId(service, id)
        if (!row) return false
        parts.remove(row.seq)
        parts.report(row, 'factor.deleted', now, actor)
        return true
      }),
    purge: (input) => writer.write(() => purge(input)),
  }
}
