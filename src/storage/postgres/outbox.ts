// Deliveries on PostgreSQL: due rows are leased for the planning of one batch, and changed by one function of the database.
// It must not hold a rule of its own (storage/outbox.ts decides).

import type { OutboxDepth } from '../../delivery/outbox-ports.ts'
import type { DeliveryChange, LoadedDelivery } from '../../delivery/transitions.ts'
import { CHANNELS, type Channel } from '../../kernel/channel.ts'
import type { DeliveryApplied, DeliveryToApply, DueRow, Engine, TryAnswer } from '../engine.ts'
import { MAX_COUNTED, PAST_SENDS, type PastSendRow, toPastSend } from '../outbox-reads.ts'
import { sql } from './drizzle.ts'
import { createLastLook, type LastLook } from './last-look.ts'
import { callOf, type StoreContext } from './pool.ts'
import { camelRow, fromJson, jsonText, type Raw, rowFields } from './rows.ts'

/** From the lease to the claim: a node that stops in between leaves rows that are due again in seconds. */
const PLANNING_MS = 5_000

type LeasedRow = LoadedDelivery & { leasedAt: number; newToken: string }
/** Of `outbox_rows`, and what stands beside it. */
const loadedOf = (row: Raw) => {
  const { attempts: tries, ...rest } = camelRow(row)
  return { ...rest, tries } as unknown
}
type AppliedRow = { n: number; outcome: DeliveryApplied['kind']; at: number; o: Raw | null }
const APPLY = callOf('n, outcome, at, o', 'cs_apply_deliveries_3', 2)

function answerOf({ tryNumber, durationMs, result }: TryAnswer) {
  const { kind } = result
  return {
    attempt: tryNumber,
    duration_ms: durationMs,
    result: kind,
    reference: kind === 'sent' ? result.reference : null,
    error_code: kind === 'sent' ? null : result.error.code,
    error_message: kind === 'sent' ? null : result.error.message,
    fault: kind === 'sent' ? null : result.fault,
  }
}

/** As the functions of the database read it. */
export function deliveryFields({ set, stamp, newTry, ...rest }: DeliveryChange) {
  const { tries, ...columns } = set
  return {
    ...rowFields({ ...stamp, ...rest }),
    set: rowFields({ ...columns, attempts: tries }),
    ...(newTry && { begun: { attempt: newTry.tryNumber, provider: newTry.provider } }),
  }
}

function changeOf({ change, answer, ...guard }: DeliveryToApply, n: number) {
  const { verificationId, send, token, status } = guard
  return {
    n,
    ...rowFields({ verificationId, send, token, status }),
    ...deliveryFields(change),
    ...(answer && { answer: answerOf(answer) }),
  }
}

/** Without parameters, so that it is planned once a connection: one step into the index for each channel. */
const NEXT_DUE = `select min(x.at) as at from (${CHANNELS.map(
  (
    channel,
  ) => `(select due_at as at from deliveries where channel = '${channel}' and due_at is not null
    order by due_at limit 1)`,
).join(' union all ')}) x`

function createLease({ query, timeOf }: StoreContext) {
  return async (channel: Channel, now: number, limit: number) => {
    const rows = await query<Raw>(sql`select f.leased_at, f.new_token, (f.o).*
        from cs_lease_1(${channel}, ${timeOf(now)}, ${limit}, ${PLANNING_MS}) f`)
    return rows.map((row): DueRow => {
      const { leasedAt, ...leased } = loadedOf(row) as LeasedRow
      return { ...leased, token: leased.newToken, at: leasedAt }
    })
  }
}

export function createOutbox(
  context: StoreContext,
  lastLook: LastLook = createLastLook(),
): Engine['outbox'] {
  const { query, timeOf } = context
  const lease = createLease(context)
  return {
    served: lastLook.use,
    due: async ({ channel, now, limit }) =>
      lastLook.mayBeDue(now) ? lease(channel, now, limit).finally(lastLook.forget) : [],
    async apply(changes, now) {
      const values = [jsonText(changes.map(changeOf)), timeOf(now)]
      const rows = await query<AppliedRow>({ text: APPLY, values })
      const outcomes: DeliveryApplied[] = changes.map(() => ({ kind: 'fenced' }))
      for (const { n, outcome: kind, at, o } of rows)
        outcomes[n] =
          kind === 'changed'
            ? { kind, at, row: loadedOf(fromJson(o as Raw)) as LoadedDelivery }
            : { kind }
      if (changes.some(({ change }) => change.set.status === 'queued')) lastLook.forget()
      return outcomes
    },
    nextDueAt: () =>
      lastLook.nextDueAt(async () => {
        const [row] = await query<{ at: number | null }>({ text: NEXT_DUE, values: [] })
        return row?.at ?? undefined
      }),
    async pastSends() {
      const rows = // mutant: C49.pg-decoys-excluded
        await query<Raw>(sql`select v.id as verification_id, d.send, t.attempt as try_number, d.channel, t.provider,
          v.recipient_sealed, v.expires_at, d.ambiguous, t.started_at, t.duration_ms, t.result, t.error_code, t.error_message,
          t.fault,          d.status, d.due_at
        from (select * from deliveries order by verification_seq desc, send desc limit ${PAST_SENDS}) d
        join verifications v on v.seq = d.verification_seq and v.kind = 'real',
        lateral (select * from send_attempts a where a.verification_seq = d.verification_seq and a.send = d.send
          and a.result is not null order by a.attempt desc limit 1) t`)
      return rows.map((row) => toPastSend(camelRow(row) as PastSendRow))
    },
    async depths(now) {
      const channels = sql.param([...CHANNELS])
      return query<OutboxDepth>(sql`select c.channel, d.due, d.retrying,
          greatest(0, ${now}::bigint - coalesce(d.oldest, ${now}::bigint)) as "oldestDueMs"
        from unnest(${channels}::text[]) c(channel), lateral (
          select count(*) filter (where due_at <= ${now})::int as due,
            count(*) filter (where due_at > ${now} and status = 'queued')::int as retrying, min(due_at) as oldest
          from (select due_at, status from deliveries where channel = c.channel and due_at is not null
            order by due_at limit ${MAX_COUNTED}) open
        ) d`)
    },
  }
}
