// Resend and cancel: each one step over a verification that is still pending.
// It must not move `expires_at`, and must not renew any budget (I4).

import type { CancelOutcome, ResendOutcome, VerificationStore } from '../../verification/ports.ts'
import type { StoreContext } from './context.ts'
import { sql } from './drizzle.ts'
import { foreseeCanceled, foreseeResent } from './foresee.ts'
import { actorJson, looksOf, lookUpJson, type Raw, toStored, writeJson } from './rows.ts'
import { repeatWhileChanged } from './steps.ts'

const isAnswered = (row: Raw) => row.outcome === 'answered_before'

export function createSendSteps({
  query,
  timeOf,
}: StoreContext): Pick<VerificationStore, 'resend' | 'cancel'> {
  return {
    resend: (input) =>
      repeatWhileChanged<ResendOutcome | undefined>({
        query,
        input,
        foresee: (before) => foreseeResent(before, input),
        call: (foreseen) => {
          const { service, id, now, expectedSends, channel, minRemainingMs, actor } = input
          const write = foreseen
            ? writeJson(input.idempotency, foreseen.after)
            : lookUpJson(input.idempotency)
          return sql`cs_resend_1(${service}, ${id}, ${now}, ${expectedSends}, ${channel}, ${minRemainingMs},
            ${actorJson(actor)}, ${write}, ${foreseen ? looksOf(foreseen.before) : null}, ${timeOf(now)})`
        },
        outcome: (row, record) =>
          isAnswered(row)
            ? { kind: 'answered_before', stored: toStored(row) }
            : { kind: row.outcome as 'resent' | 'stale', record: record() },
        absent: () => undefined,
      }),
    cancel: (input) =>
      repeatWhileChanged<CancelOutcome>({
        query,
        input,
        foresee: (before) => foreseeCanceled(before, input.now),
        call: (foreseen) => {
          const { service, id, now, actor, idempotency } = input
          const write = foreseen ? writeJson(idempotency, foreseen.after) : lookUpJson(idempotency)
          return sql`cs_cancel_1(${service}, ${id}, ${now}, ${actorJson(actor)}, ${write},
            ${foreseen ? looksOf(foreseen.before) : null})`
        },
        outcome: (row, record) =>
          isAnswered(row)
            ? { kind: 'answered_before', stored: toStored(row) }
            : { kind: row.outcome as 'ended' | 'approved_before', record: record() },
        absent: () => ({ kind: 'not_found' }),
      }),
  }
}
