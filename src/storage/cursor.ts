// Pages of a list, newest first: a cursor is the last row's place, opaque to the caller, and not trusted when it comes back.

import { InvalidCursorError } from '../kernel/errors.ts'

/** A page begins after this place; times first, then the row. */
export type Place = { at: number; seq: number }

/** Before the first page: later than everything. */
const NEWEST: Place = { at: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER }

const SHAPE = /^(\d{1,15})\.(\d{1,15})$/

export function encodeCursor({ at, seq }: Place): string {
  return Buffer.from(`${at}.${seq}`).toString('base64url')
}

/** @throws InvalidCursorError */
export function decodeCursor(cursor: string | null): Place {
  if (cursor === null) return NEWEST
  const match = SHAPE.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (!match) throw new InvalidCursorError('not a cursor of this service')
  return { at: Number(match[1]), seq: Number(match[2]) }
}

/** Newest first. */
export const byPlace = (a: Place, b: Place) => b.at - a.at || b.seq - a.seq

/** @param found newest first, one more than `limit` where there are as many */
export function toPage<Row>(
  found: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Place,
): { items: Row[]; cursors: string[]; nextCursor: string | null } {
  const items = found.slice(0, limit)
  const cursors = items.map((row) => encodeCursor(placeOf(row)))
  return { items, cursors, nextCursor: found.length > limit ? (cursors.at(-1) ?? null) : null }
}
