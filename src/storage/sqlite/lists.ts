// The block and allow lists on SQLite.
// It must not hold a rule of its own: shield/lists.ts and shield/match.ts decide.

import type { EntryToMake, ListEntry, ListStore } from '../../shield/ports.ts'
import { decodeCursor } from '../cursor.ts'
import { type EntryRow, toEntrySlice } from '../lists.ts'
import { and, atMost, eq, getTableColumns, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import { createPeopleReads } from './people-rows.ts'
import { listEntries as l, listVersion as n } from './schema-lists.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const { seq: _seq, ...COLUMNS } = getTableColumns(l)
const inForce = sql`(ends_at is null or ends_at > +${p('now')})`

/** For an erasure, too. */
export function createListChange(orm: Orm): () => void {
  const change = orm
    .insert(n)
    .values({ id: 1, version: 1 })
    .onConflictDoUpdate({ target: n.id, set: { version: sql`${n.version} + 1` } })
    .prepare()
  return () => void change.run()
}

function createReads(orm: Orm) {
  const same = (is: ReturnType<typeof eq>) =>
    orm
      .select({ id: l.id })
      .from(l)
      .where(
        and(
          ...[is, eq(l.by, p('by')), eq(l.effect, p('effect'))],
          sql`service is +${p('service')} and rule is +${p('rule')} and ${inForce}`,
        ),
      )
      .limit(atMost(1))
      .prepare()
  return {
    version: orm.select({ version: n.version }).from(n).where(eq(n.id, 1)).prepare(),
    inForce: orm.select(COLUMNS).from(l).where(inForce).limit(atMost('limit')).prepare(),
    counts: orm
      .select({
        all: sql<number>`count(*)`,
        own: sql<number>`count(*) filter (where service = +${p('service')} and rule is null)`,
      })
      .from(l)
      .where(inForce)
      .prepare(),
    sameValue: same(eq(l.value, p('value'))),
    samePerson: same(eq(l.budgetIndex, p('budgetIndex'))),
  }
}

function createWrites(orm: Orm) {
  const values = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, p(name)]))
  return {
    changed: createListChange(orm),
    insert: orm
      .insert(l)
      .values(values as never)
      .prepare(),
    end: orm
      .update(l)
      .set({ endsAt: sql`${p('now')}` })
      .where(and(eq(l.id, p('id')), inForce))
      .prepare(),
    rewrap: orm
      .update(l)
      .set({
        budgetIndex: sql`${p('budgetIndex')}`,
        recipientSealed: sql`${p('recipientSealed')}`,
        rootKey: sql`${p('rootKey')}`,
      })
      .where(and(eq(l.id, p('id')), eq(l.recipientSealed, p('before'))))
      .prepare(),
    purge: orm
      .delete(l)
      .where(
        sql`seq in (select seq from list_entries where ends_at < +${p('before')} limit ${atMost('limit')})`,
      )
      .prepare(),
  }
}

export function createListStore(deps: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
}): ListStore {
  const { orm, writer, appendEvent } = deps
  const reads = createReads(orm)
  const people = createPeopleReads<EntryRow>(orm, l, l.rootKey)
  const writes = createWrites(orm)

  const sameAs = ({ service, effect, by, value, budgetIndex, rule, madeAt }: ListEntry) => {
    const about = { service, effect, by, rule, now: madeAt }
    return value === null
      ? reads.samePerson.get({ ...about, budgetIndex })
      : reads.sameValue.get({ ...about, value })
  }
  const log = (
    type: 'list.entry_made' | 'list.entry_ended',
    at: number,
    { entry, actor, details }: Pick<EntryToMake, 'entry' | 'actor' | 'details'>,
  ) =>
    appendEvent({
      ...{ at, type, actor, details },
      verificationSeq: null,
      budgetIndex: entry.budgetIndex,
    })
  return {
    version: () => writer.read(() => reads.version.get()?.version ?? 0),
    inForce: (now, limit) => writer.read(() => reads.inForce.all({ now, limit })),
    find: (id) => writer.read(() => people.byId(id)),
    list: (filter, cursor, limit) =>
      writer.read(() =>
        toEntrySlice(people.newest(filter.budgetIndexes, decodeCursor(cursor).seq), filter, limit),
      ),
    make: (input) =>
      writer.write(() => {
        const { entry, most, share } = input
        const same = sameAs(entry)
        if (same) return { kind: 'exists', id: same.id }
        const { service, madeAt: now } = entry
        const { all = 0, own = 0 } = reads.counts.get({ service, now }) ?? {}
        if (share !== null && own >= share) return { kind: 'share_full' } // mutant: I21.share
        if (all >= most) return { kind: 'full' }
        writes.insert.run(entry)
        writes.changed()
        log('list.entry_made', entry.madeAt, input)
        return { kind: 'made' }
      }),
    end: (input) =>
      writer.write(() => {
        const { entry, now } = input
        if (writes.end.run({ id: entry.id, now }).changes === 0) return false
        writes.changed()
        log('list.entry_ended', now, input)
        return true
      }),
    purge: (input) => writer.write(() => writes.purge.run(input).changes),
    keyIds: () => writer.read(people.keyIds),
    notUnder: (...given) => writer.read(() => people.notUnder(...given)),
    rewrap: ({ before, after }) =>
      writer.write(() => {
        const about = { id: before.id, before: before.recipientSealed }
        const isMoved = writes.rewrap.run({ ...about, ...after }).changes > 0
        if (isMoved) writes.changed()
        return isMoved
      }),
  }
}
