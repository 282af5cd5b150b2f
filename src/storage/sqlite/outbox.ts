// Deliveries on SQLite: what is due, and the changes that were decided (storage/outbox.ts), each written where the row is still
// held as it was then. It must not hold a rule of its own.

import type { DeliveryChange, DeliveryColumns } from '../../delivery/transitions.ts'
import { drawBytes } from '../../kernel/ids.ts'
import type { DeliveryApplied, DeliveryToApply, Engine, TryAnswer } from '../engine.ts'
import { and, eq, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import { createOutboxReads, createPastSends, type OutboxRow } from './outbox-reads.ts'
import { deliveries, sendTries } from './schema.ts'
import type { Writer } from './writer.ts'

/**
 * Where a power cut loses one of these, a message goes out again, with the same code and
 * try id: that is promised anyway (I5), so no sync is waited for between a start and its send.
 */
const AT_LEAST_ONCE = { mayRepeat: true } as const
/** 64 random bits: distinguishes workers, and is not a secret. */
const TOKEN_BYTES = 8

const drawToken = () => drawBytes(TOKEN_BYTES).toString('base64url')

type TryKey = { seq: number; send: number; tryNumber: number }
type Deps = { orm: Orm; endings: Endings; appendEvent: AppendEvent }

function createMove(orm: Orm) {
  const p = sql.placeholder
  const move = orm
    .update(deliveries)
    .set({
      status: sql`${p('status')}`,
      dueAt: sql`${p('dueAt')}`,
      token: sql`${p('token')}`,
      provider: sql`${p('provider')}`,
      tries: sql`${p('tries')}`,
      ambiguous: sql`${p('ambiguous')}`,
      errorCode: sql`${p('errorCode')}`,
      errorMessage: sql`${p('errorMessage')}`,
      sentAt: sql`${p('sentAt')}`,
    })
    .where(and(eq(deliveries.verificationSeq, p('seq')), eq(deliveries.send, p('send'))))
    .prepare()
  return (row: OutboxRow, set: DeliveryColumns) => void move.run({ ...row, ...set })
}

function createTries(orm: Orm) {
  const p = sql.placeholder
  const t = sendTries
  const isTry = and(
    eq(t.verificationSeq, p('seq')),
    eq(t.send, p('send')),
    eq(t.tryNumber, p('tryNumber')),
  )
  const begin = orm
    .insert(t)
    .values({
      verificationSeq: p('seq'),
      send: p('send'),
      tryNumber: p('tryNumber'),
      provider: p('provider'),
      startedAt: p('now'),
    })
    .prepare()
  const answer = orm
    .update(t)
    .set({
      durationMs: sql`${p('durationMs')}`,
      result: sql`${p('result')}`,
      reference: sql`${p('reference')}`,
      errorCode: sql`${p('errorCode')}`,
      errorMessage: sql`${p('errorMessage')}`,
    })
    .where(isTry)
    .prepare()
  const remove = orm.delete(t).where(isTry).prepare()
  return {
    begin: (row: TryKey & { provider: string; now: number }) => void begin.run(row),
    answer(key: TryKey, { durationMs, result }: TryAnswer) {
      const { kind } = result
      const reference = kind === 'sent' ? result.reference : null
      const error = kind === 'sent' ? null : result.error
      answer.run({
        ...key,
        durationMs,
        result: kind,
        reference,
        errorCode: error?.code ?? null,
        errorMessage: error?.message ?? null,
      })
    },
    remove: (key: TryKey) => void remove.run(key),
  }
}

type Tries = ReturnType<typeof createTries>

function createApplyOne({ orm, endings, appendEvent }: Deps, tries: Tries) {
  const move = createMove(orm)
  return (row: OutboxRow, change: DeliveryChange, now: number) => {
    const { seq, send } = row
    const { set, dueAfterMs, newTry, removed, at } = change
    move(row, dueAfterMs === undefined ? set : { ...set, dueAt: now + dueAfterMs })
    if (newTry) tries.begin({ seq, send, now: at, ...newTry })
    if (removed !== undefined) tries.remove({ seq, send, tryNumber: removed })
    const actor = serviceActor(row.service)
    for (const event of change.events) appendEvent({ ...event, at, verificationSeq: seq, actor })
    if (change.eraseIfUnsendable) endings.eraseIfUnsendable(seq) // mutant: I7.last-send-erases
  }
}

/** Whoever holds the row now is another worker, or none. */
function isHeld(row: OutboxRow, { token, status, tries }: DeliveryToApply): boolean {
  return row.status === status && row.token === token && row.tries === tries // mutant: I5.lease-fencing
}

function fits(row: OutboxRow, { change: { stamp, notAfter } }: DeliveryToApply, now: number) {
  const isSame =
    !stamp || (row.verificationStatus === stamp.verificationStatus && row.sends === stamp.sends)
  return isSame && now <= (notAfter ?? now)
}

export function createOutbox(deps: Deps & { writer: Writer }): Engine['outbox'] {
  const { writer } = deps
  const reads = createOutboxReads(deps.orm)
  const readPastSends = createPastSends(deps.orm)
  const tries = createTries(deps.orm)
  const applyOne = createApplyOne(deps, tries)

  const apply = (one: DeliveryToApply, now: number): DeliveryApplied => {
    const { verificationId, send, change, answer } = one
    const row = reads.one({ verificationId, send })
    if (!row) return { kind: 'fenced' }
    if (answer) tries.answer({ seq: row.seq, send, tryNumber: answer.tryNumber }, answer)
    if (!isHeld(row, one)) return { kind: 'fenced' }
    if (!fits(row, one, now)) return { kind: 'changed', at: now, row }
    applyOne(row, change, now)
    return { kind: 'applied' }
  }

  return {
    // Most channels have nothing due most of the time: a look, and no transaction.
    due: (input) =>
      writer.read(() =>
        reads.due(input).map((row) => ({ ...row, newToken: drawToken(), at: input.now })),
      ),
    apply: (changes, now) =>
      writer.write(() => changes.map((one) => apply(one, now)), AT_LEAST_ONCE),
    nextDueAt: () => writer.read(reads.firstDueOfAll),
    pastSends: () => writer.read(readPastSends),
    depths: (now) => writer.read(() => reads.depths(now)),
  }
}
