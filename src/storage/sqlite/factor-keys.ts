// Factors and root keys: what lies under which, moved to another key, and removed where a key is lost.
// It must not read every row of a key, nor write over a row that was changed or removed meanwhile.

import type { FactorStore, RewrapInput, RootKeyUse, SealedFactor } from '../../factors/ports.ts'
import { toFactorRecord } from '../factor-record.ts'
import { joinUse, MAX_LOOKED_AT, MAX_ROWS, UNDER_KEY_BOUND } from '../root-key-use.ts'
import { and, asc, atMost, eq, gt, isNotNull, lt, ne, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import type { FactorRows } from './factor-rows.ts'
import { verifications as v } from './schema.ts'
import { factors as f, recoveryCodes as r } from './schema-lasting.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const ofKey = eq(f.keyId, p('keyId'))
const ofService = and(ofKey, eq(f.service, p('service')))

function createReads(orm: Orm, rows: FactorRows) {
  const found = orm
    .select({ seq: f.seq })
    .from(f)
    .where(and(ne(f.keyId, p('keyId')), gt(f.id, p('after'))))
    .orderBy(asc(f.id))
    .limit(atMost('limit'))
    .prepare()
  // Two ranges of the index: a condition by `<>` would read every row.
  const counts = [lt, gt].map((operator) =>
    orm
      .select({ count: sql<number>`count(*)` })
      .from(f)
      .where(operator(f.keyId, p('keyId')))
      .prepare(),
  )
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
  const oneOf = orm.select({ seq: f.seq }).from(f).where(ofService).limit(atMost(1)).prepare()
  return {
    hasOtherKeys(service: string, known: readonly string[]): boolean {
      for (let keyId = ''; ; ) {
        const next = keyAfter.get({ keyId })?.keyId ?? null
        if (next === null) return false
        if (!known.includes(next) && oneOf.get({ keyId: next, service })) return true // mutant: C65.missing-key-scoped
        keyId = next
      }
    },
    count: (keyId: string) =>
      counts.reduce((sum, count) => sum + (count.get({ keyId })?.count ?? 0), 0),
    notUnder: (keyId: string, after: string, limit: number): SealedFactor[] =>
      found.all({ keyId, after, limit }).map(({ seq }) => ({
        record: toFactorRecord(rows.bySeq(seq)),
        codes: codesOf.all({ seq }),
      })),
  }
}

function createRewrap(orm: Orm) {
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

/** Nothing of them can be opened or found any more. A batch is one transaction: the file is not held for long. */
function createForget(orm: Orm, appendEvent: AppendEvent) {
  const select = (condition: typeof ofService) =>
    orm
      .select({ seq: f.seq, id: f.id, type: f.type, service: f.service, budget: f.subjectIndex })
      .from(f)
      .where(condition)
      .limit(atMost('limit'))
      .prepare()
  const allOf = select(ofKey)
  const allOfService = select(ofService) // mutant: C65.forget-lost-only
  const remove = orm
    .delete(f)
    .where(eq(f.seq, p('seq')))
    .prepare()
  return ({ keyId, service, now, actor, limit }: Parameters<FactorStore['forget']>[0]): number => {
    const found =
      service === null ? allOf.all({ keyId, limit }) : allOfService.all({ keyId, service, limit })
    for (const one of found) {
      remove.run({ seq: one.seq })
      appendEvent({
        at: now,
        type: 'factor.deleted',
        verificationSeq: null,
        budgetIndex: one.budget,
        actor: { ...actor, service: one.service },
        details: { factor: one.id, type: one.type },
      })
    }
    return found.length
  }
}

type KeyMethods = 'notUnder' | 'countNotUnder' | 'rewrap' | 'hasOtherKeys' | 'forget'

export function createFactorKeys(deps: {
  orm: Orm
  writer: Writer
  rows: FactorRows
  appendEvent: AppendEvent
}): Pick<FactorStore, KeyMethods> {
  const { orm, writer, rows } = deps
  const reads = createReads(orm, rows)
  const rewrap = createRewrap(orm)
  const forget = createForget(orm, deps.appendEvent)
  return {
    notUnder: (keyId, after, limit) => writer.read(() => reads.notUnder(keyId, after, limit)),
    countNotUnder: (keyId) => writer.read(() => reads.count(keyId)),
    hasOtherKeys: (service, keyIds) => writer.read(() => reads.hasOtherKeys(service, keyIds)),
    rewrap: (input) => writer.write(() => rewrap(input)),
    forget: (input) => writer.write(() => forget(input)),
  }
}

/** Factors by a step through their index, open verifications by a bounded look; counts end at their bound. */
export function createRootKeyUse(deps: { orm: Orm; writer: Pick<Writer, 'read'> }): RootKeyUse {
  const { orm, writer } = deps
  const after = orm
    .select({ keyId: f.keyId, service: f.service })
    .from(f)
    .where(sql`(${f.keyId}, ${f.service}) > (+${p('keyId')}, +${p('service')})`)
    .orderBy(asc(f.keyId), asc(f.service))
    .limit(atMost(1))
    .prepare()
  const some = orm.select({ seq: f.seq }).from(f).where(ofService).limit(atMost('limit')).prepare()
  const open = orm
    .select({ keyId: v.pepperKeyId, service: v.service })
    .from(v)
    .where(and(sql`${v.status} = 'pending'`, gt(v.expiresAt, p('now'))))
    .orderBy(asc(v.expiresAt))
    .limit(atMost(MAX_LOOKED_AT))
    .prepare()

  const countFactors = (keyId: string) => {
    const found: { keyId: string; service: string; count: number }[] = []
    for (let at = { keyId: '', service: '' }; found.length < MAX_ROWS; ) {
      const next = after.get(at)
      if (!next) return found
      const count = () => some.all({ ...next, limit: UNDER_KEY_BOUND }).length
      if (next.keyId !== keyId) found.push({ ...next, count: count() })
      at = next
    }
    return found
  }
  const countOpen = (keyId: string, now: number) =>
    open
      .all({ now })
      .filter((row) => row.keyId !== keyId) // mutant: C65.open-verification-keys
      .map((row) => ({ ...row, count: 1 }))
  return {
    notUnder: (keyId, now) =>
      writer.read(() => joinUse(countFactors(keyId), countOpen(keyId, now))),
  }
}
