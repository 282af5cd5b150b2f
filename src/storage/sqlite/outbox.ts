// Deliveries on SQLite: what is due, and the changes that were decided (storage/outbox.ts), each written where the row is still
// held as it was then. It must not hold a rule of its own.

import type { DeliveryChange, DeliveryColumns } from '../../delivery/change.ts'
import { drawToken } from '../../kernel/ids.ts'
import type { DeliveryApplied, DeliveryToApply, Engine } from '../engine.ts'
import { and, eq, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import { createLaneReads } from './lanes.ts'
import { createOutboxReads, createPastSends, type OutboxRow } from './outbox-reads.ts'
import { createPolls } from './polls.ts'
import { createReceipts } from './receipts.ts'
import { deliveries } from './schema.ts'
import type { WriteSteps } from './steps.ts'
import type { Tries } from './tries.ts'
import type { Writer } from './writer.ts'

/**
 * Where a power cut loses one of these, a message goes out again, with the same code and
 * try id: that is promised anyway (I5), so no sync is waited for between a start and its send.
 */
const AT_LEAST_ONCE = { mayRepeat: true } as const

type Deps = {
  orm: Orm
  endings: Endings
  appendEvent: AppendEvent
  tries: Tries
  writeSteps: WriteSteps
}

function createMove(orm: Orm) {
  const p = sql.placeholder
  const move = orm
    .update(deliveries)
    .set({
      status: sql`${p('status')}`,
      dueAt: sql`${p('dueAt')}`,
      token: sql`${p('token')}`,
      provider: sql`${p('provider')}`,
      tried: sql`${p('tried')}`,
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

function createApplyOne({ orm, endings, appendEvent, tries, writeSteps }: Deps) {
  const move = createMove(orm)
  return (row: OutboxRow, change: DeliveryChange, now: number) => {
    const { seq, send } = row
    const { set, dueAfterMs, newTry, removed, at } = change
    move(row, dueAfterMs === undefined ? set : { ...set, dueAt: now + dueAfterMs })
    // A step that begins is a send from here on.
    if (newTry) tries.begin({ seq, send: change.steps?.begin?.send ?? send, now: at, ...newTry })
    if (change.poll) tries.poll({ seq, send, ...change.poll })
    if (removed !== undefined) tries.remove({ seq, send, tryNumber: removed })
    const actor = serviceActor(row.service)
    for (const event of change.events) appendEvent({ ...event, at, verificationSeq: seq, actor })
    if (change.steps) writeSteps(row, change.steps, at)
    if (change.eraseIfUnsendable) endings.eraseIfUnsendable(seq) // mutant: I7.last-send-erases
  }
}

/** Whoever holds the row now is another worker, or none; a step that a resend has put off meanwhile is not due. */
function isHeld(row: OutboxRow, { token, status, tries }: DeliveryToApply, now: number): boolean {
  if (status === 'waiting' && token === null && (row.dueAt ?? now) > now) return false // mutant: C54.put-off-not-claimed
  return row.status === status && row.token === token && row.tries === tries // mutant: I5.lease-fencing
}

function fits(row: OutboxRow, { change: { stamp, notAfter } }: DeliveryToApply, now: number) {
  const isSame =
    !stamp || (row.verificationStatus === stamp.verificationStatus && row.sends === stamp.sends)
  return isSame && now <= (notAfter ?? now)
}

export function createOutbox(deps: Deps & { writer: Writer }): Engine['outbox'] {
  const { writer, tries } = deps
  const reads = createOutboxReads(deps.orm)
  const lanes = createLaneReads(deps.orm)
  const readPastSends = createPastSends(deps.orm)
  const applyOne = createApplyOne(deps)
  // Made at the first receipt: a start waits for no statement of theirs.
  let made: ReturnType<typeof createReceipts> | undefined
  const receipts = () => {
    made ??= createReceipts({ ...deps, applyOne })
    return made
  }

  const apply = (one: DeliveryToApply, now: number): DeliveryApplied => {
    const { verificationId, send, change, answer } = one
    const row = reads.one({ verificationId, send })
    if (!row) return { kind: 'fenced' }
    if (answer) tries.answer({ seq: row.seq, send, tryNumber: answer.tryNumber }, answer)
    if (!isHeld(row, one, now)) return { kind: 'fenced' }
    if (!fits(row, one, now)) return { kind: 'changed', at: now, row }
    applyOne(row, change, now)
    return { kind: 'applied' }
  }

  return {
    // Most channels have nothing due most of the time: a look, and no transaction.
    due: (input) =>
      writer.read(() =>
        reads
          .due(input.lanes, input.now)
          .map((row) => ({ ...row, newToken: drawToken(), at: input.now })),
      ),
    apply: (changes, now) =>
      writer.write(() => changes.map((one) => apply(one, now)), AT_LEAST_ONCE),
    reported: async (ref, now) => receipts().reported(ref, now),
    receive: async (change, now) => receipts().receive(change, now),
    ...createPolls(deps),
    dueLanes: () => writer.read(lanes.dueLanes),
    pastSends: () => writer.read(readPastSends),
    backlog: (asked, now) => writer.read(() => lanes.backlog(asked, now)),
    depths: (now) => writer.read(() => lanes.depths(now)),
  }
}
