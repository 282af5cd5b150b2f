// The list of suppressed recipients on SQLite.
// It must not hold a rule of its own: verification/suppression.ts decides.

import type { SuppressedKey, Suppression } from '../../verification/suppression.ts'
import { decodeCursor } from '../cursor.ts'
import type { Engine } from '../engine.ts'
import { type SuppressionRow, toSlice } from '../suppressions.ts'
import { and, atMost, eq, getTableColumns, type Orm, sql } from './drizzle.ts'
import type { AppendEvent } from './event-rows.ts'
import { createPeopleReads } from './people-rows.ts'
import { suppressions as s } from './schema-suppressions.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const { seq: _seq, ...COLUMNS } = getTableColumns(s)

/** For a start, too: one step into an index for each key of the ring. */
export function createSuppressionFind(orm: Orm): (key: SuppressedKey) => Suppression | undefined {
  const one = orm
    .select(COLUMNS)
    .from(s)
    .where(and(eq(s.addressIndex, p('addressIndex')), eq(s.channel, p('channel'))))
    .prepare()
  return ({ channel, addressIndexes }) => {
    for (const addressIndex of addressIndexes) {
      const found = one.get({ addressIndex, channel })
      if (found) return found
    }
    return undefined
  }
}

function createWrites(orm: Orm) {
  const names = Object.keys(COLUMNS)
  const values = Object.fromEntries(names.map((name) => [name, p(name)]))
  return {
    insert: orm
      .insert(s)
      .values(values as never)
      .prepare(),
    remove: orm
      .delete(s)
      .where(eq(s.id, p('id')))
      .prepare(),
    rewrap: orm
      .update(s)
      .set({
        addressIndex: sql`${p('addressIndex')}`,
        budgetIndex: sql`${p('budgetIndex')}`,
        recipientSealed: sql`${p('recipientSealed')}`,
        keyId: sql`${p('keyId')}`,
      })
      .where(and(eq(s.id, p('id')), eq(s.recipientSealed, p('before'))))
      .prepare(),
    purge: orm
      .delete(s)
      .where(
        sql`seq in (select seq from suppressions where until is not null and until < +${p('before')} limit ${atMost('limit')})`,
      )
      .prepare(),
  }
}

export function createSuppressionRows(deps: {
  orm: Orm
  writer: Writer
  appendEvent: AppendEvent
}): Engine['suppressions'] {
  const { orm, writer, appendEvent } = deps
  const find = createSuppressionFind(orm)
  const people = createPeopleReads<SuppressionRow>(orm, s, s.keyId)
  const writes = createWrites(orm)

  return {
    find: (key) => writer.read(() => find(key)),
    list: (filter, cursor, limit) =>
      writer.read(() =>
        toSlice(people.newest(filter.budgetIndexes, decodeCursor(cursor).seq), filter, limit),
      ),
    replace: ({ key, before, row, actor }) =>
      writer.write(() => {
        if ((find(key)?.id ?? null) !== before) return false
        if (before !== null) writes.remove.run({ id: before })
        writes.insert.run(row)
        const { id: suppression, channel, reason, budgetIndex, since: at, service } = row
        const { provider, code } = row
        appendEvent({
          at,
          type: 'recipient.suppressed',
          verificationSeq: null,
          budgetIndex,
          actor: { ...actor, service },
          details: { suppression, channel, reason, provider, code },
        })
        return true
      }),
    lift: ({ id, service, now, actor, details }) =>
      writer.write(() => {
        const row = people.byId(id)
        if (!row || (service ?? row.service) !== row.service) return undefined
        writes.remove.run({ id })
        const { channel, reason, budgetIndex } = row
        appendEvent({
          at: now,
          type: 'recipient.unsuppressed',
          verificationSeq: null,
          budgetIndex,
          actor: { ...actor, service: row.service },
          details: { suppression: id, channel, reason, ...details },
        })
        return row
      }),
    purge: (input) => writer.write(() => writes.purge.run(input).changes),
    keyIds: () => writer.read(people.keyIds),
    notUnder: (...given) => writer.read(() => people.notUnder(...given)),
    rewrap: ({ before, after }) =>
      writer.write(() => {
        const { id, recipientSealed } = before
        return writes.rewrap.run({ id, before: recipientSealed, ...after }).changes > 0
      }),
  }
}
