// Erasing a person on SQLite: all their rows in one transaction, with the line that says how many, and which numbers.
// It must not say whose they were.

import { NOTHING_ERASED, type RetentionStore } from '../../retention/ports.ts'
import { atMost, eq, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import type { EventNumbers } from './event-numbers.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import { createListChange } from './lists.ts'
import { COUNTED, type Counted } from './retention-counts.ts'
import { events as e, verifications as v } from './schema.ts'
import { factors } from './schema-lasting.ts'
import { listEntries } from './schema-lists.ts'
import { suppressions } from './schema-suppressions.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder

const ofPerson = (table: 'suppressions' | 'list_entries' | 'events') =>
  sql`seq in (select seq from ${sql.raw(table)} where budget_index = +${p('budgetIndex')} limit ${atMost('limit')})`

function createStatements(orm: Orm) {
  return {
    one: orm
      .select(COUNTED)
      .from(v)
      .where(eq(v.seq, p('seq')))
      .prepare(),
    ofPerson: orm
      .select(COUNTED)
      .from(v)
      .where(eq(v.budgetIndex, p('budgetIndex')))
      .limit(atMost('limit'))
      .prepare(),
    eventsOf: orm
      .select({ seq: e.seq })
      .from(e)
      .where(eq(e.verificationSeq, p('seq')))
      .prepare(),
    remove: orm
      .delete(v)
      .where(eq(v.seq, p('seq')))
      .prepare(),
    removeFactors: orm
      .delete(factors)
      .where(
        sql`seq in (select seq from factors where subject_index = +${p('budgetIndex')} limit ${atMost('limit')})`,
      )
      .prepare(),
    removeSuppressions: orm.delete(suppressions).where(ofPerson('suppressions')).prepare(),
    removeEntries: orm.delete(listEntries).where(ofPerson('list_entries')).prepare(),
    listsChanged: createListChange(orm),
    /** Those without a verification: the others go with theirs. */
    removeEventsOfPerson: orm
      .delete(e)
      .where(ofPerson('events'))
      .returning({ seq: e.seq })
      .prepare(),
  }
}

export function createErase(deps: {
  orm: Orm
  writer: Writer
  endings: Endings
  appendEvent: AppendEvent
  numbers: EventNumbers
  count: (row: Counted) => void
  lowerMarks: () => void
}): RetentionStore['erase'] {
  const { writer } = deps
  const run = createStatements(deps.orm)
  /** @returns the numbers of its events, for the line that excuses their absence from the chain */
  const eraseVerification = (row: Counted, now: number): number[] => {
    const isOpen = row.status === 'pending'
    if (isOpen) deps.endings.end(row, 'canceled', now, serviceActor(row.service))
    // Counted as it ended, with its message.
    deps.count(isOpen ? (run.one.get({ seq: row.seq }) as Counted) : row)
    const events = run.eventsOf.all({ seq: row.seq })
    run.remove.run({ seq: row.seq })
    return events.map(({ seq }) => seq)
  }
  const erasePerson = (budgetIndex: Uint8Array, now: number, limit: number) => {
    const rows = run.ofPerson.all({ budgetIndex, limit }) as Counted[]
    const numbers = rows.flatMap((row) => eraseVerification(row, now))
    const factors = run.removeFactors.run({ budgetIndex, limit }).changes
    const suppressions = run.removeSuppressions.run({ budgetIndex, limit }).changes
    const entries = run.removeEntries.run({ budgetIndex, limit }).changes
    if (entries > 0) run.listsChanged()
    const events = run.removeEventsOfPerson.all({ budgetIndex, limit })
    const of = { factors, suppressions, entries }
    const removed = { verifications: rows.length, ...of, events: events.length }
    return { removed, numbers: [...numbers, ...events.map(({ seq }) => seq)] }
  }

  return ({ budgetIndexes, now, actor, limit }) =>
    writer.write(() => {
      const removed = { ...NOTHING_ERASED }
      const erased: number[] = []
      deps.numbers.across(() => {
        for (const budgetIndex of budgetIndexes) {
          const one = erasePerson(budgetIndex, now, limit)
          erased.push(...one.numbers)
          for (const what of Object.keys(removed) as (keyof typeof removed)[])
            removed[what] += one.removed[what]
        }
      })
      deps.lowerMarks()
      if (Object.values(removed).some((count) => count > 0))
        deps.appendEvent({
          at: now,
          type: 'recipient.erased',
          verificationSeq: null,
          actor,
          details: { ...removed, numbers: erased.sort((a, b) => a - b).join(',') }, // mutant: I20.erasure-told
        })
      return removed
    })
}
