// The block and allow lists over an engine: what both engines share.
// It must not know which engine it is.

import type { EntryFilter, ListEntry } from '../shield/ports.ts'
import { boundedSlice } from './bounded-slice.ts'

/** Of a person's newest verifications: whether one of them was approved. */
export const KNOWN_READ = 200

export type EntryRow = ListEntry & { seq: number }

/** @param rows newest first, `ROWS_READ` at most */
export function toEntrySlice(
  rows: readonly EntryRow[],
  { service, effect, by, inForce, now }: EntryFilter,
  limit: number,
): { items: ListEntry[]; nextCursor: string | null } {
  const isMeant = (row: EntryRow) =>
    (service === null || row.service === service) && // mutant: C35.list-entries-service
    (effect ?? row.effect) === row.effect &&
    (by ?? row.by) === row.by &&
    (!inForce || row.endsAt === null || row.endsAt > now)
  return boundedSlice(rows, isMeant, (row) => row.madeAt, limit)
}
