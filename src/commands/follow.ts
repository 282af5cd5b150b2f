// What has happened since the last look, from the attempt log: for countersign tail.
// It must not keep a read open between two looks: the service empties its write-ahead log meanwhile.

import type { AttemptFilter, AttemptRow } from '../admin/ports.ts'
import type { EventRecord, EventStore } from '../events/types.ts'

/** An event's time is taken before it is committed, and a commit waits for up to 4 s (PostgreSQL's statement). */
const OVERLAP_MS = 6_000
const PAGE_SIZE = 500

/** With its time: a number may be given again where the newest rows were erased. */
const keyOf = ({ at, sequence }: EventRecord) => `${at}.${sequence}`

/** @param newestAt nothing before it is told */
export function createFollower(events: Pick<EventStore, 'list'>, newestAt: number) {
  let newest = newestAt
  let seen: ReadonlySet<string> | undefined
  const readSince = async (since: number) => {
    const found: EventRecord[] = []
    let cursor: string | null = null
    do {
      const page = await events.list({ service: null, since, cursor, limit: PAGE_SIZE })
      found.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    return found
  }
  return {
    /** In order; the first look only learns what is there. @throws StoreUnavailableError */
    async look(): Promise<EventRecord[]> {
      const found = await readSince(newest - OVERLAP_MS)
      const before = seen
      seen = new Set(found.map(keyOf))
      newest = found.reduce((latest, { at }) => Math.max(latest, at), newest)
      return before ? found.filter((event) => !before.has(keyOf(event))).toReversed() : []
    },
  }
}

const isOr = (wanted: unknown, value: unknown) =>
  wanted === undefined || wanted === null || wanted === value

/** Whether a row is one that the filter lets through, as the store would decide it. */
export function isWanted(row: AttemptRow, filter: AttemptFilter): boolean {
  const { budgetIndexes } = filter
  return (
    isOr(filter.service, row.service) &&
    isOr(filter.status, row.status) &&
    isOr(filter.delivery, row.deliveryStatus) &&
    isOr(filter.channel, row.channel) &&
    isOr(filter.provider, row.provider) &&
    isOr(filter.country, row.country) &&
    (!budgetIndexes || budgetIndexes.some((index) => Buffer.compare(index, row.budgetIndex) === 0))
  )
}
