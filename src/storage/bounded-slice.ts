// A slice of a list that is filtered in memory: it reads a bounded number of rows, newest first.
// It must not know an engine.

import { encodeCursor } from './cursor.ts'

/** Rows that a slice reads: filters other than the person's are applied to them in memory. */
export const ROWS_READ = 500

/** @param rows newest first, `ROWS_READ` at most. `timeOf`: for the cursor */
export function boundedSlice<Row extends { seq: number }>(
  rows: readonly Row[],
  isMeant: (row: Row) => boolean,
  timeOf: (row: Row) => number,
  limit: number,
): { items: Omit<Row, 'seq'>[]; nextCursor: string | null } {
  const found = rows.filter(isMeant)
  const items = found.slice(0, limit)
  const isCut = rows.length >= ROWS_READ
  const last = found.length > limit ? items.at(-1) : isCut ? rows.at(-1) : undefined
  const nextCursor = last ? encodeCursor({ at: timeOf(last), seq: last.seq }) : null
  return { items: items.map(({ seq: _seq, ...row }) => row), nextCursor }
}
