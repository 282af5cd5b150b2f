// How long the body of a report may be, before it is read; and how many long ones at once that nothing has proven yet.
// It must not read one.

import type { CallbackHead, ReceiptReader, Room } from './ports.ts'

/** Some fifty messages. */
const USUAL_BYTES = 16 * 1024
/** A megabyte each, until it is taken. */
const SHARED_AT_ONCE = 4

/** A provider sends all of it at once; whoever does not keeps others from a place. */
const SHARED_WITHIN_MS = 3_000

export const USUAL_ROOM: Room = { bytes: USUAL_BYTES, withinMs: null, leave() {} }

/** Of unknown length, or longer than others. */
const mayBeLong = ({ headers }: CallbackHead) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > USUAL_BYTES

export function createRooms(): (
  reader: Pick<ReceiptReader, 'room' | 'batchBytes'>,
  head: CallbackHead,
) => Room | 'refused' | 'busy' {
  let shared = 0
  const share = (bytes: number): Room | 'busy' => {
    if (shared >= SHARED_AT_ONCE) return 'busy' // mutant: C55.long-reports-bounded
    shared += 1
    return {
      ...{ bytes, withinMs: SHARED_WITHIN_MS },
      leave() {
        shared -= 1
      },
    }
  }
  return ({ room, batchBytes }, head) => {
    const bytes = room?.(head.headers)
    if (room) return bytes === undefined ? 'refused' : { ...USUAL_ROOM, bytes }
    return batchBytes !== undefined && mayBeLong(head) ? share(batchBytes) : USUAL_ROOM
  }
}
