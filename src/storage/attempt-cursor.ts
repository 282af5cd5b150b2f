// Where a page of the attempts goes on: the number of a row. Rows are numbered in the order in which they were made
// (ids are not: a code that was made ahead brings its id along).
// It must not trust one that comes back.

import { InvalidCursorError } from '../kernel/errors.ts'

/** Of rows that a page looks at: some ten milliseconds of the SQLite file, which is read in the event loop. */
export const MAX_LOOKED_AT = 2_000
/** A row's time is taken before it is numbered: two of them may stand in the other order, by no more than this. */
export const OUT_OF_ORDER_MS = 60_000

export const encodeAttemptCursor = (seq: number): string =>
  Buffer.from(String(seq)).toString('base64url')

/** @throws InvalidCursorError */
export function decodeAttemptCursor(cursor: string | null): number {
  if (cursor === null) return Number.MAX_SAFE_INTEGER
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidCursorError('not a cursor of this service')
  return Number(text)
}
