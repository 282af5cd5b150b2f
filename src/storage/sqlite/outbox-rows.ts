// The statements of the outbox: due deliveries, leases, and the rows of send attempts.
// It must not decide what becomes of a delivery: claim.ts and settle-delivery.ts do.

import type { OutboxDepth } from '../../delivery/outbox-ports.ts'
import { CHANNELS, type Channel } from '../../kernel/channel.ts'
import { MAX_COUNTED } from '../outbox-depth.ts'
import { and, atMost, eq, isNotNull, lte, type Orm, sql } from './drizzle.ts'
import { codes, deliveries, sendAttempts, verifications } from './schema.ts'

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
  attempts: deliveries.attempts,
  ambiguous: deliveries.ambiguous,
  token: deliveries.token,
  errorCode: deliveries.errorCode,
  errorMessage: deliveries.errorMessage,
  /** Of a try whose worker died the trigger has not heard yet. */
  // mutant: C67.dead-worker
  wordedAt: sql<
    number | null
  >`coalesce(deliveries.worded_at, case when deliveries.status = 'sending' then
    (select a.started_at from send_attempts a where a.verification_seq = deliveries.verification_seq
      and a.send = deliveries.send and a.attempt = deliveries.attempts) end)`,
}

function createReads(orm: Orm) {
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
  const firstDue = orm
    .select({ at: d.dueAt })
    .from(d)
    .where(and(eq(d.channel, p('channel')), isNotNull(d.dueAt)))
    .orderBy(d.dueAt)
    .limit(atMost(1))
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
    firstDue: (channel: string) => firstDue.get({ channel })?.at ?? undefined,
    firstDueOfAll: () => {
      const times = firstOfAll.all().flatMap(({ at }) => at ?? [])
      return times.length === 0 ? undefined : Math.min(...times)
    },
  }
}

export type OutboxRow = ReturnType<ReturnType<typeof createReads>['due']>[number]

/** What a delivery becomes; the row keeps what is not named here. */
type Move = {
  status: OutboxRow['status']
  dueAt: number | null
  token: string | null
  provider: string | null
  attempts: number
  ambiguous: number
  error: { code: string; message: string } | null
  sentAt: number | null
}

function createMove(orm: Orm) {
  const p = sql.placeholder
  const move = orm
    .update(deliveries)
    .set({
      status: sql`${p('status')}`,
      dueAt: sql`${p('dueAt')}`,
      token: sql`${p('token')}`,
      provider: sql`${p('provider')}`,
      attempts: sql`${p('attempts')}`,
      ambiguous: sql`${p('ambiguous')}`,
      errorCode: sql`${p('errorCode')}`,
      errorMessage: sql`${p('errorMessage')}`,
      sentAt: sql`${p('sentAt')}`,
    })
    .where(and(eq(deliveries.verificationSeq, p('seq')), eq(deliveries.send, p('send'))))
    .prepare()
  return (row: OutboxRow, change: Partial<Move>) => {
    const { error, ...rest } = change
    move.run({
      seq: row.seq,
      send: row.send,
      status: row.status,
      dueAt: null,
      token: null,
      provider: row.provider,
      attempts: row.attempts,
      ambiguous: row.ambiguous,
      sentAt: null,
      // Named: set, or cleared with null. Not named: what went wrong last stays told.
      errorCode: error === undefined ? row.errorCode : (error?.code ?? null),
      errorMessage: error === undefined ? row.errorMessage : (error?.message ?? null),
      ...rest,
    })
  }
}

function createAttempts(orm: Orm) {
  const p = sql.placeholder
  const t = sendAttempts
  const isAttempt = and(
    eq(t.verificationSeq, p('seq')),
    eq(t.send, p('send')),
    eq(t.attempt, p('attempt')),
  )
  const begin = orm
    .insert(t)
    .values({
      verificationSeq: p('seq'),
      send: p('send'),
      attempt: p('attempt'),
      provider: p('provider'),
      startedAt: p('now'),
    })
    .prepare()
  const answer = orm
    .update(t)
    .set({
      durationMs: sql`${p('durationMs')}`,
      result: sql`${p('result')}`,
      reference: sql`${p('reference')}`,
      errorCode: sql`${p('errorCode')}`,
      errorMessage: sql`${p('errorMessage')}`,
    })
    .where(isAttempt)
    .prepare()
  const remove = orm.delete(t).where(isAttempt).prepare()
  type Key = { seq: number; send: number; attempt: number }
  return {
    begin: (row: Key & { provider: string; now: number }) => void begin.run(row),
    answer: (
      row: Key & {
        durationMs: number
        result: 'sent' | 'retry' | 'failed'
        reference: string | null
        errorCode: string | null
        errorMessage: string | null
      },
    ) => void answer.run(row),
    remove: (key: Key) => void remove.run(key),
  }
}

export type OutboxRows = ReturnType<typeof createOutboxRows>

export function createOutboxRows(orm: Orm) {
  return { ...createReads(orm), move: createMove(orm), attempts: createAttempts(orm) }
}
