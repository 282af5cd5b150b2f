// What is found where the log is held against its chain.

import type { Segment } from './ports.ts'

export type Wrong =
  | { kind: 'changed' | 'removed' | 'inserted'; sequence: number; segment: number }
  | {
      kind:
        | 'segment_missing'
        | 'segment_inserted'
        | 'segment_changed'
        | 'head_changed'
        | 'signature'
        | 'unknown_key'
        | 'end_missing'
        | 'kept_head_beyond'
        | 'kept_head_differs'
      segment: number
    }

export type Verified = {
  /** The first by number; null: all is as it was chained. */
  wrong: Wrong | null
  /** Further ones. */
  others: number
  segments: number
  /** That are there and as they were chained. */
  events: number
  /** Removed when their time was up; removed with a person. */
  retired: number
  erased: number
  /** Behind the last segment. */
  waiting: number
  last: Segment | undefined
}
