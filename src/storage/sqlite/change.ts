// Writes what a transition decided (verification/transitions.ts): one job of the writer reads the row, and applies the change
// where the row still is as it was decided on. It must not hold a rule of its own.

import type { DeliveryChange } from '../../delivery/change.ts'
import type { Actor } from '../../kernel/actor.ts'
import type { Change, LoggedEvent } from '../../verification/change.ts'
import { stampOf } from '../change.ts'
import type { Applied, ChangeToApply } from '../engine.ts'
import { keptFor } from '../traces.ts'
import { and, atMost, desc, eq, type Orm, sql } from './drizzle.ts'
import { type AppendEvent, EVENT_CODES, serviceActor } from './event-rows.ts'
import type { FactorUses } from './factor-uses.ts'
import type { Answers } from './idempotency.ts'
import { toRecord, type VerificationRows } from './rows.ts'
import { codes, deliveries, events, verifications } from './schema.ts'
import type { WriteSteps } from './steps.ts'
import type { NumberSums } from './sums.ts'
import type { KeepTrace } from './traces.ts'
import type { Tries } from './tries.ts'
import type { Writer } from './writer.ts'

type Row = { seq: number; service: string }
/** @param claim of the delivery that the change makes, written with it */
export type ApplyChange = (
  row: Row,
  change: Change,
  now: number,
  actor: Actor,
  claim?: DeliveryChange | null,
) => void

const QUEUED = { status: 'queued', token: null, tries: 0 } as const

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
        status: p('status'),
        provider: p('provider'),
        token: p('token'),
        tries: p('tries'),
        ambiguous: 0,
        dueAt: p('dueAt'),
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

export function createApplyChange(
  orm: Orm,
  appendEvent: AppendEvent,
  tries: Tries,
  writeSteps: WriteSteps,
) {
  const statements = createStatements(orm)

  const isLeftOut = (seq: number, { type, atMostEveryMs }: LoggedEvent, now: number): boolean => {
    if (atMostEveryMs === undefined) return false
    const last = statements.newestOfType.get({ seq, type: EVENT_CODES[type] })
    return last !== undefined && now - last.at < atMostEveryMs
  }

  const insertDelivery = (
    { seq, service }: Row,
    delivery: NonNullable<Change['delivery']>,
    now: number,
    claim: DeliveryChange | null,
  ) => {
    const dueAt = now + (claim?.dueAfterMs ?? 0) // mutant: C23.start-lease
    statements.insertDelivery.run({ seq, now, ...delivery, ...QUEUED, ...claim?.set, dueAt })
    if (!claim) return
    const { newTry, events, at } = claim
    if (newTry) tries.begin({ seq, send: delivery.send, now: at, ...newTry })
    const actor = serviceActor(service)
    for (const event of events) appendEvent({ ...event, at, verificationSeq: seq, actor })
  }

  /** Inside a writer's job, on a row read in that job. */
  const apply: ApplyChange = (row, change, now, actor, claim = null) => {
    const { seq, service } = row
    statements.update(seq, change.ends ? { ...change.set, sessionSlot: null } : change.set)
    if (change.ends) statements.removeCode.run({ seq })
    for (const event of change.events) {
      const { type, details, webhooks } = event
      if (!isLeftOut(seq, event, now))
        appendEvent({ at: now, type, verificationSeq: seq, actor, details, webhooks })
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
    if (change.delivery) insertDelivery(row, change.delivery, now, claim)
    if (change.steps) writeSteps(row, change.steps, now)
  }
  return { apply, isLeftOut }
}

/** Nothing but events that may be left out. */
function onlyEvents({ effect, use, key }: ChangeToApply): readonly LoggedEvent[] | undefined {
  const { set, ends, cancelQueued, delivery, events, steps } = effect.change
  // Under a key there is an answer to be kept.
  const isMore = [ends, cancelQueued, delivery, steps].some(Boolean) || Object.keys(set).length > 0
  const mayBeLeftOut = events.every((one) => one.atMostEveryMs !== undefined)
  return !use && !key && !isMore && mayBeLeftOut ? events : undefined
}

export function createApply(deps: {
  writer: Writer
  rows: VerificationRows
  answers: Answers
  numberSums: NumberSums
  factorUses: FactorUses
  applying: ReturnType<typeof createApplyChange>
  keepTrace: KeepTrace
}): (change: ChangeToApply) => Promise<Applied> {
  const { writer, rows, answers, factorUses, applying } = deps

  const hasNothingToWrite = (input: ChangeToApply): Applied | undefined => {
    const events = onlyEvents(input)
    const row = events && rows.byId(input.service, input.id)
    if (!row || !events.every((event) => applying.isLeftOut(row.seq, event, input.now)))
      return undefined
    return { kind: 'done', codesLeft: null }
  }

  const applyNow = (input: ChangeToApply): Applied => {
    const { service, id, stamp, now, notAfter, numberLimit, actor, key, use } = input
    const stored = key && answers.find(key.key, now)
    if (stored) return { kind: 'answered_before', stored } // mutant: C38.check-replay
    const row = rows.byId(service, id)
    if (!row) return { kind: 'gone' }
    const before = toRecord(row)
    if (stampOf(before) !== stamp) return { kind: 'stale', record: before } // mutant: I1.pending-only
    if (notAfter !== null && now > notAfter) return { kind: 'late', at: now }
    const retryAt = numberLimit && deps.numberSums.fullUntil(service, numberLimit, now)
    if (typeof retryAt === 'number') return { kind: 'number_limited', retryAt }
    const isCode = use?.factor.type === 'recovery_codes'
    const codesLeft = isCode ? factorUses.remaining(use.factor.factorId) : null
    // The kept answer says how many are left.
    if (key && codesLeft !== null && codesLeft !== use?.codesLeft)
      return { kind: 'recount', codesLeft }
    const isSpent = use !== null && !factorUses.use(use.factor, now)
    const { change, answer } = isSpent ? use.otherwise : input.effect // mutant: C11.used-code-wrong
    applying.apply(row, change, now, actor)
    const send = input.trace && !isSpent ? keptFor(change) : undefined
    if (input.trace && send !== undefined) deps.keepTrace({ id, send, at: now }, input.trace)
    if (key && answer) answers.keep({ ...key, answer })
    return { kind: isSpent ? 'spent' : 'done', codesLeft }
  }

  return async (input) =>
    (await writer.read(() => hasNothingToWrite(input))) ?? writer.write(() => applyNow(input))
}
