// Rows of the log in its order, as the check of the chain reads them: a batch at a time.
// It must not judge them.

import type { AuditStore, LeafRow } from './ports.ts'

const ROWS = 500

type Store = Pick<AuditStore, 'leavesAfter'>

/** Rows of one segment, or (`last` undefined) all behind the chain. */
export async function* rowsOf(
  store: Store,
  after: number,
  last = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<LeafRow> {
  for (let from = after; from < last; ) {
    const rows = await store.leavesAfter(from, ROWS)
    for (const row of rows) {
      if (row.sequence > last) return
      yield row
    }
    const end = rows.at(-1)
    if (!end || rows.length < ROWS) return
    from = end.sequence
  }
}

/** A head is in the log as well: without any segment there was one, and no longer is. */
export async function hasHead(store: Store, last: number): Promise<boolean> {
  for await (const { type } of rowsOf(store, 0, last)) if (type === 'audit.head') return true
  return false
}
