// The list of suppressed recipients over an engine: what a report leaves is decided here, and written where the row is unchanged.
// It must not know which engine it is.

import {
  decideSuppression,
  type Suppression,
  type SuppressionFilter,
  type Suppressions,
} from '../verification/suppression.ts'
import { boundedSlice } from './bounded-slice.ts'
import type { Engine } from './engine.ts'

/** Reports of one recipient at one moment: an answer, a receipt and their copies. */
const MAX_TURNS = 10

export type SuppressionRow = Suppression & { seq: number }

/** @param rows newest first, `ROWS_READ` at most */
export function toSlice(
  rows: readonly SuppressionRow[],
  { service, channel, reason }: SuppressionFilter,
  limit: number,
) {
  const isMeant = (row: SuppressionRow) =>
    (service === null || row.service === service) && // mutant: C35.suppressions-service
    (channel ?? row.channel) === row.channel &&
    (reason ?? row.reason) === row.reason
  return boundedSlice(rows, isMeant, (row) => row.since, limit)
}

export function createSuppressions(engine: Engine['suppressions']): Suppressions {
  const { replace, ...rest } = engine
  return {
    ...rest,
    async add({ key, row, now, actor }) {
      for (let turn = 0; turn < MAX_TURNS; turn += 1) {
        const before = await engine.find(key)
        const after = decideSuppression(before, row, now)
        if (!after) return undefined
        const written = { key, before: before?.id ?? null, row: after, actor }
        if (await replace(written)) return after
      }
      throw new Error('a suppression changes each time that it is read')
    },
  }
}
