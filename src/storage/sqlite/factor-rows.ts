// Reads factors on SQLite: by id, by subject, and the hash of one recovery code.
// It must not open anything.

import { and, asc, eq, getTableColumns, type Orm, sql } from './drizzle.ts'
import { factors, recoveryCodes } from './schema-lasting.ts'

export type FactorRow = typeof factors.$inferSelect & { codesRemaining: number }

const factorFields = {
  ...getTableColumns(factors),
  codesRemaining:
    sql<number>`(select count(*) from recovery_codes r where r.factor_seq = factors.seq and r.used_at is null)`.as(
      'codes_remaining',
    ),
}

export type FactorRows = {
  bySeq(seq: number): FactorRow
  byId(service: string, id: string): FactorRow | undefined
  /** Oldest first. */
  bySubject(service: string, subjectIndexes: readonly Uint8Array[]): FactorRow[]
  /** Sealed hash of a code that was not used yet. */
  recoveryHash(factorId: string, selector: string): Uint8Array | undefined
}

export function createFactorRows(orm: Orm): FactorRows {
  const p = sql.placeholder
  const f = factors
  const select = () => orm.select(factorFields).from(f)
  const bySeq = select()
    .where(eq(f.seq, p('seq')))
    .prepare()
  const byId = select()
    .where(and(eq(f.id, p('id')), eq(f.service, p('service'))))
    .prepare()
  const bySubject = select()
    .where(and(eq(f.subjectIndex, p('subjectIndex')), eq(f.service, p('service'))))
    .orderBy(asc(f.seq))
    .prepare()
  const recoveryHash = orm
    .select({ hashSealed: recoveryCodes.hashSealed })
    .from(recoveryCodes)
    .innerJoin(f, eq(f.seq, recoveryCodes.factorSeq))
    .where(and(eq(f.id, p('id')), eq(recoveryCodes.selector, p('selector'))))
    .prepare()
  return {
    bySeq(seq) {
      const row = bySeq.get({ seq })
      if (!row) throw new Error('a factor row no longer exists')
      return row
    },
    byId: (service, id) => byId.get({ service, id }),
    bySubject: (service, subjectIndexes) =>
      subjectIndexes
        .flatMap((subjectIndex) => bySubject.all({ service, subjectIndex }))
        .sort((a, b) => a.seq - b.seq),
    recoveryHash: (id, selector) => recoveryHash.get({ id, selector })?.hashSealed ?? undefined,
  }
}
