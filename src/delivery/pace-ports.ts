// The bucket of tokens that nodes share, as delivery needs it of a store.
// It must not know a row: the store counts those that are due.

import type { LaneKey } from './outbox-ports.ts'

/** `burst`: how many tokens it holds; one comes each interval. */
export type Bucket = { intervalMs: number; burst: number }

/** `waitMs`: until the next token. */
export type Taken = { granted: number; waitMs: number }

export type SharedPace = {
  /**
   * One statement: tokens for as many of the lane's due rows as there are, at most `wanted`. `waitMs`: until there is
   * one for a row that got none; 0: each has one. @throws StoreUnavailableError
   */
  take(ask: LaneKey & Bucket & { key: string; wanted: number; now: number }): Promise<Taken>
}
