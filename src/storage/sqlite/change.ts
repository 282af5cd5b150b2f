// Writes what a transition decided (verification/transitions.ts): one job of the writer reads the row, decides and applies.
// It must not hold a rule of its own.

import type { Actor } from '../../kernel/actor.ts'
import type { ChangeInput, ChangeOutcome } from '../../verification/ports.ts'
import type { VerificationRecord } from '../../verification/state.ts'
import {
  applied,
  type Change,
  type Decide,
  type Decision,
  type LoggedEvent,
} from '../../verification/transitions.ts'
import { and, atMost, desc, eq, type Orm, sql } from './drizzle.ts'
import { type AppendEvent, EVENT_CODES, serviceActor } from './event-rows.ts'
import type { FactorUses } from './factor-uses.ts'
import type { Answers } from './idempotency.ts'
import { toRecord, type VerificationRows } from './rows.ts'
import { codes, deliveries, events, verifications } from './schema.ts'
import type { NumberSums } from './sums.ts'
import type { Writer } from './writer.ts'

type Row = { seq: number; service: string }
export type ApplyChange = (row: Row, change: Change, now: number, actor: Actor) => void

/** One statement for each set of columns: one that is named is written to its indexes, whether it changes or not. */
function createUpdates(orm: Orm) {
  const prepare = (names: readonly string[]) => {
    const values = names.map((name) => [name, sql`${sql.placeholder(name)}`])
    return orm
      .update(verifications)
      .set(Object.fromEntries(values))
      .where(eq(verifications.seq, sql.placeholder('seq')))
      .prepare()
  }
  const statements = new Map<string, ReturnType<typeof prepare>>()
  return (seq: number, set: Record<string, unknown>) => {
    const names = Object.keys(set)
    if (names.length === 0) return
    const key = names.join()
    const statement = statements.get(key) ?? prepare(names)
    statements.set(key, statement)
    statement.run({ seq, ...set })
  }
}

function createStatements(orm: Orm) {
  const p = sql.placeholder
  const d = deliveries
  return {
    update: createUpdates(orm),
    // An ended verification has no row here any more.
    removeCode: orm
      .delete(codes)
      .where(eq(codes.verificationSeq, p('seq')))
      .prepare(),
    cancelQueued: orm
      .update(d)
      .set({ status: 'canceled', dueAt: null, token: null })
      .where(and(eq(d.verificationSeq, p('seq')), eq(d.status, 'queued')))
      .returning({ send: d.send, channel: d.channel })
      .prepare(),
    insertDelivery: orm
      .insert(d)
      .values({
        verificationSeq: p('seq'),
        send: p('send'),
        channel: p('channel'),
        status: 'queued',
        tries: 0,
        ambiguous: 0,
        dueAt: p('now'),
        queuedAt: p('now'),
      })
      .prepare(),
    newestOfType: orm
      .select({ at: events.at })
      .from(events)
      .where(and(eq(events.verificationSeq, p('seq')), eq(events.type, p('type'))))
      .orderBy(desc(events.seq))
      .limit(atMost(1))
      .prepare(),
  }
}

export function createApplyChange(orm: Orm, appendEvent: AppendEvent) {
  const statements = createStatements(orm)

  const isLeftOut = (seq: number, { type, atMostEveryMs }: LoggedEvent, now: number): boolean => {
    if (atMostEveryMs === undefined) return false
    const last = statements.newestOfType.get({ seq, type: EVENT_CODES[type] })
    return last !== undefined && now - last.at < atMostEveryMs
  }

  /** Inside a writer's job, on a row read in that job. */
  const apply: ApplyChange = ({ seq, service }, change, now, actor) => {
    statements.update(seq, change.ends ? { ...change.set, sessionSlot: null } : change.set)
    if (change.ends) statements.removeCode.run({ seq })
    for (const event of change.events) {
      const { type, details } = event
      if (!isLeftOut(seq, event, now))
        appendEvent({ at: now, type, verificationSeq: seq, actor, details })
    }
    if (change.cancelQueued !== null)
      for (const { send, channel } of statements.cancelQueued.all({ seq }))
        appendEvent({
          at: now,
          type: 'delivery.canceled',
          verificationSeq: seq,
          actor: serviceActor(service),
          details: { channel, send, reason: change.cancelQueued },
        })
    if (change.delivery) statements.insertDelivery.run({ seq, now, ...change.delivery })
  }
  return { apply, isLeftOut }
}

function decideInTime<Result>(decide: Decide<Result>, record: VerificationRecord, now: number) {
  const decision = decide(record, now)
  const isLate = decision.kind === 'change' && now > (decision.notAfter ?? now)
  return isLate ? decide(record, now, true) : decision
}

/** Nothing but events that may be left out. */
function onlyEvents<Result>(decision: Decision<Result>): readonly LoggedEvent[] | undefined {
  if (decision.kind === 'refused' || decision.use) return undefined
  const { set, ends, cancelQueued, delivery, events } = decision.change
  const isMore = Object.keys(set).length > 0 || ends || cancelQueued !== null || delivery !== null
  return isMore || events.some((one) => one.atMostEveryMs === undefined) ? undefined : events
}

export function createChange(deps: {
  writer: Writer
  rows: VerificationRows
  answers: Answers
  numberSums: NumberSums
  factorUses: FactorUses
  applying: ReturnType<typeof createApplyChange>
}) {
  const { writer, rows, answers, factorUses, applying } = deps

  /** Under a key there is an answer to be kept. */
  const hasNothingToWrite = <Result>(input: ChangeInput<Result>) => {
    const { record, now, idempotency, decide } = input
    const decision = decide(record, now)
    const events = idempotency ? undefined : onlyEvents(decision)
    const row = events && rows.byId(record.service, record.id)
    if (!row || decision.kind === 'refused') return undefined
    if (!events.every((event) => applying.isLeftOut(row.seq, event, now))) return undefined
    return { kind: 'changed' as const, result: decision.answer(record, null) }
  }

  const changeNow = <Result>(input: ChangeInput<Result>): ChangeOutcome<Result> => {
    const { record, now, numberLimit, actor, idempotency } = input
    const stored = idempotency && answers.find(idempotency.key, now)
    if (stored) return { kind: 'answered_before', stored } // mutant: C38.check-replay
    const row = rows.byId(record.service, record.id)
    if (!row) return { kind: 'gone' }
    const before = toRecord(row) // mutant: I1.pending-only
    const decision = decideInTime(input.decide, before, now)
    if (decision.kind === 'refused') return decision
    const retryAt = numberLimit && deps.numberSums.fullUntil(row.service, numberLimit, now)
    if (typeof retryAt === 'number') return { kind: 'number_limited', retryAt }
    const { use } = decision
    const isUsed = !use || factorUses.use(use.factor, now)
    const effect = isUsed ? decision : use.otherwise // mutant: C11.used-code-wrong
    applying.apply(row, effect.change, now, actor)
    const codesLeft =
      isUsed && use?.factor.type === 'recovery_codes'
        ? factorUses.remaining(use.factor.factorId)
        : null
    const result = effect.answer(applied(before, effect.change), codesLeft)
    answers.keep(idempotency, result)
    return { kind: 'changed', result }
  }

  return async <Result>(input: ChangeInput<Result>): Promise<ChangeOutcome<Result>> =>
    (await writer.read(() => hasNothingToWrite(input))) ?? writer.write(() => changeNow(input))
}
