// Moves factors to another root key: reads what is sealed under others, and puts what was sealed anew in its place.
// It must not put anything over a row that was changed or removed meanwhile.

import type { FactorStore, RewrapInput, SealedFactor } from '../../factors/ports.ts'
import { toFactorRecord } from '../factor-record.ts'
import { and, asc, atMost, eq, gt, isNotNull, lt, ne, type Orm, sql } from './drizzle.ts'
import type { FactorRows } from './factor-rows.ts'
import { factors, recoveryCodes } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const f = factors
const r = recoveryCodes

function createReads(orm: Orm, rows: FactorRows) {
  const found = orm
    .select({ seq: f.seq })
    .from(f)
    .where(and(ne(f.keyId, p('keyId')), gt(f.id, p('after'))))
    .orderBy(asc(f.id))
    .limit(atMost('limit'))
    .prepare()
  // Two ranges of the index: a condition by `<>` would read every row.
  const countWhere = (condition: ReturnType<typeof lt>) =>
    orm.select({ count: sql<number>`count(*)` }).from(f).where(condition).prepare()
  const counts = [countWhere(lt(f.keyId, p('keyId'))), countWhere(gt(f.keyId, p('keyId')))]
  const codesOf = orm
    .select({ selector: r.selector, hashSealed: sql<Uint8Array>`${r.hashSealed}` })
    .from(r)
    .where(and(eq(r.factorSeq, p('seq')), isNotNull(r.hashSealed)))
    .prepare()
  // A step through the index for each key, not through its rows.
  const keyAfter = orm
    .select({ keyId: sql<string | null>`min(${f.keyId})` })
    .from(f)
    .where(gt(f.keyId, p('keyId')))
    .prepare()
  const oneOf = orm
    .select({ seq: f.seq })
    .from(f)
    .where(and(eq(f.keyId, p('keyId')), eq(f.service, p('service'))))
    .limit(atMost(1))
    .prepare()
  const hasOtherKeys = (service: string, known: readonly string[]): boolean => {
    for (let keyId = ''; ; ) {
      const next = keyAfter.get({ keyId })?.keyId ?? null
      if (next === null) return false
      if (!known.includes(next) && oneOf.get({ keyId: next, service })) return true // mutant: C65.missing-key-scoped
      keyId = next
    }
  }

  const read = (seq: number): SealedFactor => ({
    record: toFactorRecord(rows.bySeq(seq)),
    codes: codesOf.all({ seq }),
  })
  return {
    hasOtherKeys,
    count: (keyId: string) =>
      counts.reduce((sum, count) => sum + (count.get({ keyId })?.count ?? 0), 0),
    notUnder: (keyId: string, after: string, limit: number) =>
      found.all({ keyId, after, limit }).map(({ seq }) => read(seq)),
  }
}

function createPut(orm: Orm) {
  const put = orm
    .update(f)
    .set({
      subjectSealed: sql`${p('subjectSealed')}`,
      subjectIndex: sql`${p('subjectIndex')}`,
      keyId: sql`${p('keyId')}`,
      secretSealed: sql`${p('secretSealed')}`,
    })
    .where(and(eq(f.id, p('id')), eq(f.subjectSealed, p('before')))) // mutant: C41.rewrap-unchanged-only
    .prepare()
  // A code that was used meanwhile has no hash any more, and gets none.
  const putCode = orm
    .update(r)
    .set({ hashSealed: sql`${p('hashSealed')}` })
    .where(
      and(
        eq(r.factorSeq, sql`(select seq from factors where id = +${p('id')})`),
        eq(r.selector, p('selector')),
        isNotNull(r.hashSealed),
      ),
    )
    .prepare()
  return ({ before, after, codes }: RewrapInput): boolean => {
    const { id, subjectSealed } = before.record
    if (put.run({ id, before: subjectSealed, ...after }).changes === 0) return false
    for (const { selector, hashSealed } of codes) putCode.run({ id, selector, hashSealed })
    return true
  }
}

export function createFactorRewrap(deps: {
  orm: Orm
  writer: Writer
  rows: FactorRows
}): Pick<FactorStore, 'notUnder' | 'countNotUnder' | 'rewrap' | 'hasOtherKeys'> {
  const { orm, writer, rows } = deps
  const reads = createReads(orm, rows)
  const rewrap = createPut(orm)
  return {
    notUnder: (keyId, after, limit) => writer.read(() => reads.notUnder(keyId, after, limit)),
    countNotUnder: (keyId) => writer.read(() => reads.count(keyId)),
    rewrap: (input) => writer.write(() => rewrap(input)),
    hasOtherKeys: (service, keyIds) => writer.read(() => reads.hasOtherKeys(service, keyIds)),
  }
}
