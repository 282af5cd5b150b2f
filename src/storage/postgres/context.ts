// What every part of the store is given.

import type { Query } from './pool.ts'

export type StoreContext = {
  query: Query
  /** What decides over expiry and leases: the time given, or null for the database's own clock. */
  timeOf: (now: number) => number | null
}
