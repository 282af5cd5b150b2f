// What stays of a verification that is removed: how many there were of its kind on its day.
// It must not keep anything that leads to a person.

import type { DeliveryStatus } from '../../kernel/channel.ts'
import { DAY_MS } from '../../kernel/clock.ts'
import { bestDeliveryStatus } from '../../verification/state.ts'
import { getTableColumns, type Orm, sql } from './drizzle.ts'
import { verifications as v } from './schema.ts'
import { dailyCounts } from './schema-lasting.ts'

/** A verification as it is counted, with its newest provider and the statuses of all its messages. */
export type Counted = {
  seq: number
  createdAt: number
  service: string
  channel: string
  country: string | null
  status: string
  kind: string
  statuses: string | null
  provider: string | null
}

const p = sql.placeholder

export function createCounts(orm: Orm): (row: Counted) => void {
  const { count, ...kinds } = getTableColumns(dailyCounts)
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  type Values = Record<keyof typeof kinds, ReturnType<typeof p>>
  const add = orm
    .insert(dailyCounts)
    .values({ ...(Object.fromEntries(names.map((name) => [name, p(name)])) as Values), count: 1 })
    .onConflictDoUpdate({ target: Object.values(kinds), set: { count: sql`count + 1` } })
    .prepare()
  return ({ createdAt, country, provider, statuses, ...row }) => {
    // '' for an app or a recovery code: nothing is sent for them.
    const deliveryStatus = bestDeliveryStatus((statuses ?? '').split(',') as DeliveryStatus[]) ?? ''
    const day = Math.floor(createdAt / DAY_MS)
    add.run({ ...row, day, deliveryStatus, country: country ?? '', provider: provider ?? '' })
  }
}

export const COUNTED = {
  seq: v.seq,
  createdAt: v.createdAt,
  service: v.service,
  channel: v.channel,
  country: v.country,
  status: v.status,
  kind: v.kind,
  statuses: sql<
    string | null
  >`(select group_concat(d.status) from deliveries d where d.verification_seq = verifications.seq)`,
  provider: sql<
    string | null
  >`(select d.provider from deliveries d where d.verification_seq = verifications.seq order by d.send desc limit 1)`,
}
