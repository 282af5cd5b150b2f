// Random bytes for ids, nonces and tokens, drawn by the page: one by one they were 7 % of a burst of starts.
// It must not serve for codes or keys: what is left of a page lies in memory until it is given out.

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
