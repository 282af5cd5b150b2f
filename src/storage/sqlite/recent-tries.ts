// The newest real tries with what became of them, for advice on weights: by the primary keys, never a scan.

import type { RecentTries } from '../../admin/ports.ts'
import { toRecentTries } from '../recent-tries.ts'
import { and, atMost, desc, eq, lt, type Orm, sql } from './drizzle.ts'
import { deliveries, sendTries, verifications } from './schema.ts'

export function createRecentTries(orm: Orm) {
  const v = verifications
  const d = deliveries
  const t = sendTries
  const p = sql.placeholder
  const newest = orm
    .select({ seq: v.seq })
    .from(v)
    .where(lt(v.seq, p('before')))
    .orderBy(desc(v.seq))
    .limit(atMost('limit'))
    .as('newest')
  const read = orm
    .select({
      seq: v.seq,
      createdAt: v.createdAt,
      kind: v.kind,
      status: v.status,
      checkedBy: v.checkedBy,
      outcome: v.outcome,
      country: v.country,
      budgetIndex: v.budgetIndex,
      channel: d.channel,
      provider: t.provider,
      startedAt: t.startedAt,
      result: t.result,
      fault: t.fault,
      receipt: t.receipt,
      receiptAt: t.receiptAt,
    })
    .from(newest)
    .innerJoin(v, eq(v.seq, newest.seq))
    .leftJoin(t, eq(t.verificationSeq, v.seq))
    .leftJoin(d, and(eq(d.verificationSeq, t.verificationSeq), eq(d.send, t.send)))
    .orderBy(desc(v.seq), desc(t.send), desc(t.tryNumber))
    .prepare()
  return (before: number | null, limit: number): RecentTries =>
    toRecentTries(read.all({ before: before ?? Number.MAX_SAFE_INTEGER, limit }), limit)
}
