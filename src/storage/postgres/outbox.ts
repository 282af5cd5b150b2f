// The worker's store on PostgreSQL. A claim is two statements: rows are leased and loaded, decided on here, then changed.
// It must not hold a lock while it decides: a worker that stops in between leaves rows that are due again in seconds.

import type {
  ClaimedDelivery,
  Outbox,
  OutboxDepth,
  SettleDelivery,
} from '../../delivery/outbox-ports.ts'
import {
  type ClaimDecision,
  type DeliveryChange,
  decideClaim,
  decideReleased,
  decideSettled,
  type HeldDelivery,
  type LoadedDelivery,
} from '../../delivery/transitions.ts'
import { CHANNELS, type DeliveryStatus } from '../../kernel/channel.ts'
import { StoreUnavailableError } from '../../kernel/errors.ts'
import { MAX_COUNTED, PAST_SENDS, type PastSendRow, toPastSend } from '../outbox-reads.ts'
import { sql } from './drizzle.ts'
import type { StoreContext } from './pool.ts'
import { camelRow, json, type Raw, rowFields } from './rows.ts'

/** From the lease to the change: two round trips and the planning of one batch. */
const PLANNING_MS = 5_000
/** After an outage most of what is due may be dead: look further than one batch. */
const MAX_ROUNDS = 4
/** A verification ends once and is sent a few times: past this something else is wrong. */
const MAX_DECISIONS = 8

type ClaimInput = Parameters<Outbox['claim']>[0]
type LeasedRow = LoadedDelivery & { leasedAt: number; newToken: string }
/** Of `outbox_rows`, and what stands beside it. */
const loadedOf = (row: Raw) => {
  const { attempts: tries, ...rest } = camelRow(row)
  return { ...rest, tries } as unknown
}
/** The row that a change is for, as it looked when it was decided. */
type Guard = { verificationId: string; send: number; token: string; status: DeliveryStatus }
type Answer = Pick<SettleDelivery, 'durationMs' | 'result'> & { tryNumber: number }
type Applied = LoadedDelivery & { n: number; outcome: 'applied' | 'changed' | 'fenced'; at: number }

function answerOf({ tryNumber, durationMs, result }: Answer) {
  const { kind } = result
  return {
    attempt: tryNumber,
    duration_ms: durationMs,
    result: kind,
    reference: kind === 'sent' ? result.reference : null,
    error_code: kind === 'sent' ? null : result.error.code,
    error_message: kind === 'sent' ? null : result.error.message,
  }
}

function changeOf(n: number, guard: Guard, change: DeliveryChange, answer?: Answer) {
  const { set, stamp, begun, ...rest } = change
  const { tries, ...columns } = set
  return {
    n,
    ...rowFields({ ...guard, ...stamp, ...rest }),
    set: rowFields({ ...columns, attempts: tries }),
    ...(begun && { begun: { attempt: begun.tryNumber, provider: begun.provider } }),
    ...(answer && { answer: answerOf(answer) }),
  }
}

function createApply({ query, timeOf }: StoreContext) {
  /** @returns for each change, by its `n`, what became of it; where it no longer fits, the row as it is now */
  return async (changes: readonly object[], now: number) => {
    const rows = await query<Raw>(sql`select f.n, f.outcome, f.at, (f.o).*
      from cs_apply_deliveries_1(${json(changes)}, ${timeOf(now)}) f`)
    return rows.map((row) => loadedOf(row) as Applied)
  }
}

function createClaim(context: StoreContext) {
  const { query, timeOf } = context
  const apply = createApply(context)
  const decide = (row: LeasedRow, input: ClaimInput) => ({
    row,
    ...decideClaim(row, { ...input, now: row.leasedAt, token: row.newToken }),
  })
  const guardOf = ({ verificationId, send, newToken, status }: LeasedRow) => ({
    ...{ verificationId, send, status, token: newToken },
  })
  /** What it has claimed is in `claimed` at once: whatever fails later, it has its lease and is sent. */
  const applyAll = async (
    rows: readonly LeasedRow[],
    input: ClaimInput,
    claimed: ClaimedDelivery<unknown>[],
  ) => {
    let open: (ClaimDecision & { row: LeasedRow })[] = rows.map((row) => decide(row, input))
    // What still does not fit after the last decision is due again in seconds.
    for (let n = 0; n < MAX_DECISIONS && open.length > 0; n += 1) {
      const changes = open.map(({ row, change }, at) => changeOf(at, guardOf(row), change))
      const applied = await apply(changes, input.now)
      const decided = open
      open = []
      for (const { n: place, outcome, at, ...fresh } of applied) {
        const one = decided[place]
        if (outcome === 'applied' && one?.claimed) claimed.push(one.claimed)
        if (outcome !== 'changed' || !one) continue
        open.push(decide({ ...fresh, leasedAt: at, newToken: one.row.newToken }, input))
      }
    }
  }
  /** @returns how many were due */
  const claimRound = async (
    input: ClaimInput,
    limit: number,
    claimed: ClaimedDelivery<unknown>[],
  ): Promise<number> => {
    const leased =
      await query<Raw>(sql`select f.leased_at, f.new_token, (f.o).* from cs_lease_1(${input.channel},
      ${timeOf(input.now)}, ${limit}, ${PLANNING_MS}) f`)
    const rows = leased.map((row) => loadedOf(row) as LeasedRow)
    await applyAll(rows, input, claimed)
    return rows.length
  }
  return async (input: ClaimInput): Promise<ClaimedDelivery<unknown>[]> => {
    const claimed: ClaimedDelivery<unknown>[] = []
    for (let round = 0; round < MAX_ROUNDS && claimed.length < input.limit; round += 1) {
      const limit = input.limit - claimed.length
      const found = await claimRound(input, limit, claimed).catch((error: unknown) => {
        if (claimed.length === 0) throw error
        return 0
      })
      // Fewer than asked for: the rest is another worker's, or not due.
      if (found < limit) break
    }
    return claimed
  }
}

/** Decided on what the claim loaded, so that it is one round trip wherever nothing moved meanwhile. */
function createSettle(context: StoreContext) {
  const apply = createApply(context)
  return async (input: SettleDelivery): Promise<'settled' | 'fenced'> => {
    const { claim, now } = input
    const { verificationId, sendNumber: send, tryNumber, token } = claim
    const guard: Guard = { verificationId, send, token, status: 'sending' }
    const answer = { ...input, tryNumber }
    let held: HeldDelivery = { ...claim, send, tries: tryNumber, verificationStatus: 'pending' }
    for (let n = 0; n < MAX_DECISIONS; n += 1) {
      const change = changeOf(0, guard, decideSettled(held, input), answer)
      const [applied] = await apply([change], now)
      if (applied?.outcome === 'applied') return 'settled'
      if (applied?.outcome !== 'changed') return 'fenced'
      held = applied
    }
    throw new StoreUnavailableError('the verification moved too often')
  }
}

export function createOutbox(context: StoreContext): Outbox {
  const { query } = context
  const apply = createApply(context)
  return {
    // What `plan` prepared is handed back as it came.
    claim: createClaim(context) as Outbox['claim'],
    settle: createSettle(context),
    async release(claims) {
      const changes = claims.map(({ verificationId, sendNumber: send, tryNumber, token }, n) => {
        const guard: Guard = { verificationId, send, token, status: 'sending' }
        return changeOf(n, guard, decideReleased(tryNumber))
      })
      await apply(changes, 0)
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
        await query<Raw>(sql`select v.id as verification_id, d.send, t.attempt as try_number, d.channel, t.provider,
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
