// Receipts on PostgreSQL: the try that one belongs to, and the change that was decided on it, written by one function.
// It must not hold a rule of its own (delivery/receipts/receipts.ts decides).

import type { Engine } from '../engine.ts'
import type { ReceiptToApply, ReportedRow } from '../engine-receipts.ts'
import type { LastLook } from './last-look.ts'
import { deliveryFields, loadedOf } from './outbox-rows.ts'
import { callOf, type StoreContext } from './pool.ts'
import { jsonText, type Raw, rowFields } from './rows.ts'

/** Tries with their deliveries; `$1` is the time. @param end conditions, and what follows them */
export const reportedRows = (end: string, more = '') =>
  `select x.*, d.sent_at, t.attempt as try_number, t.provider as try_provider, t.started_at as try_started_at,
    t.result as try_result, t.receipt, t.duration_ms as try_duration_ms, t.reference, coalesce(t.is_viewed, false) as is_viewed,
    cs_now_1($1) as at, v.max_sends, exists (select 1 from deliveries w
      where w.verification_seq = d.verification_seq and w.send < 0 and w.status = 'waiting') as has_next${more}
  from send_attempts t join verifications v on v.seq = t.verification_seq
    join deliveries d on d.verification_seq = t.verification_seq and d.send = t.send
    join outbox_rows_2 x on x.seq = t.verification_seq and x.send = t.send ${end}`
const BY_NUMBER = reportedRows('where v.id = $2 and t.send = $3 and t.attempt = $4 limit 1')
const BY_REFERENCE = reportedRows('where t.provider = $2 and t.reference = $3 limit 1')
const RECEIVE = callOf('cs_receive_2 as outcome', 'cs_receive_2', 2)

function changeOf({ verificationId, send, tryNumber, seen, receipt, change }: ReceiptToApply) {
  return {
    ...deliveryFields(change),
    ...rowFields({ verificationId, send, seen }),
    attempt: tryNumber,
    receipt,
  }
}

export function createReceipts(
  { query, timeOf }: StoreContext,
  lastLook: LastLook,
): Pick<Engine['outbox'], 'reported' | 'receive'> {
  return {
    async reported(ref, now) {
      const [text, of] =
        ref.by === 'number'
          ? [BY_NUMBER, [ref.verificationId, ref.send, ref.tryNumber]]
          : [BY_REFERENCE, [ref.provider, ref.reference]]
      const [row] = await query<Raw>({ text, values: [timeOf(now), ...of] })
      return row && (loadedOf(row) as ReportedRow)
    },
    async receive(change, now) {
      const values = [jsonText(changeOf(change)), timeOf(now)]
      const [row] = await query<{ outcome: 'applied' | 'changed' }>({ text: RECEIVE, values })
      const { set, steps } = change.change
      if (set.status === 'queued' || steps) lastLook.forget()
      return row?.outcome ?? 'changed'
    },
  }
}
