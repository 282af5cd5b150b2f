// A start that continued its session: its event, and its answer under an Idempotency-Key.
// It must not change the verification: continuing spends nothing.

import type { ContinueInput, VerificationStore } from '../../verification/ports.ts'
import { and, atMost, desc, eq, type Orm, sql } from './drizzle.ts'
import { type AppendEvent, EVENT_CODES } from './event-rows.ts'
import type { Answers } from './idempotency.ts'
import type { VerificationRows } from './rows.ts'
import { events } from './schema.ts'
import type { Writer } from './writer.ts'

/** A page that reloads by itself writes one row a minute, not one a second. */
const CONTINUED_EVENT_EVERY_MS = 60_000

export function createContinue(deps: {
  orm: Orm
  writer: Writer
  rows: VerificationRows
  answers: Answers
  appendEvent: AppendEvent
}): VerificationStore['continue'] {
  const { writer, rows, answers } = deps
  const lastTold = deps.orm
    .select({ at: events.at })
    .from(events)
    .where(
      and(
        eq(events.verificationSeq, sql.placeholder('seq')),
        eq(events.type, EVENT_CODES['verification.continued']),
      ),
    )
    .orderBy(desc(events.seq))
    .limit(atMost(1))
    .prepare()

  const wasJustTold = (seq: number, now: number) => {
    const last = lastTold.get({ seq })
    return last !== undefined && now - last.at < CONTINUED_EVENT_EVERY_MS
  }

  /** Under a key there is an answer to be kept. */
  const hasNothingToWrite = ({ service, id, now, idempotency }: ContinueInput) => {
    const row = idempotency ? undefined : rows.byId(service, id)
    return row !== undefined && wasJustTold(row.seq, now)
  }

  const tell = ({ service, id, now, actor, idempotency }: ContinueInput) => {
    const stored = idempotency && answers.find(idempotency.key, now)
    if (stored) return { kind: 'answered_before' as const, stored }
    const row = rows.byId(service, id)
    // Erased since it was found: its check will say so.
    if (!row) return undefined
    const type = 'verification.continued'
    if (!wasJustTold(row.seq, now))
      deps.appendEvent({ at: now, type, verificationSeq: row.seq, actor, details: {} })
    answers.keep(idempotency, null)
    return undefined
  }

  return async (input) => {
    if (await writer.read(() => hasNothingToWrite(input))) return undefined
    return writer.write(() => tell(input))
  }
}
