// A check's two steps: the charge before the comparison (I2), and the settling after it (I1, I3).
// It must not compare codes, and must not refund a charge.

import { TTL_SECONDS } from '../../verification/policy.ts'
import type { ChargeOutcome, SettleOutcome, VerificationStore } from '../../verification/ports.ts'
import type { StoreContext } from './context.ts'
import { type Sql, sql } from './drizzle.ts'
import { foreseeSettled } from './foresee.ts'
import {
  actorJson,
  hexList,
  json,
  looksOf,
  lookUpJson,
  type Raw,
  toRecord,
  toStored,
  writeJson,
} from './rows.ts'
import { repeatWhileChanged } from './steps.ts'

/** A row charged within the window was created at most this long before it. */
const LONGEST_LIFETIME_MS = TTL_SECONDS.max * 1000

type Charge = Parameters<VerificationStore['charge']>[0]

function limitJson({ perNumber }: Charge): Sql {
  if (!perNumber) return sql`null::jsonb`
  const { limit, budgetIndexes, authenticated } = perNumber
  return json({
    max: limit.max,
    window_ms: limit.windowSeconds * 1000,
    lifetime_ms: LONGEST_LIFETIME_MS,
    budgets: hexList(budgetIndexes),
    authenticated,
  })
}

export function createCheckSteps({
  query,
  timeOf,
}: StoreContext): Pick<VerificationStore, 'charge' | 'settle'> {
  return {
    async charge(input): Promise<ChargeOutcome | undefined> {
      const { service, id, now } = input
      const [row] =
        await query<Raw>(sql`select f.kind as outcome, f.retry_at, (f.v).* from cs_charge_1(
        ${service}, ${id}, ${timeOf(now)}, ${limitJson(input)}) f`)
      if (!row) return undefined
      const { retry_at: retryAt, ...rest } = row
      if (row.outcome === 'number_limited')
        return { kind: 'number_limited', retryAt: Number(retryAt) }
      return { kind: row.outcome as 'charged' | 'not_chargeable', record: toRecord(rest) }
    },
    settle: (input) =>
      repeatWhileChanged<SettleOutcome>({
        query,
        input,
        foresee: (before) => foreseeSettled(before, input),
        call: (foreseen) => {
          const { service, id, now, valid, actor, idempotency } = input
          const write = foreseen
            ? writeJson(idempotency, { valid, record: foreseen.after })
            : lookUpJson(idempotency)
          return sql`cs_settle_1(${service}, ${id}, ${now}, ${valid}, ${actorJson(actor)}, ${write},
            ${foreseen ? looksOf(foreseen.before) : null})`
        },
        outcome: (row, record) => {
          if (row.outcome === 'answered_before')
            return { kind: 'answered_before', stored: toStored(row) }
          return { kind: row.outcome as 'approved' | 'wrong' | 'lost', record: record() }
        },
        absent: () => {
          throw new Error('a charged verification is gone')
        },
      }),
  }
}
