// Numbers of events: SQLite would give those at the end again once their rows are erased, and a reader of the log, or its
// chain, would take one event for another. It must not let a number be given twice.

import { type Orm, sql } from './drizzle.ts'

const NAME = 'event_numbers'

/** Of the next event: above every row, and above what was there before. */
// mutant: I20.number-once
export const NEXT_NUMBER = sql`(select max(coalesce((select max(seq) from events), 0),
  coalesce((select seq from retention_marks where name = ${sql.raw(`'${NAME}'`)}), 0)) + 1)`

export type EventNumbers = ReturnType<typeof createEventNumbers>

export function createEventNumbers(orm: Orm) {
  const keepAbove = (sequence: number): void => {
    orm.run(sql`insert into retention_marks (name, seq) values (${NAME}, ${sequence})
      on conflict (name) do update set seq = max(seq, excluded.seq)`)
  }
  /** The newest that was given; 0: none. */
  const last = () => orm.get<{ last: number }>(sql`select ${NEXT_NUMBER} - 1 as last`)?.last ?? 0
  return {
    keepAbove,
    last,
    /** Runs what removes rows, in the caller's transaction. */
    across<T>(remove: () => T): T {
      const before = last()
      const result = remove()
      if (last() < before) keepAbove(before)
      return result
    },
  }
}
