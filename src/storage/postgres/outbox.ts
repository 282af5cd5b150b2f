// The worker's store on PostgreSQL. A claim is two statements: rows are leased, then planned here, then begun.
// It must not hold a lock while it plans: a worker that stops in between leaves rows that are due again in seconds.

import type {
  ClaimedDelivery,
  DueDelivery,
  Outbox,
  OutboxDepth,
  Plan,
} from '../../delivery/outbox-ports.ts'
import { CHANNELS, MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import { deliveryId, sendAttemptId } from '../../kernel/ids.ts'
import { EXPIRED, planSafely } from '../claim-plan.ts'
import { MAX_COUNTED } from '../outbox-depth.ts'
import { PAST_SENDS, type PastSendRow, toPastSend } from '../past-send.ts'
import { sql } from './drizzle.ts'
import type { StoreContext } from './pool.ts'
import { camelRow, json, type Raw } from './rows.ts'

/** From the lease to the beginning: two round trips and the planning of one batch. */
const PLANNING_MS = 5_000
/** After an outage most of what is due may be dead: look further than one batch. */
const MAX_ROUNDS = 4

type ClaimInput = Parameters<Outbox['claim']>[0]

type OutboxRow = Omit<DueDelivery, 'sendNumber' | 'codeSealed' | 'reclaimed'> & {
  seq: number
  send: number
  sends: number
  status: string
  verificationStatus: string
  codeSealed: Uint8Array | null
  leasedAt: number
  newToken: string
}
type Planned = { row: OutboxRow; due: DueDelivery; plan: Plan<unknown> | { kind: 'canceled' } }

function toDue(row: OutboxRow): DueDelivery {
  const reclaimed = row.status === 'sending'
  return {
    verificationId: row.verificationId,
    service: row.service,
    sendNumber: row.send,
    channel: row.channel,
    kind: row.kind,
    attempts: row.attempts,
    // The worker before died or froze; its attempt may have gone out.
    ambiguous: row.ambiguous + (reclaimed ? 1 : 0),
    recipientSealed: row.recipientSealed,
    codeSealed: row.codeSealed ?? new Uint8Array(),
    locale: row.locale,
    expiresAt: row.expiresAt,
    reclaimed,
    wordedAt: row.wordedAt,
  }
}

function planRow(row: OutboxRow, input: ClaimInput): Planned {
  const due = toDue(row)
  // The database looks again, under its lock, and says why.
  const isOver = row.verificationStatus !== 'pending' || row.send < row.sends
  if (isOver) return { row, due, plan: { kind: 'canceled' } }
  const isTooLate = row.expiresAt - row.leasedAt < input.minRemainingMs || row.codeSealed === null
  if (isTooLate) return { row, due, plan: { kind: 'fail', error: EXPIRED } }
  return { row, due, plan: planSafely(input.plan, due) }
}

function planJson(planned: readonly Planned[]) {
  return json(
    planned.map(({ row, plan }) => ({
      seq: row.seq,
      send: row.send,
      token: row.newToken,
      kind: plan.kind,
      ...(plan.kind === 'send' && { provider: plan.provider }),
      ...(plan.kind === 'fail' && { code: plan.error.code, message: plan.error.message }),
      ...(plan.kind === 'give_back' && { delay_ms: plan.delayMs }),
    })),
  )
}

function toClaim({ row, due, plan }: Planned, leaseMs: number): ClaimedDelivery<unknown>[] {
  if (plan.kind !== 'send') return []
  const { verificationId, send } = row
  const attempt = row.attempts + 1
  return [
    {
      ...due,
      attemptId: sendAttemptId(verificationId, send, attempt),
      deliveryId: deliveryId(verificationId, send),
      attempt,
      startedAt: row.leasedAt,
      provider: plan.provider,
      token: row.newToken,
      leaseUntil: row.leasedAt + leaseMs,
      prepared: plan.prepared,
    },
  ]
}

function createClaim({ query, timeOf }: StoreContext) {
  const claimRound = async (input: ClaimInput, limit: number) => {
    const { channel, now, leaseMs } = input
    const leased =
      await query<Raw>(sql`select f.leased_at, f.new_token, (f.o).* from cs_lease_1(${channel},
      ${timeOf(now)}, ${limit}, ${PLANNING_MS}) f`)
    if (leased.length === 0) return { found: 0, claims: [] }
    const planned = leased.map((row) => planRow(camelRow(row) as unknown as OutboxRow, input))
    const leasedAt = planned[0]?.row.leasedAt ?? now
    const begun = await query<{ seq: number; send: number }>(
      sql`select * from cs_begin_1(${leasedAt}, ${leaseMs}, ${planJson(planned)}, ${timeOf(now)},
        ${input.minRemainingMs})`,
    )
    const isBegun = new Set(begun.map(({ seq, send }) => `${seq}/${send}`))
    const claims = planned
      .filter(({ row }) => isBegun.has(`${row.seq}/${row.send}`))
      .flatMap((one) => toClaim(one, leaseMs))
    return { found: leased.length, claims }
  }
  return async (input: ClaimInput): Promise<ClaimedDelivery<unknown>[]> => {
    const claimed: ClaimedDelivery<unknown>[] = []
    for (let round = 0; round < MAX_ROUNDS && claimed.length < input.limit; round += 1) {
      const limit = input.limit - claimed.length
      const { found, claims } = await claimRound(input, limit).catch((error: unknown) => {
        // What an earlier round claimed has its lease, and is sent.
        if (claimed.length === 0) throw error
        return { found: 0, claims: [] }
      })
      claimed.push(...claims)
      // Fewer than asked for: the rest is another worker's, or not due.
      if (found < limit) break
    }
    return claimed
  }
}

export function createOutbox(context: StoreContext): Outbox {
  const { query, timeOf } = context
  const claim = createClaim(context)
  return {
    // What `plan` prepared is handed back as it came.
    claim: claim as Outbox['claim'],
    async settle({ verificationId, sendNumber, attempt, token, now, durationMs, result }) {
      const { kind } = result
      const outcome = {
        ...{ kind, duration_ms: durationMs },
        ...(kind === 'sent'
          ? { reference: result.reference }
          : {
              code: result.error.code,
              message: result.error.message,
              ambiguous: result.ambiguous,
            }),
        ...(kind === 'retry' && { at: result.at }),
      }
      const [row] = await query<{ outcome: 'settled' | 'fenced' }>(sql`select cs_settle_delivery_1(
        ${verificationId}, ${sendNumber}, ${attempt}, ${token}, ${now}, ${MIN_REMAINING_TO_SEND_MS},
        ${json(outcome)}, ${timeOf(now)}) as outcome`)
      return row?.outcome ?? 'fenced'
    },
    async release(claims) {
      const rows = claims.map(({ verificationId, sendNumber, attempt, token }) => ({
        ...{ id: verificationId, send: sendNumber, attempt, token },
      }))
      await query(sql`select cs_release_1(${json(rows)})`)
    },
    async nextDueAt() {
      const channels = sql.param([...CHANNELS])
      const [row] = await query<{ at: number | null }>(
        sql`select cs_next_due_1(${channels}::text[]) as at`,
      )
      return row?.at ?? undefined
    },
    async pastSends() {
      const rows = // mutant: C49.pg-decoys-excluded
        await query<Raw>(sql`select v.id as verification_id, d.send, t.attempt, d.channel, t.provider,
          v.recipient_sealed, v.expires_at, d.ambiguous, t.started_at, t.duration_ms, t.result, t.error_code, t.error_message,
          d.status, d.due_at
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
