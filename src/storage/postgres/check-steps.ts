// A check's two steps: the charge before the comparison (I2), and the settling after it (I1, I3).
// It must not compare codes, and must not refund a charge.

import { TTL_SECONDS } from '../../verification/policy.ts'
import type {
  ChargeOutcome,
  SettleInput,
  SettleOutcome,
  VerificationStore,
} from '../../verification/ports.ts'
import type { StoreContext } from './context.ts'
import { type Sql, sql } from './drizzle.ts'
import { foreseeSettled } from './foresee.ts'
import type { Query } from './pool.ts'
import {
  actorJson,
  hex,
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

function useJson({ use }: SettleInput): Sql {
  if (!use) return sql`null::jsonb`
  if (use.type === 'recovery_codes') return json(use)
  const { type, factorId, step, twins, periodSeconds, subjectIndexes } = use
  const subjects = subjectIndexes.map(hex)
  return json({ type, factorId, step, twins, period: periodSeconds, subjects })
}

/** `spent`: what the right code is of was used before. Nothing was changed. */
type Settled = SettleOutcome | { kind: 'spent' }

function settleOnce(query: Query, input: SettleInput): Promise<Settled> {
  const { service, id, now, valid, use, actor, idempotency } = input
  // The answer tells how many codes are left: as it is made beforehand, so is the count.
  let remaining: number | null = null
  return repeatWhileChanged<Settled>({
    query,
    input,
    more: sql`f.codes_remaining, `,
    async foresee(before) {
      if (use?.type === 'recovery_codes') {
        const [row] = await query<{ left: number }>(
          sql`select cs_codes_remaining_1(${json(use)}) as left`,
        )
        remaining = row ? row.left - 1 : null
      }
      return foreseeSettled(before, input)
    },
    call(foreseen) {
      const effect = foreseen && { valid, record: foreseen.after, codesRemaining: remaining }
      const write = effect ? writeJson(idempotency, effect) : lookUpJson(idempotency)
      return sql`cs_settle_2(${service}, ${id}, ${now}, ${valid}, ${useJson(input)}, ${remaining},
        ${actorJson(actor)}, ${write}, ${foreseen ? looksOf(foreseen.before) : null})`
    },
    outcome(row, record) {
      switch (row.outcome) {
        case 'answered_before':
          return { kind: 'answered_before', stored: toStored(row) }
        case 'spent':
          return { kind: 'spent' }
        case 'approved': {
          const codesRemaining = row.codes_remaining as number | null
          return { kind: 'approved', record: record(), codesRemaining }
        }
        default:
          return { kind: row.outcome as 'wrong' | 'lost', record: record() }
      }
    },
    absent: () => ({ kind: 'gone' }),
  })
}

async function settle(query: Query, input: SettleInput): Promise<SettleOutcome> {
  const outcome = await settleOnce(query, input)
  if (outcome.kind !== 'spent') return outcome
  // It never becomes right again: what is good once is wrong from then on.
  const wrong = await settleOnce(query, { ...input, valid: false, use: null })
  if (wrong.kind === 'spent') throw new Error('a wrong code uses nothing up')
  return wrong
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
    settle: (input) => settle(query, input),
  }
}
