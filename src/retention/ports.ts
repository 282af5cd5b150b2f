// The store as retention needs it. Each step is small and one transaction; a round repeats them until nothing is left.
// It must not keep anything that names a person past its time: only counts stay.

import type { Actor } from '../kernel/actor.ts'

/** Rows a step, so few that callers do not notice: some 2 ms of one transaction. */
export const BATCH = 50
/** Between two steps a busy store serves its callers; some 2,000 rows a second at the most. */
export const PAUSE_MS = 25

export const NOTHING_ERASED = {
  verifications: 0,
  factors: 0,
  suppressions: 0,
  /** Of the block and allow lists. */
  entries: 0,
  events: 0,
}
export type Erased = typeof NOTHING_ERASED

/** @throws StoreUnavailableError everywhere */
export type RetentionStore = {
  /** Erases client addresses and user agents of verifications and events older than `before`. @returns how many rows were examined; 0: nothing is left */
  eraseAddresses(input: { before: number; limit: number }): Promise<number>
  /**
   * Counts the oldest verifications by day and removes them with their deliveries and events, and old events that
   * have none; nothing younger than `before`. @returns how many rows were removed; 0: nothing is left
   */
  purge(input: { before: number; limit: number }): Promise<number>
  /**
   * Removes everything known of one recipient or subject, factors included; what is pending is canceled first. The
   * counts stay. @returns how many of each were removed; 0 of all: nothing is left
   */
  erase(input: {
    budgetIndexes: readonly Uint8Array[]
    now: number
    actor: Actor
    limit: number
  }): Promise<Erased>
}
