// Counts on SQLite: a step's rows and its place in one commit, and what is past its time removed.
// It must not count: counts/fold.ts does.

import type { CountRows, CountStore } from '../../counts/ports.ts'
import { LEVELS } from '../../counts/ports.ts'
import {
  COUNT_KEY,
  COUNT_TABLES,
  type CountTable,
  columnsOf,
  GROUPED_BY,
  SUMS,
  TABLE_OF,
} from '../counts.ts'
import { createCountNext, createSums } from './count-reads.ts'
import { and, eq, type Orm, sql } from './drizzle.ts'
import { countCosts, countPlace, counts, countTimes } from './schema-counts.ts'
import type { Writer } from './writer.ts'

const p = sql.placeholder
const TABLES = { tallies: counts, costs: countCosts, times: countTimes } as const

function addTo(orm: Orm, table: CountTable) {
  const columns = TABLES[table] as unknown as Record<string, typeof counts.started>
  const values = Object.fromEntries(columnsOf(table).map((name) => [name, p(name)]))
  const target = [...COUNT_KEY, ...GROUPED_BY[table]].map((name) => columns[name])
  const set = SUMS[table].map((name) => [name, sql.raw(`${name} + excluded.${name}`)])
  return orm
    .insert(TABLES[table])
    .values(values as never)
    .onConflictDoUpdate({ target: target as never, set: Object.fromEntries(set) })
    .prepare()
}

const removeFrom = (orm: Orm, table: CountTable) =>
  orm
    .delete(TABLES[table])
    .where(
      sql`level = +${p('level')} and at < +${p('before')} and at <= (select max(at) from (
        select at from ${sql.raw(TABLE_OF[table])} where level = +${p('level')} and at < +${p('before')}
        order by level, at limit +${p('limit')}))`,
    )
    .prepare()

function createApply(orm: Orm): (input: Parameters<CountStore['apply']>[0]) => boolean {
  const begin = orm
    .insert(countPlace)
    .values({ id: 1, sequence: 0, at: 0, version: 0, awaited: '' })
    .onConflictDoNothing()
    .prepare()
  const move = orm
    .update(countPlace)
    .set({
      sequence: sql`${p('sequence')}`,
      at: sql`${p('at')}`,
      version: sql`version + 1`,
    })
    .where(and(eq(countPlace.id, 1), eq(countPlace.version, p('version'))))
    .prepare()
  const add = {
    counts: addTo(orm, 'tallies'),
    costs: addTo(orm, 'costs'),
    times: addTo(orm, 'times'),
  }
  return ({ from, to: { sequence, at }, rows }) => {
    begin.run()
    if (move.run({ sequence, at, version: from.version }).changes === 0) return false // mutant: C76.sqlite-once
    for (const table of ['counts', 'costs', 'times'] as const satisfies (keyof CountRows)[])
      for (const row of rows[table]) add[table].run(row)
    return true
  }
}

export function createCounts({ orm, writer }: { orm: Orm; writer: Writer }): CountStore {
  const next = createCountNext(orm)
  const sums = createSums(orm)
  const apply = createApply(orm)
  const removes = COUNT_TABLES.map((table) => removeFrom(orm, table))
  const names = orm
    .select({ service: counts.service, dimension: counts.dimension, value: counts.value })
    .from(counts)
    .where(sql`level = ${sql.raw(String(LEVELS.ever))} and at = 0`)
    .prepare()
  return {
    next: (limit) => writer.read(() => next(limit)),
    // The log is read again from the place that survives: nobody was promised anything.
    apply: (input) => writer.write(() => apply(input), { mayRepeat: true }),
    tallies: (query) => writer.read(() => sums('tallies', query)),
    costs: (query) => writer.read(() => sums('costs', query)),
    times: (query) => writer.read(() => sums('times', query)),
    names: (dimensions) =>
      writer.read(() => names.all().filter(({ dimension }) => dimensions.includes(dimension))),
    purge: (input) =>
      writer.write(() => removes.reduce((sum, remove) => sum + remove.run(input).changes, 0), {
        mayRepeat: true,
      }),
  }
}
