// Pages of the console's list of verifications, for both engines: how far one looks, and where the next begins.
// Rows are numbered in the order in which they were made (ids are not: a code that was made ahead brings its id along).

import type { ListedVerification, VerificationFilter, VerificationSlice } from '../admin/ports.ts'
import { InvalidCursorError } from '../kernel/errors.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

/** Of rows that a page looks at: some ten milliseconds of the SQLite file, which is read in the event loop. */
export const MAX_LOOKED_AT = 2_000
/** A row's time is taken before it is numbered: two of them may be in the other order, by no more than this. */
export const OUT_OF_ORDER_MS = 60_000

export type Numbered = { seq: number; createdAt: number }
export type NumberedVerification = ListedVerification & Numbered

const encodeSeq = (seq: number): string => Buffer.from(String(seq)).toString('base64url')

/** The cursor of a list by number: only rows below it. @throws InvalidCursorError */
export function decodeSeq(cursor: string | null): number {
  if (cursor === null) return Number.MAX_SAFE_INTEGER
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidCursorError('not a cursor of this service')
  return Number(text)
}

/** The cursor of one person's list. @throws InvalidCursorError */
export function startOf(
  { until = Number.MAX_SAFE_INTEGER }: VerificationFilter,
  cursor: string | null,
) {
  const given = decodeCursor(cursor)
  return given.at < until ? given : { at: until, seq: 0 }
}

/** How a list names its rows; `hasMore`: whether it can have any after this one. */
type Places = { cursorOf(row: Numbered): string; hasMore(row: Numbered): boolean }

/** By number, down to `above`, which is not part of it. */
export const bySeq = (above: number): Places => ({
  cursorOf: ({ seq }) => encodeSeq(seq),
  hasMore: ({ seq }) => seq - 1 > above,
})

export const byCreation: Places = {
  cursorOf: ({ createdAt, seq }) => encodeCursor({ at: createdAt, seq }),
  hasMore: () => true,
}

export const withoutNumber = ({ seq: _, ...row }: NumberedVerification): ListedVerification => row

/**
 * @param found one more than `limit`, where there are as many
 * @param stop the row at which the page stopped looking; undefined: it looked at all
 */
export function toPage(
  found: readonly NumberedVerification[],
  limit: number,
  stop: Numbered | undefined,
  { cursorOf, hasMore }: Places,
): VerificationSlice {
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : stop
  const nextCursor = last && hasMore(last) ? cursorOf(last) : null
  return {
    items: items.map(withoutNumber),
    cursors: items.map(cursorOf),
    nextCursor,
    lookedBackTo: nextCursor !== null && stop && last === stop ? stop.createdAt : null,
  }
}
