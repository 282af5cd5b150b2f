// A verification with its newest message, as the console reads it from SQLite, and the filters on it.
// It must not say in which order rows are read, nor how many.

import type { AttemptFilter, AttemptRow } from '../../admin/ports.ts'
import { and, eq, type Orm, sql } from './drizzle.ts'
import { deliveries, verifications } from './schema.ts'

const v = verifications
const d = deliveries
const FIELDS = {
  seq: v.seq,
  ...{ id: v.id, reference: v.reference, service: v.service, status: v.status },
  ...{ channel: v.channel, purpose: v.purpose, kind: v.kind, authenticated: v.authenticated },
  ...{ country: v.country, locale: v.locale, metadata: v.metadata },
  ...{ recipientSealed: v.recipientSealed, budgetIndex: v.budgetIndex },
  ...{ attempts: v.attempts, failed: v.failed, maxAttempts: v.maxAttempts },
  ...{ sends: v.sends, maxSends: v.maxSends, clientIp: v.clientIp },
  ...{ createdAt: v.createdAt, expiresAt: v.expiresAt, endedAt: v.endedAt },
  ...{ deliveryStatus: d.status, provider: d.provider },
  ...{ errorCode: d.errorCode, errorMessage: d.errorMessage },
}

export const selectAttempts = (orm: Orm) =>
  orm
    .select(FIELDS)
    .from(v)
    .leftJoin(d, and(eq(d.verificationSeq, v.seq), eq(d.send, v.sends)))

const p = sql.placeholder
/** The names of what may be asked for, each with its column. */
const FILTERS = [
  ['service', v.service], // mutant: C35.attempts-service
  ['status', v.status],
  ['channel', v.channel],
  ['country', v.country],
  ['delivery', d.status],
  ['provider', d.provider],
] as const

/** With the values of `filterValues`. */
export const matchesFilter = sql.join(
  [
    ...FILTERS.map(([name, column]) => sql`(${p(name)} is null or ${column} = +${p(name)})`),
    sql`${v.createdAt} >= +${p('since')} and ${v.createdAt} < +${p('until')}`,
  ],
  sql` and `,
)

export const filterValues = (filter: AttemptFilter) => ({
  ...Object.fromEntries(FILTERS.map(([name]) => [name, filter[name] ?? null])),
  ...{ since: filter.since ?? 0, until: filter.until ?? Number.MAX_SAFE_INTEGER },
})

export type NumberedAttempt = AttemptRow & { seq: number }

export const withoutNumber = ({ seq: _, ...row }: NumberedAttempt): AttemptRow => row
