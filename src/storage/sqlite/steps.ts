// Writes what a change does to the steps of a chain that wait (kernel/steps.ts), in the transaction of that change.
// It must not decide anything, nor be asked for a verification without a chain.

import { type StepsChange, stepNumber } from '../../kernel/steps.ts'
import { and, eq, isNull, type Orm, sql } from './drizzle.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import { deliveries, verifications } from './schema.ts'

type Row = { seq: number; service: string }
export type WriteSteps = (row: Row, steps: StepsChange, at: number) => void

function createStatements(orm: Orm) {
  const p = sql.placeholder
  const d = deliveries
  const isOfRow = eq(d.verificationSeq, p('seq'))
  const close = (status: 'queued' | 'waiting') =>
    orm
      .update(d)
      .set({ status: 'canceled', dueAt: null, token: null })
      .where(and(isOfRow, sql`${d.status} = ${status}`))
      .returning({ send: d.send, channel: d.channel })
      .prepare()
  const due = sql`${p('at')} + case when ${p('plusTimeout')} then timeout_ms else 0 end`
  const isNext = and(
    isOfRow,
    eq(
      d.send,
      sql`(select max(w.send) from deliveries w where w.verification_seq = ${p('seq')} and w.send < 0 and w.status = 'waiting')`,
    ),
  )
  return {
    add: orm
      .insert(d)
      .values({
        verificationSeq: p('seq'),
        send: p('send'),
        channel: p('channel'),
        provider: p('provider'),
        status: sql`'waiting'`,
        tries: 0,
        ambiguous: 0,
        queuedAt: p('at'),
        timeoutMs: p('timeoutMs'),
      })
      .prepare(),
    cancelQueued: close('queued'),
    cancelWaiting: close('waiting'),
    number: orm
      .update(d)
      .set({ send: sql`${p('send')}`, queuedAt: sql`${p('at')}` })
      .where(and(isOfRow, eq(d.send, p('step'))))
      .prepare(),
    count: orm
      .update(verifications)
      .set({ sends: sql`${p('send')}`, channel: sql`${p('channel')}`, lastSendAt: sql`${p('at')}` })
      .where(eq(verifications.seq, p('seq')))
      .prepare(),
    restart: orm.update(d).set({ dueAt: due, token: null }).where(isNext).prepare(),
    pull: orm
      .update(d)
      .set({ dueAt: sql`min(coalesce(due_at, ${due}), ${due})` })
      // Leased, it is about to go out.
      .where(and(isNext, isNull(d.token))) // mutant: C54.lease-kept
      .prepare(),
  }
}

export function createStepWriter(orm: Orm, appendEvent: AppendEvent): WriteSteps {
  let made: ReturnType<typeof createStatements> | undefined
  return ({ seq, service }, { add = [], begin, next, cancel }, at) => {
    // Most installations have no chain.
    made ??= createStatements(orm)
    const append = (details: Record<string, string | number>) =>
      appendEvent({
        ...{ at, type: 'delivery.canceled', verificationSeq: seq, details },
        actor: serviceActor(service),
      })
    for (const step of add) made.add.run({ seq, at, ...step })
    if (begin) {
      for (const { send, channel } of made.cancelQueued.all({ seq }))
        append({ channel, send, reason: 'replaced' })
      made.number.run({ seq, at, ...begin })
      made.count.run({ seq, at, ...begin })
    }
    if (next) {
      const { at: from, plusTimeout, restarts } = next
      const move = restarts ? made.restart : made.pull
      move.run({ seq, at: from, plusTimeout: plusTimeout ? 1 : 0 })
    }
    if (cancel !== undefined)
      for (const { send, channel } of made.cancelWaiting.all({ seq }))
        append({ channel, step: stepNumber(send), reason: cancel })
  }
}
