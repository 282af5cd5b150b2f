// Whether one attempt is what the filters of a command ask for: of those that come in, one by one.
// It must not decide otherwise than the store does for a list.

import type { AttemptFilter, AttemptRow } from '../admin/ports.ts'

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
