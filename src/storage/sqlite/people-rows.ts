// Rows that outlive verifications and name a person: the newest of some people or of all, and those under another root key.
// It must not know what such a row is for: suppressions and entries of the lists are kept alike.

import { ROWS_READ } from '../bounded-slice.ts'
import {
  and,
  asc,
  atMost,
  desc,
  eq,
  getTableColumns,
  gt,
  lt,
  ne,
  type Orm,
  type SQLiteColumn,
  type SQLiteTable,
  sql,
} from './drizzle.ts'

type PeopleTable = SQLiteTable & Record<'seq' | 'id' | 'budgetIndex', SQLiteColumn>

/** A step through an index for each. */
function keysUnder(after: (keyId: string) => string | null | undefined): string[] {
  const found: string[] = []
  for (let keyId = ''; ; ) {
    const next = after(keyId) ?? null
    if (next === null) return found
    found.push(next)
    keyId = next
  }
}

/** @param rootKey the column of the key that a row is sealed and indexed under */
export function createPeopleReads<Row extends { seq: number }>(
  orm: Orm,
  t: PeopleTable,
  rootKey: SQLiteColumn,
) {
  const p = sql.placeholder
  const { seq: _seq, ...columns } = getTableColumns(t)
  const ordered = (who?: ReturnType<typeof eq>) =>
    orm
      .select()
      .from(t)
      .where(and(who, lt(t.seq, p('before'))))
      .orderBy(desc(t.seq))
      .limit(atMost(ROWS_READ))
      .prepare()
  const newest = ordered()
  const ofPerson = ordered(eq(t.budgetIndex, p('budgetIndex')))
  const keyAfter = orm
    .select({ keyId: sql<string | null>`min(${rootKey})` })
    .from(t)
    .where(gt(rootKey, p('keyId')))
    .prepare()
  const notUnder = orm
    .select(columns)
    .from(t)
    .where(and(ne(rootKey, p('rootKey')), gt(t.id, p('after'))))
    .orderBy(asc(t.id))
    .limit(atMost('limit'))
    .prepare()
  const byId = orm
    .select(columns)
    .from(t)
    .where(eq(t.id, p('id')))
    .prepare()
  return {
    /** Newest first, `ROWS_READ` at most. @param budgetIndexes undefined: of everybody */
    newest(budgetIndexes: readonly Uint8Array[] | undefined, before: number): Row[] {
      if (!budgetIndexes) return newest.all({ before }) as Row[]
      const found = budgetIndexes.flatMap(
        (budgetIndex) => ofPerson.all({ budgetIndex, before }) as Row[],
      )
      return found.sort((a, b) => b.seq - a.seq).slice(0, ROWS_READ)
    },
    keyIds: () => keysUnder((keyId) => keyAfter.get({ keyId })?.keyId),
    notUnder: (keyId: string, after: string, limit: number) =>
      notUnder.all({ rootKey: keyId, after, limit }) as Omit<Row, 'seq'>[],
    byId: (id: string) => byId.get({ id }) as Omit<Row, 'seq'> | undefined,
  }
}
