// Where a page of the attempts goes on: an id, which begins with its time, so that ids are in the order of time.
// It must not trust one that comes back.

import { InvalidCursorError } from '../kernel/errors.ts'
import { idFloor, VERIFICATION_ID } from '../kernel/ids.ts'

/** Of rows that a page looks at: some ten milliseconds of the SQLite file, which is read in the event loop. */
export const MAX_LOOKED_AT = 2_000

/** Behind every id. */
const AFTER_ALL = 'vrf_w'

export function encodeAttemptCursor(id: string): string {
  return Buffer.from(id).toString('base64url')
}

/** @returns ids of the page lie strictly between; @throws InvalidCursorError */
export function idRange(
  cursor: string | null,
  { since, until }: { since?: number | undefined; until?: number | undefined },
): { above: string; below: string } {
  const given = cursor === null ? AFTER_ALL : Buffer.from(cursor, 'base64url').toString('latin1')
  if (cursor !== null && !VERIFICATION_ID.test(given))
    throw new InvalidCursorError('not a cursor of this service')
  // Ids know whole seconds only: the rows' own times decide within them.
  const end = until === undefined ? AFTER_ALL : idFloor('vrf', until + 1_000)
  const above = since === undefined ? '' : idFloor('vrf', since)
  return { above, below: given < end ? given : end }
}
