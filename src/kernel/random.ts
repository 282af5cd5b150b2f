// Random bytes for ids and fencing tokens, drawn by the page: one by one they were 5 % of a burst of starts.
// It must not serve for codes, keys or nonces: a page lies in memory, and two copies of a machine's memory
// would give out the same bytes (a nonce must never come twice under one key).

import { randomFillSync } from 'node:crypto'

const PAGE_BYTES = 4096

const page = Buffer.alloc(PAGE_BYTES)
let used = PAGE_BYTES

/** A copy: no two callers share bytes. @param count at most 4096 */
export function drawBytes(count: number): Buffer {
  if (used + count > PAGE_BYTES) {
    randomFillSync(page)
    used = 0
  }
  const drawn = Buffer.from(page.subarray(used, used + count))
  // Given out once, and not kept.
  page.fill(0, used, used + count)
  used += count
  return drawn
}
