// Polls on PostgreSQL: when a provider is asked about a try, and the lease while it is.
// It must not hold a rule of its own (storage/polls.ts).

import type { Engine } from '../engine.ts'
import type { LeasedPoll, ReportedRow } from '../engine-receipts.ts'
import { loadedOf } from './outbox-rows.ts'
import type { StoreContext } from './pool.ts'
import { reportedRows } from './receipts.ts'
import type { Raw } from './rows.ts'

type Polls = Pick<Engine['outbox'], 'pollsDue' | 'leasePolls' | 'planPoll' | 'unplannedTries'>

const FIRST = `select p.provider, f.at from unnest($1::text[]) p(provider), lateral (
  select t.poll_at as at from send_attempts t where t.provider = p.provider and t.poll_at is not null
  order by t.poll_at limit 1) f`

/** What is read is from before the lease: whether somebody had looked at it. */
const LEASE = `with due as (
    select t.verification_seq, t.send, t.attempt from send_attempts t
    where t.provider = $2 and t.poll_at <= (select cs_now_1($1)) order by t.poll_at limit $3 for update skip locked
  ), leased as (
    update send_attempts t set poll_at = cs_now_1($1) + $4, is_viewed = null from due
    where t.verification_seq = due.verification_seq and t.send = due.send and t.attempt = due.attempt
    returning t.verification_seq, t.send, t.attempt, t.poll_at
  ) ${reportedRows(
    'join leased l on l.verification_seq = t.verification_seq and l.send = t.send and l.attempt = t.attempt',
    ', l.poll_at as lease_until',
  )}`

const PLAN = `update send_attempts t set poll_at = $5, is_viewed = nullif($6, false)
  where t.verification_seq = (select v.seq from verifications v where v.id = $1) and t.send = $2 and t.attempt = $3
    and t.poll_at is not distinct from $4`

const UNPLANNED = reportedRows('where v.id = $2 and t.poll_at is null')

export function createPolls({ query, timeOf }: StoreContext): Polls {
  return {
    pollsDue: (providers) => query({ text: FIRST, values: [providers] }),
    async leasePolls({ provider, limit, now, leaseMs }) {
      const values = [timeOf(now), provider, limit, leaseMs]
      const rows = await query<Raw>({ text: LEASE, values })
      return rows.map((row) => loadedOf(row) as LeasedPoll)
    },
    async planPoll({ verificationId, send, tryNumber, from, to, isViewed }) {
      await query({ text: PLAN, values: [verificationId, send, tryNumber, from, to, isViewed] })
    },
    async unplannedTries(verificationId, now) {
      const rows = await query<Raw>({ text: UNPLANNED, values: [timeOf(now), verificationId] })
      return rows.map((row) => loadedOf(row) as ReportedRow)
    },
  }
}
