// The wires' rows on SQLite: written with a start, found by the wire's id or by what the start was made with.
// It must not be used outside of the writer's jobs.

import type { Wired, WireKey, WireStore } from '../../verification/wire-ports.ts'
import { and, atMost, desc, eq, ne, type Orm, sql } from './drizzle.ts'
import { selectVerifications, toRecord, type VerificationRow } from './rows.ts'
import { verifications as v } from './schema.ts'
import { wireVerifications as t } from './schema-wires.ts'
import type { Writer } from './writer.ts'

export type KeepWire = (id: string, key: WireKey) => void

/** Of a new verification. Its statement is prepared at the first one: most starts come by no wire. */
export function createWireWriter(orm: Orm): KeepWire {
  const p = sql.placeholder
  const prepare = () =>
    orm
      .insert(t)
      .values({ verificationId: p('id'), wire: p('wire'), sid: p('sid') } as never)
      .prepare()
  let insert: ReturnType<typeof prepare> | undefined
  return (id, { wire, sid }) => {
    insert ??= prepare()
    insert.run({ id, wire, sid })
  }
}

export function createWireStore({ orm, writer }: { orm: Orm; writer: Writer }): WireStore {
  const p = sql.placeholder
  const isOfWire = and(eq(t.wire, p('wire')), eq(v.service, p('service'))) // mutant: C94.own-wire
  const ids = (where: ReturnType<typeof and>) =>
    orm
      .select({ id: t.verificationId, sid: t.sid })
      .from(t)
      .innerJoin(v, eq(v.id, t.verificationId))
      .where(where)
  const bySid = ids(and(isOfWire, eq(t.sid, p('sid')))).prepare()
  const byMac = ids(and(isOfWire, eq(v.sessionMac, p('sessionMac'))))
    .orderBy(desc(v.seq))
    .limit(atMost(1))
    .prepare()
  const row = selectVerifications(orm)
    .where(eq(v.id, p('id')))
    .prepare()
  const sidOf = orm
    .select({ sid: t.sid })
    .from(t)
    .where(eq(t.verificationId, p('id')))
    .prepare()
  /** Whoever named it may name two alike, one after the other: the one before has ended. */
  const free = orm
    .update(t)
    .set({ sid: sql`${t.verificationId}` })
    .where(and(eq(t.sid, p('sid')), ne(t.verificationId, p('id'))))
    .prepare()
  const rename = orm
    .update(t)
    .set({ sid: sql`${p('sid')}` })
    .where(eq(t.verificationId, p('id')))
    .prepare()
  const load = (found: { id: string; sid: string } | undefined) => {
    const one = found && row.get({ id: found.id })
    return one && { sid: found.sid, row: one }
  }
  const toWired = ({ sid, row: one }: { sid: string; row: VerificationRow }): Wired => ({
    sid,
    record: toRecord(one),
  })
  return {
    find: (service, { wire, sid }) =>
      writer.read(() => {
        const found = load(bySid.get({ service, wire, sid }))
        return found && toWired(found)
      }),
    newest: (service, { wire, sessionMacs }) =>
      writer.read(() => {
        const found = sessionMacs.flatMap(
          (sessionMac) => load(byMac.get({ service, wire, sessionMac })) ?? [],
        )
        const newest = found.sort((a, b) => b.row.seq - a.row.seq)[0]
        return newest && toWired(newest)
      }),
    sidOf: (id) => writer.read(() => sidOf.get({ id })?.sid),
    rename: (id, sid) =>
      writer.write(() => {
        free.run({ id, sid })
        rename.run({ id, sid })
      }),
  }
}
