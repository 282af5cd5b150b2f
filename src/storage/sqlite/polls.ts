// Polls on SQLite: when a provider is asked about a try, and the lease while it is.
// It must not hold a rule of its own (storage/polls.ts).

import type { Engine } from '../engine.ts'
import { and, atMost, eq, isNotNull, isNull, lte, type Orm, sql } from './drizzle.ts'
import { selectReported } from './receipts.ts'
import { sendTries, verifications } from './schema.ts'
import type { Writer } from './writer.ts'

type Polls = Pick<Engine['outbox'], 'pollsDue' | 'leasePolls' | 'planPoll' | 'unplannedTries'>

/** After a power cut a provider is asked twice: that changes nothing (I16). */
const MAY_REPEAT = { mayRepeat: true } as const

function createStatements(orm: Orm) {
  const t = sendTries
  const v = verifications
  const p = sql.placeholder
  const isTry = and(
    sql`verification_seq = (select seq from verifications where id = ${p('verificationId')})`,
    eq(t.send, p('send')),
    eq(t.tryNumber, p('tryNumber')),
  )
  return {
    first: orm
      .select({ at: sql<number>`${t.pollAt}` })
      .from(t)
      .where(and(eq(t.provider, p('provider')), isNotNull(t.pollAt)))
      .orderBy(t.pollAt)
      .limit(atMost(1))
      .prepare(),
    due: selectReported(orm)
      .where(and(eq(t.provider, p('provider')), lte(t.pollAt, p('now')))) // mutant: C26.poll-lease
      .orderBy(t.pollAt)
      .limit(atMost('limit'))
      .prepare(),
    ofVerification: selectReported(orm)
      .where(and(eq(v.id, p('verificationId')), isNull(t.pollAt)))
      .prepare(),
    plan: orm
      .update(t)
      .set({ pollAt: sql`${p('to')}`, isViewed: sql`${p('isViewed')}` })
      .where(and(isTry, sql`poll_at is ${p('from')}`)) // mutant: C26.poll-fenced
      .prepare(),
    lease: orm
      .update(t)
      .set({ pollAt: sql`${p('leaseUntil')}`, isViewed: null })
      .where(isTry)
      .prepare(),
  }
}

export function createPolls({ orm, writer }: { orm: Orm; writer: Writer }): Polls {
  // Most installations ask nobody.
  let made: ReturnType<typeof createStatements> | undefined
  const statements = () => {
    made ??= createStatements(orm)
    return made
  }
  return {
    pollsDue: (providers) =>
      writer.read(() =>
        providers.flatMap((provider) => {
          const found = statements().first.get({ provider })
          return found ? [{ provider, at: found.at }] : []
        }),
      ),
    leasePolls: ({ provider, limit, now, leaseMs }) =>
      writer.write(() => {
        const leaseUntil = now + leaseMs
        const rows = statements().due.all({ provider, now, limit })
        for (const { verificationId, send, tryNumber } of rows)
          statements().lease.run({ verificationId, send, tryNumber, leaseUntil })
        return rows.map((row) => ({ ...row, at: now, leaseUntil }))
      }, MAY_REPEAT),
    planPoll: ({ isViewed, ...plan }) =>
      writer.write(() => {
        statements().plan.run({ ...plan, isViewed: isViewed ? 1 : null })
      }, MAY_REPEAT),
    unplannedTries: (verificationId, now) =>
      writer.read(() =>
        statements()
          .ofVerification.all({ verificationId })
          .map((row) => ({ ...row, at: now })),
      ),
  }
}
