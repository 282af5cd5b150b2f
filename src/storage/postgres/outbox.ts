// Deliveries on PostgreSQL: due rows are leased for the planning of one batch, and changed by one function of the database.
// It must not hold a rule of its own (storage/outbox.ts decides).

import type { LoadedDelivery } from '../../delivery/change.ts'
import type { LaneDue, OutboxDepth } from '../../delivery/outbox-ports.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import type {
  DeliveryApplied,
  DeliveryToApply,
  DueRow,
  Engine,
  LaneClaim,
  TryAnswer,
} from '../engine.ts'
import {
  MAX_COUNTED,
  PAST_SENDS,
  PAST_TRIES,
  type PastSendRow,
  toPastSend,
} from '../outbox-reads.ts'
import { sql } from './drizzle.ts'
import { createLastLook, type LastLook } from './last-look.ts'
import { deliveryFields, loadedOf } from './outbox-rows.ts'
import { createPolls } from './polls.ts'
import { callOf, type StoreContext } from './pool.ts'
import { createReceipts } from './receipts.ts'
import { camelRow, fromJson, jsonText, type Raw, rowFields } from './rows.ts'

/** From the lease to the claim: a node that stops in between leaves rows that are due again in seconds. */
const PLANNING_MS = 5_000

type LeasedRow = LoadedDelivery & { leasedAt: number; newToken: string }
type AppliedRow = { n: number; outcome: DeliveryApplied['kind']; at: number; o: Raw | null }
const APPLY = callOf('n, outcome, at, o', 'cs_apply_deliveries_5', 2)

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

function changeOf({ change, answer, ...guard }: DeliveryToApply, n: number) {
  const { verificationId, send, token, status } = guard
  return {
    n,
    ...rowFields({ verificationId, send, token, status }),
    ...deliveryFields(change),
    ...(answer && { answer: answerOf(answer) }),
  }
}

const OF_NONE = 'd.provider is null'
const OF_ONE = 'd.provider = l.provider'
const OPEN = 'from deliveries d where d.channel = l.channel and d.due_at is not null and'

/** Of every lane: a step or two into the index for each. Rows without a provider are last in it, and a lane of their own. */
const LANES = `with recursive channels(channel) as (values ${CHANNELS.map((one) => `('${one}')`).join()}),
  named(channel, provider) as (
    select l.channel, (select d.provider ${OPEN} d.provider > '' order by d.provider limit 1) from channels l
    union all
    select l.channel, (select d.provider ${OPEN} d.provider > l.provider order by d.provider limit 1) from named l
    where l.provider is not null)`
const ofEachLane = (columns: string, of: (isOfLane: string) => string) =>
  `${LANES} select l.channel, l.provider, ${columns} from named l, lateral (${of(OF_ONE)}) x where l.provider is not null
  union all select l.channel, null, ${columns} from channels l, lateral (${of(OF_NONE)}) x`

/** Without parameters, so that it is planned once a connection. */
const DUE_LANES = ofEachLane(
  'x.at',
  (isOfLane) => `select d.due_at as at ${OPEN} ${isOfLane} order by d.due_at limit 1`,
)
const DEPTHS = `select c.channel, coalesce(sum(y.due), 0)::int as due, coalesce(sum(y.retrying), 0)::int as retrying,
    coalesce(max(y.waited), 0)::bigint as "oldestDueMs" from (${ofEachLane(
      'x.due, x.retrying, x.waited',
      (isOfLane) => `select count(*) filter (where due_at <= $1) as due,
        count(*) filter (where due_at > $1 and status = 'queued') as retrying,
        greatest(0, $1::bigint - min(due_at)) as waited
      from (select d.due_at, d.status ${OPEN} ${isOfLane} order by d.due_at limit ${MAX_COUNTED}) open`,
    )}) y right join (values ${CHANNELS.map((one) => `('${one}')`).join()}) c(channel) on c.channel = y.channel
  group by c.channel`

type Due = { due: number; oldestDueMs: number }
const BACKLOG = `select x.due, x."oldestDueMs" from unnest($1::text[], $2::text[], $3::int[]) with ordinality
    l(channel, provider, most, place), lateral (
      select count(*)::int as due, greatest(0, $4::bigint - coalesce(min(due_at), $4::bigint)) as "oldestDueMs"
      from (select d.due_at ${OPEN} ${OF_ONE} and d.due_at <= $4::bigint order by d.due_at limit l.most) open) x
  order by l.place`

/** The link is looked for here: a column more in what the function returns would end the plans of older nodes. */
const LEASE = `select f.leased_at, f.new_token, f.max_sends, f.has_next, (f.o).*, case when (f.o).channel = 'email' then
    (select case when d.link_binding_mac is null then 'page' else 'login' end from front_doors d
      where d.verification_id = (f.o).verification_id and d.link) end as link
  from cs_lease_3($1::text[], $2::text[], $3::int[], $4, $5) f`

function createLease({ query, timeOf }: StoreContext) {
  return async (lanes: readonly LaneClaim[], now: number) => {
    const columns = [
      lanes.map(({ channel }) => channel),
      lanes.map(({ provider }) => provider),
      lanes.map(({ limit }) => limit),
    ]
    const rows = await query<Raw>({ text: LEASE, values: [...columns, timeOf(now), PLANNING_MS] })
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
    ...createReceipts(context, lastLook),
    ...createPolls(context),
    served: lastLook.use,
    due: async ({ lanes, now }) =>
      lastLook.mayBeDue(now) ? lease(lanes, now).finally(lastLook.forget) : [],
    async apply(changes, now) {
      const values = [jsonText(changes.map(changeOf)), timeOf(now)]
      const rows = await query<AppliedRow>({ text: APPLY, values })
      const outcomes: DeliveryApplied[] = changes.map(() => ({ kind: 'fenced' }))
      for (const { n, outcome: kind, at, o } of rows)
        outcomes[n] =
          kind === 'changed'
            ? { kind, at, row: loadedOf(fromJson(o as Raw)) as LoadedDelivery }
            : { kind }
      const isDue = ({ change }: DeliveryToApply) => change.set.status === 'queued' || change.steps
      if (changes.some(isDue)) lastLook.forget()
      return outcomes
    },
    dueLanes: () => lastLook.dueLanes(() => query<LaneDue>({ text: DUE_LANES, values: [] })),
    async pastSends() {
      const rows = // mutant: C49.pg-decoys-excluded
        await query<Raw>(sql`select v.id as verification_id, d.send, t.attempt as try_number, d.channel, t.provider,
          v.recipient_sealed, v.country, v.expires_at, d.ambiguous, t.started_at, t.duration_ms, t.result, t.error_code, t.error_message,
          t.fault, d.status, d.due_at, d.attempts as tries, d.provider as next_provider
        from (select * from deliveries order by verification_seq desc, send desc limit ${PAST_SENDS}) d
        join verifications v on v.seq = d.verification_seq and v.kind = 'real'
        join send_attempts t on t.verification_seq = d.verification_seq and t.send = d.send and t.result is not null
        order by t.verification_seq desc, t.send desc, t.attempt desc limit ${PAST_TRIES}`)
      return rows.map((row) => toPastSend(camelRow(row) as PastSendRow))
    },
    backlog: (lanes, now) => {
      const columns = [
        lanes.map(({ channel }) => channel),
        lanes.map(({ provider }) => provider),
        lanes.map(({ limit }) => limit),
      ]
      return query<Due>({ text: BACKLOG, values: [...columns, now] })
    },
    depths: (now) => query<OutboxDepth>({ text: DEPTHS, values: [now] }),
  }
}
