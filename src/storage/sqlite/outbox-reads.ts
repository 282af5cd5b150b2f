// The worker's reads: due deliveries, and the results of the newest real messages.

import type { PastSend } from '../../delivery/outbox-ports.ts'
import type { StoredDeliveryStatus } from '../../kernel/channel.ts'
import type { LinkKind } from '../../kernel/link-token.ts'
import type { LaneClaim } from '../engine.ts'
import { PAST_SENDS, PAST_TRIES, toPastSend } from '../outbox-reads.ts'
import { and, atMost, desc, eq, isNotNull, lte, type Orm, sql } from './drizzle.ts'
import { ofLane } from './lanes.ts'
import { codes, deliveries, sendTries, verifications } from './schema.ts'

/** Of a delivery with its verification and code. */
export const joined = {
  seq: verifications.seq,
  verificationId: verifications.id,
  service: verifications.service,
  verificationStatus: verifications.status,
  kind: verifications.kind,
  locale: verifications.locale,
  recipientSealed: verifications.recipientSealed,
  codeSealed: codes.codeSealed,
  link: sql<LinkKind | null>`case when deliveries.channel = 'email' then
    (select case when f.link_binding_mac is null then 'page' else 'login' end from front_doors f
      where f.verification_id = verifications.id and f.link) end`,
  expiresAt: verifications.expiresAt,
  sends: verifications.sends,
  maxSends: verifications.maxSends,
  hasNext:
    sql`exists (select 1 from deliveries w where w.verification_seq = deliveries.verification_seq
    and w.send < min(deliveries.send, 0) and w.status = 'waiting')`.mapWith(Boolean),
  send: deliveries.send,
  channel: deliveries.channel,
  status: sql<StoredDeliveryStatus>`deliveries.status`,
  provider: deliveries.provider,
  tries: deliveries.tries,
  ambiguous: deliveries.ambiguous,
  tried: deliveries.tried,
  country: verifications.country,
  authenticated: verifications.authenticated,
  clientIp: verifications.clientIp,
  /** Of a first send nothing has; the rows of most messages are not looked for. */
  mayHaveGone: sql<number>`case when verifications.sends > 1 or deliveries.send < 0 or deliveries.ambiguous > 0
    or deliveries.status = 'sending' then (select sum(o.ambiguous + (o.status in ('sent', 'delivered', 'undelivered')
      or o.status = 'sending' and o.send <> deliveries.send)) from deliveries o
      where o.verification_seq = deliveries.verification_seq) else 0 end`,
  token: deliveries.token,
  errorCode: deliveries.errorCode,
  errorMessage: deliveries.errorMessage,
  dueAt: deliveries.dueAt,
  sentAt: deliveries.sentAt,
  /** Of a try whose worker died the trigger has not heard yet. */
  // mutant: C67.dead-worker
  wordedAt: sql<
    number | null
  >`coalesce(deliveries.worded_at, case when deliveries.status = 'sending' then
    (select a.started_at from send_attempts a where a.verification_seq = deliveries.verification_seq
      and a.send = deliveries.send and a.attempt = deliveries.attempts) end)`,
}

export function createOutboxReads(orm: Orm) {
  const p = sql.placeholder
  const d = deliveries
  const v = verifications
  const { isOfOne, isOfNone } = ofLane
  const select = () =>
    orm
      .select(joined)
      .from(d)
      .innerJoin(v, eq(v.seq, d.verificationSeq))
      .leftJoin(codes, eq(codes.verificationSeq, v.seq))
  const dueIn = (isOfLane: typeof isOfOne) =>
    select()
      .where(and(isOfLane, lte(d.dueAt, p('now')))) // mutant: I5.lease-expiry
      .orderBy(d.dueAt)
      .limit(atMost('limit'))
      .prepare()
  const due = { ofOne: dueIn(isOfOne), ofNone: dueIn(isOfNone) }
  const one = orm
    .select(joined)
    .from(v)
    .innerJoin(d, eq(d.verificationSeq, v.seq))
    .leftJoin(codes, eq(codes.verificationSeq, v.seq))
    .where(and(eq(v.id, p('verificationId')), eq(d.send, p('send'))))
    .prepare()
  return {
    due: (lanes: readonly LaneClaim[], now: number) =>
      lanes.flatMap((lane) =>
        (lane.provider === null ? due.ofNone : due.ofOne).all({ ...lane, now }),
      ),
    one: (key: { verificationId: string; send: number }) => one.get(key),
  }
}

export type OutboxRow = ReturnType<ReturnType<typeof createOutboxReads>['due']>[number]

/** The answered tries of the newest real messages, bounded: what decoys are to look like. */
export function createPastSends(orm: Orm): () => PastSend[] {
  const d = deliveries
  const t = sendTries
  const v = verifications
  const newest = sql`(select verification_seq, send from deliveries
    order by verification_seq desc, send desc limit ${sql.raw(String(PAST_SENDS))}) n`
  const read = orm
    .select({
      verificationId: v.id,
      send: t.send,
      tryNumber: t.tryNumber,
      channel: d.channel,
      provider: t.provider,
      recipientSealed: v.recipientSealed,
      country: v.country,
      expiresAt: v.expiresAt,
      ambiguous: d.ambiguous,
      startedAt: t.startedAt,
      durationMs: t.durationMs,
      result: t.result,
      errorCode: t.errorCode,
      errorMessage: t.errorMessage,
      fault: t.fault,
      tries: d.tries,
      nextProvider: d.provider,
      status: d.status,
      dueAt: d.dueAt,
    })
    .from(newest)
    .innerJoin(v, and(eq(v.seq, sql`n.verification_seq`), sql`${v.kind} = 'real'`))
    .innerJoin(d, and(eq(d.verificationSeq, v.seq), eq(d.send, sql`n.send`)))
    .innerJoin(t, and(eq(t.verificationSeq, v.seq), eq(t.send, d.send)))
    .where(isNotNull(t.result))
    .orderBy(desc(v.seq), desc(d.send), desc(t.tryNumber))
    .limit(atMost(PAST_TRIES))
    .prepare()
  return () => read.all().map(toPastSend)
}
