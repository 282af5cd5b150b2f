// The newest real messages, each with its newest answered try: what decoys are to look like.
// It must not read further back than a bound, whatever lies there.

import type { PastSend } from '../../delivery/outbox-ports.ts'
import { PAST_SENDS, toPastSend } from '../past-send.ts'
import { and, eq, isNotNull, type Orm, sql } from './drizzle.ts'
import { deliveries, sendAttempts, verifications } from './schema.ts'

export function createPastSends(orm: Orm): () => PastSend[] {
  const d = deliveries
  const t = sendAttempts
  const v = verifications
  const newest = sql`(select verification_seq, send from deliveries
    order by verification_seq desc, send desc limit ${sql.raw(String(PAST_SENDS))}) n`
  const lastAnswered = sql`(select max(a.attempt) from send_attempts a
    where a.verification_seq = n.verification_seq and a.send = n.send and a.result is not null)`
  const read = orm
    .select({
      verificationId: v.id,
      send: t.send,
      attempt: t.attempt,
      channel: d.channel,
      provider: t.provider,
      recipientSealed: v.recipientSealed,
      expiresAt: v.expiresAt,
      ambiguous: d.ambiguous,
      startedAt: t.startedAt,
      durationMs: t.durationMs,
      result: t.result,
      errorCode: t.errorCode,
      errorMessage: t.errorMessage,
      status: d.status,
      dueAt: d.dueAt,
    })
    .from(newest)
    .innerJoin(v, and(eq(v.seq, sql`n.verification_seq`), sql`${v.kind} = 'real'`))
    .innerJoin(d, and(eq(d.verificationSeq, v.seq), eq(d.send, sql`n.send`)))
    .innerJoin(
      t,
      and(eq(t.verificationSeq, v.seq), eq(t.send, d.send), eq(t.attempt, lastAnswered)),
    )
    .where(isNotNull(t.result))
    .prepare()
  return () => read.all().map(toPastSend)
}
