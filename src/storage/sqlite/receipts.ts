// Receipts on SQLite: the try that one belongs to, and the change that was decided on it, written where it is still so.
// It must not hold a rule of its own (delivery/receipts/receipts.ts decides).

import type { DeliveryChange } from '../../delivery/change.ts'
import type { Engine } from '../engine.ts'
import type { ReportedRow, TryRef } from '../engine-receipts.ts'
import { seenOf } from '../receipts.ts'
import { and, atMost, desc, eq, type Orm, sql } from './drizzle.ts'
import { joined, type OutboxRow } from './outbox-reads.ts'
import { codes, deliveries, sendTries, verifications } from './schema.ts'
import { isTry } from './tries.ts'
import type { Writer } from './writer.ts'

const d = deliveries
const t = sendTries
const v = verifications
const p = sql.placeholder

const REPORTED = {
  ...joined,
  tryNumber: t.tryNumber,
  tryProvider: t.provider,
  tryStartedAt: t.startedAt,
  tryResult: t.result,
  receipt: t.receipt,
  tryDurationMs: t.durationMs,
  reference: t.reference,
  isViewed: sql`coalesce(is_viewed, 0)`.mapWith(Boolean),
}

/** Tries with their deliveries. */
export const selectReported = (orm: Orm) =>
  orm
    .select(REPORTED)
    .from(t)
    .innerJoin(v, eq(v.seq, t.verificationSeq))
    .innerJoin(d, and(eq(d.verificationSeq, t.verificationSeq), eq(d.send, t.send)))
    .leftJoin(codes, eq(codes.verificationSeq, v.seq))

function createReads(orm: Orm) {
  const select = () => selectReported(orm)
  const byNumber = select()
    .where(
      and(eq(v.id, p('verificationId')), eq(t.send, p('send')), eq(t.tryNumber, p('tryNumber'))),
    )
    .prepare()
  const byReference = select()
    .where(
      and(
        // As the index has it, so that it is used.
        sql`substr(${t.reference}, 9, 12) = substr(+${p('reference')}, 9, 12)`,
        eq(t.provider, p('provider')),
        eq(t.reference, p('reference')),
      ),
    )
    .orderBy(desc(t.verificationSeq))
    .limit(atMost(1))
    .prepare()
  return (ref: TryRef): (OutboxRow & Omit<ReportedRow, 'at'>) | undefined =>
    ref.by === 'number' ? byNumber.get(ref) : byReference.get({ ...ref, limit: 1 })
}

function createWrites(orm: Orm) {
  const mark = orm
    .update(t)
    .set({
      receipt: sql`${p('state')}`,
      receiptAt: sql`${p('at')}`,
      receiptCode: sql`${p('code')}`,
      fault: sql`coalesce(${p('fault')}, ${t.fault})`,
    })
    .where(isTry)
    .prepare()
  const arrive = orm
    .update(d)
    .set({ deliveredAt: sql`${p('deliveredAt')}` })
    .where(and(eq(d.verificationSeq, p('seq')), eq(d.send, p('send'))))
    .prepare()
  return { mark, arrive }
}

/** @param deps.applyOne of a delivery's change, in the same job */
export function createReceipts({
  orm,
  writer,
  applyOne,
}: {
  orm: Orm
  writer: Writer
  applyOne: (row: OutboxRow, change: DeliveryChange, now: number) => void
}): Pick<Engine['outbox'], 'reported' | 'receive'> {
  const read = createReads(orm)
  const { mark, arrive } = createWrites(orm)
  return {
    reported: (ref, now) =>
      writer.read(() => {
        const row = read(ref)
        return row && { ...row, at: now }
      }),
    receive: ({ receipt, change, seen, ...key }, now) =>
      writer.write(() => {
        const row = read({ by: 'number', provider: '', ...key })
        const isSame = row !== undefined && seenOf(row) === seen
        if (!isSame || now > (change.notAfter ?? now)) return 'changed'
        const { seq, send, tryNumber } = row
        mark.run({ seq, send, tryNumber, ...receipt })
        applyOne(row, change, now)
        const { deliveredAt } = change.set
        if (deliveredAt !== undefined) arrive.run({ seq, send, deliveredAt })
        return 'applied'
      }),
  }
}
