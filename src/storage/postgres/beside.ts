// Rows of other tables that are written with what a function of the database did, by the statement that calls it.
// It must not decide: the function says whether it did what it was asked.

import type { Call } from './pool.ts'

export type RowBeside = {
  /** `table (column, …)`. */
  into: string
  /** Of each column, in its order. */
  types: readonly string[]
  values: readonly unknown[]
}

/**
 * One statement: one round trip and one commit, as without them. What is there already stays.
 * @param kind of the function's answer where it did
 */
export function withRows(
  { text, values }: Call,
  kind: 'created' | 'done',
  rows: readonly RowBeside[],
): Call {
  if (rows.length === 0) return { text, values }
  let place = values.length
  const inserts = rows.map(({ into, types }, i) => {
    const columns = types.map((type) => `$${++place}::${type}`).join()
    return `kept_${i} as (insert into ${into} select ${columns} from done
      where done.kind = '${kind}' on conflict do nothing)`
  })
  return {
    text: `with done as materialized (${text}), ${inserts.join(', ')} select * from done`,
    values: [...values, ...rows.flatMap((row) => row.values)],
  }
}
