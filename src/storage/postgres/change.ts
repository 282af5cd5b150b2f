// Applies on PostgreSQL what was decided in the node (storage/change.ts): each one function of the database, which takes the
// change where the row still has the stamp that it was decided on.
// It must not hold a rule, nor a lock over a round trip.

import type { Change } from '../../verification/change.ts'
import { LONGEST_LIFETIME_MS } from '../../verification/policy.ts'
import type { NumberLimit } from '../../verification/ports.ts'
import type { FactorUse } from '../../verification/state.ts'
import type { Applied, ChangeToApply, EffectToApply } from '../engine.ts'
import { keptFor } from '../traces.ts'
import { withRows } from './beside.ts'
import type { LastLook } from './last-look.ts'
import { type Call, callOf, type StoreContext } from './pool.ts'
import {
  actorText,
  bytesOf,
  eventsFields,
  fromJson,
  hex,
  hexList,
  jsonText,
  locksOf,
  type Raw,
  rowFields,
  toRecord,
  toStored,
  writeFields,
} from './rows.ts'
import { traceRow } from './traces.ts'

const CHANGE = callOf('kind, number, fingerprint, answer, seen', 'cs_change_3', 14)

export function changeFields(change: Change, answer: Uint8Array | null = null) {
  return {
    set: rowFields(change.set),
    ends: change.ends,
    cancel_queued: change.cancelQueued,
    delivery: change.delivery,
    events: eventsFields(change.events, change).map((event, n) => {
      const atMostEveryMs = change.events[n]?.atMostEveryMs
      return { ...event, ...(atMostEveryMs !== undefined && { at_most_every_ms: atMostEveryMs }) }
    }),
    ...(answer && { answer: hex(answer) }),
  }
}

const effectText = ({ change, answer }: EffectToApply) => jsonText(changeFields(change, answer))

function limitText({ limit, authenticated }: NumberLimit): string {
  return jsonText({
    max: limit.max,
    window_ms: limit.windowSeconds * 1000,
    lifetime_ms: LONGEST_LIFETIME_MS,
    authenticated,
  })
}

function useText(factor: FactorUse, codesLeft: number | null): string {
  if (factor.type === 'recovery_codes') return jsonText({ ...factor, codesLeft })
  const { type, factorId, step, twins, periodSeconds, subjectIndexes } = factor
  return jsonText({
    type,
    factorId,
    step,
    twins,
    period: periodSeconds,
    subjects: hexList(subjectIndexes),
  })
}

function changeCall(change: ChangeToApply, clock: number | null): Call {
  const { service, id, stamp, now, notAfter, actor, effect, use, numberLimit, key } = change
  const budgets = numberLimit?.budgetIndexes ?? []
  return {
    text: CHANGE,
    values: [
      ...[service, id, stamp, now, clock, notAfter, actorText(actor), effectText(effect)],
      use && effectText(use.otherwise),
      use && useText(use.factor, use.codesLeft),
      numberLimit && limitText(numberLimit),
      ...[bytesOf(budgets), locksOf(budgets), key && jsonText(writeFields(key))],
    ],
  }
}

export function createApply(
  { query, timeOf }: StoreContext,
  lastLook: LastLook,
): (change: ChangeToApply) => Promise<Applied> {
  return async (change) => {
    const { id, now: at, trace, effect } = change
    const call = changeCall(change, timeOf(at))
    const send = trace && keptFor(effect.change)
    const isKept = trace && send !== undefined
    const beside = isKept ? [traceRow({ id, send, at }, trace)] : []
    const [row] = await query<Raw>(withRows(call, 'done', beside))
    if (!row) return { kind: 'gone' }
    const { kind, number } = row
    switch (kind) {
      case 'answered_before':
        return { kind, stored: toStored(row) }
      case 'number_limited':
        return { kind, retryAt: Number(number) }
      case 'stale':
        return { kind, record: toRecord(fromJson(row.seen as Raw)) }
      case 'late':
        return { kind, at: Number(number) }
      case 'recount':
        return { kind, codesLeft: Number(number) }
      default: {
        const isCode = change.use?.factor.type === 'recovery_codes'
        const codesLeft = isCode ? Number(number) : null
        const { delivery, steps } = change.effect.change
        if (delivery || steps) lastLook.open()
        return { kind: kind === 'spent' ? kind : 'done', codesLeft }
      }
    }
  }
}
