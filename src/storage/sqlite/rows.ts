// Reads verification rows, and turns one into the record the domain knows.
// It must not let a column that the record lacks (seq, slot) out of the store.

import type { VerificationRecord } from '../../verification/state.ts'
import { readDeliveryStates } from '../delivery-record.ts'
import { KNOWN_READ } from '../lists.ts'
import { and, atMost, desc, eq, getTableColumns, gt, lt, type Orm, sql } from './drizzle.ts'
import { codes, deliveries, verifications } from './schema.ts'

export type VerificationRow = typeof verifications.$inferSelect & {
  codeHash: string | null
  codeSealed: Uint8Array | null
  /** Comma-separated states of its deliveries (delivery-record.ts): one statement, one moment. */
  deliveryStates: string | null
}

const verificationFields = {
  ...getTableColumns(verifications),
  codeHash: codes.codeHash,
  codeSealed: codes.codeSealed,
  deliveryStates: sql<
    string | null
  >`(select group_concat(d.send || ':' || d.status || ':' || (d.ambiguous > 0) || case when d.status = 'waiting'
    then ':' || d.channel || ':' || coalesce(d.due_at, 0) || ':' || d.timeout_ms else '' end) from deliveries d where d.verification_seq = verifications.seq)`.as(
    'delivery_states',
  ),
}

/** Each with its code, where it still has one. */
export const selectVerifications = (orm: Orm) =>
  orm
    .select(verificationFields)
    .from(verifications)
    .leftJoin(codes, eq(codes.verificationSeq, verifications.seq))

export function toRecord(row: VerificationRow): VerificationRecord {
  const { seq: _seq, sessionSlot: _slot, deliveryStates, ...record } = row
  return { ...record, ...readDeliveryStates(deliveryStates?.split(',') ?? []) }
}

export type VerificationRows = {
  bySeq(seq: number): VerificationRow
  byId(service: string, id: string): VerificationRow | undefined
  bySlot(slot: Uint8Array): VerificationRow | undefined
  newestBySession(key: {
    sessionMac: Uint8Array
    service: string
    addressIndex: Uint8Array
    purpose: string
  }): VerificationRow | undefined
  /** Newest first, older than (createdAt, seq). */
  byBudget(key: {
    budgetIndex: Uint8Array
    service: string
    createdAt: number
    seq: number
    limit: number
  }): VerificationRow[]
  deliveriesOf(id: string): (typeof deliveries.$inferSelect)[]
  /** Whether one of the newest was approved. */
  isKnown(service: string, budgetIndexes: readonly Uint8Array[]): boolean
}

function createIsKnown(orm: Orm): VerificationRows['isKnown'] {
  const p = sql.placeholder
  const v = verifications
  const newestStatuses = orm
    .select({ status: v.status })
    .from(v)
    .where(and(eq(v.budgetIndex, p('budgetIndex')), eq(v.service, p('service'))))
    .orderBy(desc(v.createdAt))
    .limit(atMost(KNOWN_READ))
    .prepare()
  return (service, budgetIndexes) =>
    budgetIndexes.some((budgetIndex) =>
      newestStatuses.all({ service, budgetIndex }).some(({ status }) => status === 'approved'),
    )
}

export function createVerificationRows(orm: Orm): VerificationRows {
  const p = sql.placeholder
  const v = verifications
  const select = () => selectVerifications(orm)
  const bySeq = select()
    .where(eq(v.seq, p('seq')))
    .prepare()
  const byId = select()
    .where(and(eq(v.id, p('id')), eq(v.service, p('service')))) // mutant: C35.own-service-lookup
    .prepare()
  const bySlot = select()
    .where(eq(v.sessionSlot, p('slot')))
    .prepare()
  const newestBySession = select()
    .where(
      and(
        eq(v.sessionMac, p('sessionMac')),
        eq(v.service, p('service')),
        eq(v.addressIndex, p('addressIndex')),
        eq(v.purpose, p('purpose')), // mutant: I13.lookup-by-purpose
      ),
    )
    .orderBy(desc(v.seq))
    .limit(atMost(1))
    .prepare()
  const byBudget = select()
    .where(
      and(
        eq(v.budgetIndex, p('budgetIndex')),
        eq(v.service, p('service')),
        lt(sql`(${v.createdAt}, ${v.seq})`, sql`(+${p('createdAt')}, +${p('seq')})`),
      ),
    )
    .orderBy(desc(v.createdAt), desc(v.seq))
    .limit(atMost('limit'))
    .prepare()
  const deliveriesOf = orm
    .select(getTableColumns(deliveries))
    .from(v)
    .innerJoin(deliveries, eq(deliveries.verificationSeq, v.seq))
    .where(and(eq(v.id, p('id')), gt(deliveries.send, 0)))
    .orderBy(deliveries.verificationSeq, deliveries.send)
    .prepare()
  return {
    bySeq(seq) {
      const row = bySeq.get({ seq })
      if (!row) throw new Error('a verification row no longer exists')
      return row
    },
    byId: (service, id) => byId.get({ service, id }),
    bySlot: (slot) => bySlot.get({ slot }),
    newestBySession: (key) => newestBySession.get(key),
    byBudget: (key) => byBudget.all(key),
    deliveriesOf: (id) => deliveriesOf.all({ id }),
    isKnown: createIsKnown(orm),
  }
}
