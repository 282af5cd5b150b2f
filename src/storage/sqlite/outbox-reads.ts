// The worker's reads: due deliveries, the depth of each channel, and the results of the newest real messages.

import type { OutboxDepth, PastSend } from '../../delivery/outbox-ports.ts'
import { CHANNELS, type Channel } from '../../kernel/channel.ts'
import { MAX_COUNTED, PAST_SENDS, toPastSend } from '../outbox-reads.ts'
import { and, atMost, eq, isNotNull, lte, type Orm, sql } from './drizzle.ts'
import { codes, deliveries, sendTries, verifications } from './schema.ts'

const joined = {
  seq: verifications.seq,
  verificationId: verifications.id,
  service: verifications.service,
  verificationStatus: verifications.status,
  kind: verifications.kind,
  locale: verifications.locale,
  recipientSealed: verifications.recipientSealed,
  codeSealed: codes.codeSealed,
  expiresAt: verifications.expiresAt,
  sends: verifications.sends,
  send: deliveries.send,
  channel: deliveries.channel,
  status: deliveries.status,
  provider: deliveries.provider,
  tries: deliveries.tries,
  ambiguous: deliveries.ambiguous,
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
  const select = () =>
    orm
      .select(joined)
      .from(d)
      .innerJoin(v, eq(v.seq, d.verificationSeq))
      .leftJoin(codes, eq(codes.verificationSeq, v.seq))
  const due = select()
    .where(and(eq(d.channel, p('channel')), lte(d.dueAt, p('now')))) // mutant: I5.lease-expiry
    .orderBy(d.dueAt)
    .limit(atMost('limit'))
    .prepare()
  const one = orm
    .select(joined)
    .from(v)
    .innerJoin(d, eq(d.verificationSeq, v.seq))
    .leftJoin(codes, eq(codes.verificationSeq, v.seq))
    .where(and(eq(v.id, p('verificationId')), eq(d.send, p('send'))))
    .prepare()
  // One statement for all: each part is one step in the index, and the worker asks after every wake.
  const [firstPart, ...otherParts] = CHANNELS.map((channel) =>
    orm
      .select({ at: sql<number | null>`min(${d.dueAt})` })
      .from(d)
      .where(and(eq(d.channel, channel), isNotNull(d.dueAt))),
  )
  if (!firstPart) throw new Error('no channels')
  const union = otherParts.reduce((all, part) => all.unionAll(part) as never, firstPart)
  const firstOfAll = union.prepare()
  const depth = orm
    .select({
      due: sql<number>`coalesce(sum(due_at <= +${p('now')}), 0)`,
      retrying: sql<number>`coalesce(sum(due_at > +${p('now')} and status = 'queued'), 0)`,
      oldest: sql<number | null>`min(due_at)`,
    })
    .from(
      sql`(select due_at, status from deliveries where channel = +${p('channel')} and due_at is not null
        order by due_at limit ${sql.raw(String(MAX_COUNTED))})`,
    )
    .prepare()
  const depthOf = (channel: Channel, now: number): OutboxDepth => {
    const { due = 0, retrying = 0, oldest = null } = depth.get({ channel, now }) ?? {}
    return { channel, due, retrying, oldestDueMs: oldest === null ? 0 : Math.max(0, now - oldest) }
  }
  return {
    depths: (now: number) => CHANNELS.map((channel) => depthOf(channel, now)),
    due: (key: { channel: string; now: number; limit: number }) => due.all(key),
    one: (key: { verificationId: string; send: number }) => one.get(key),
    firstDueOfAll: () => {
      const times = firstOfAll.all().flatMap(({ at }) => at ?? [])
      return times.length === 0 ? undefined : Math.min(...times)
    },
  }
}

export type OutboxRow = ReturnType<ReturnType<typeof createOutboxReads>['due']>[number]

/** The newest real messages, each with its newest answered try, bounded: what decoys are to look like. */
export function createPastSends(orm: Orm): () => PastSend[] {
  const d = deliveries
  const t = sendTries
  const v = verifications
  const newest = sql`(select verification_seq, send from deliveries
    order by verification_seq desc, send desc limit ${sql.raw(String(PAST_SENDS))}) n`
  const lastAnswered = sql`(select max(a.attempt) from send_attempts a
    where a.verification_seq = n.verification_seq and a.send = n.send and a.result is not null)`
  const read = orm
    .select({
      verificationId: v.id,
      send: t.send,
      tryNumber: t.tryNumber,
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
      fault: t.fault,
      status: d.status,
      dueAt: d.dueAt,
    })
    .from(newest)
    .innerJoin(v, and(eq(v.seq, sql`n.verification_seq`), sql`${v.kind} = 'real'`))
    .innerJoin(d, and(eq(d.verificationSeq, v.seq), eq(d.send, sql`n.send`)))
    .innerJoin(
      t,
      and(eq(t.verificationSeq, v.seq), eq(t.send, d.send), eq(t.tryNumber, lastAnswered)),
    )
    .where(isNotNull(t.result))
    .prepare()
  return () => read.all().map(toPastSend)
}
