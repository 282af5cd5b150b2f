// The bucket of tokens that nodes share, and how much is due, as delivery needs them of a store.
// It must not know a row: the store counts them.

import type { Channel } from '../../kernel/channel.ts'
import type { Rate } from '../ports.ts'

/** `burst`: how many tokens it holds; one comes each interval. */
export type Bucket = { intervalMs: number; burst: number }

/** `waitMs`: until the next token. */
export type Taken = { granted: number; waitMs: number }

type Lane = { channel: Channel; provider: string | null }

export type SharedPace = {
  /**
   * One statement: tokens for as many of the lane's due rows as there are, at most `wanted`. `waitMs`: until there is
   * one for a row that got none; 0: each has one. @throws StoreUnavailableError
   */
  take(ask: Lane & Bucket & { key: string; wanted: number; now: number }): Promise<Taken>
}

/**
 * What is due in each of these lanes, counted up to its limit, in the order of the lanes; `oldestDueMs`: how long the
 * first has waited. @throws StoreUnavailableError
 */
export type Backlog = (
  lanes: readonly { channel: Channel; provider: string; limit: number }[],
  now: number,
) => Promise<{ due: number; oldestDueMs: number }[]>

/** What one provider is to carry of one channel. `isMore`: at least `due`; `waitMs`: of a message that comes now, about. */
export type LaneWait = {
  channel: Channel
  provider: string
  rate: Rate | null
  due: number
  isMore: boolean
  waitMs: number
}
