// What a claimed delivery becomes once its try has an answer, or was not begun: decided once for both engines. Pure.
// It must not know a provider's state: the settlement (answers/backoff.ts) says where the message goes next.

import { MIN_REMAINING_TO_SEND_MS } from '../kernel/channel.ts'
import { nextAfterHandOver } from '../kernel/steps.ts'
import type { DeliveryChange, HeldDelivery } from './change.ts'
import type { SettleDelivery } from './outbox-ports.ts'
import { priced } from './prices.ts'
import { isAwaited, nextPollAt } from './receipts/polls.ts'
import {
  CLOSED,
  cancel,
  canceledBecause,
  columnsOf,
  fail,
  faultIn,
  moveNext,
  stampOf,
} from './transitions.ts'

/** With what the try cost in its event. */
export function decideSettled(
  held: HeldDelivery,
  settled: Pick<SettleDelivery, 'now' | 'durationMs' | 'result' | 'cost'>,
): DeliveryChange {
  return priced(decide(held, settled), held, settled.cost)
}

type Sent = Extract<SettleDelivery['result'], { kind: 'sent' }>

/** For as long as somebody waits for the answer. */
function firstPoll(
  held: HeldDelivery,
  { mayBeAsked, mayFailOver }: Sent,
  now: number,
): Pick<DeliveryChange, 'poll'> {
  const waiting = { hasFailover: mayFailOver === true, isViewed: false }
  if (!mayBeAsked || !isAwaited(held, { ...waiting, ...mayBeAsked }, now)) return {}
  const at = nextPollAt({ handedAt: now, expiresAt: held.expiresAt }, now, false)
  return at === null ? {} : { poll: { tryNumber: held.tries, at } }
}

/** The next state of a claimed row after its try. It never moves a verification (I5). */
function decide(
  held: HeldDelivery,
  { now, durationMs, result }: Pick<SettleDelivery, 'now' | 'durationMs' | 'result'>,
): DeliveryChange {
  const { provider, send, tries: attempt } = held
  if (result.kind === 'sent')
    return {
      set: { ...CLOSED, status: 'sent', sentAt: now, errorCode: null, errorMessage: null },
      at: now,
      events: [
        { type: 'delivery.sent', details: { provider, send, attempt, duration_ms: durationMs } },
      ],
      ...moveNext(held, nextAfterHandOver(now)),
      ...firstPoll(held, result, now),
      // A receipt may send it to another provider: the sealed code stays for that (I7), until the sweeper comes by.
      eraseIfUnsendable: result.mayFailOver !== true, // mutant: I7.kept-for-failover
    }
  const error = { ...result.error, fault: result.fault }
  const row = { ...held, ambiguous: held.ambiguous + (result.ambiguous ? 1 : 0) }
  if (result.kind === 'failed') return fail(row, now, error)
  const reason = canceledBecause(row)
  if (reason !== undefined) return cancel(row, now, reason) // mutant: I6.no-retry-ended
  const isTooLate = row.expiresAt - result.at < MIN_REMAINING_TO_SEND_MS
  if (isTooLate) return { ...fail(row, now, error), stamp: stampOf(row) } // mutants: I6.no-retry-expired I6.pg-retry-expiry
  // Results that are stored together have the time of the newest.
  const dueAfterMs = Math.max(0, result.at - now)
  const isOther = result.provider !== provider
  const about = { error: error.code, retry_in_ms: dueAfterMs, ...faultIn(error) }
  const next = isOther && { next_provider: result.provider } // mutant: C53.failover-logged
  const details = { provider, send, attempt, ...about, ...next }
  const waiting = { provider: result.provider, tried: result.tried, ambiguous: row.ambiguous }
  return {
    set: { status: 'queued', token: null, ...waiting, ...columnsOf(error) },
    dueAfterMs,
    stamp: stampOf(row),
    at: now,
    events: [{ type: 'delivery.retrying', details }],
    eraseIfUnsendable: false,
  }
}

/** At drain: where it was before the claim, due before every clock, the try not counted. */
export function decideReleased(tryNumber: number): DeliveryChange {
  return {
    set: { status: 'queued', dueAt: 0, token: null, tries: tryNumber - 1 },
    removed: tryNumber,
    at: 0,
    events: [],
    eraseIfUnsendable: false,
  }
}
