// Answers under an Idempotency-Key: looked up, written with their effect, purged when their time is over.
// It must not open an answer: it is sealed, because it holds a recipient.

import type { AnswerToKeep, IdempotencyKey, StoredAnswer } from '../../verification/answer-ports.ts'
import { and, atMost, eq, gt, lte, type Orm, sql } from './drizzle.ts'
import { idempotencyKeys } from './schema.ts'

export type Answers = {
  /** Under any key of the ring. */
  find(key: IdempotencyKey, now: number): StoredAnswer | undefined
  /** An older answer past its time is replaced. */
  keep(kept: AnswerToKeep): void
  purge(now: number, limit: number): number
}

export function createAnswers(orm: Orm): Answers {
  const p = sql.placeholder
  const t = idempotencyKeys
  const find = orm
    .select({ fingerprint: t.fingerprint, answer: t.answer })
    .from(t)
    .where(
      and(
        eq(t.service, p('service')),
        eq(t.route, p('route')),
        eq(t.keyMac, p('keyMac')),
        gt(t.expiresAt, p('now')),
      ),
    )
    .prepare()
  const put = orm
    .insert(t)
    .values({
      service: p('service'),
      route: p('route'),
      keyMac: p('keyMac'),
      fingerprint: p('fingerprint'),
      answer: p('answer'),
      expiresAt: p('expiresAt'),
    })
    .onConflictDoUpdate({
      target: [t.service, t.route, t.keyMac],
      set: {
        fingerprint: sql`excluded.fingerprint`,
        answer: sql`excluded.answer`,
        expiresAt: sql`excluded.expires_at`,
      },
    })
    .prepare()
  const expired = orm
    .select({ service: t.service, route: t.route, keyMac: t.keyMac })
    .from(t)
    .where(lte(t.expiresAt, p('now')))
    .limit(atMost('limit'))
    .prepare()
  const remove = orm
    .delete(t)
    .where(and(eq(t.service, p('service')), eq(t.route, p('route')), eq(t.keyMac, p('keyMac'))))
    .prepare()
  return {
    find({ service, route, keyMacs }, now) {
      for (const keyMac of keyMacs) {
        const stored = find.get({ service, route, keyMac, now })
        if (stored) return stored
      }
      return undefined
    },
    keep({ key, fingerprint, expiresAt, answer }) {
      const [keyMac] = key.keyMacs
      if (!keyMac) throw new Error('an Idempotency-Key has a MAC')
      put.run({ service: key.service, route: key.route, keyMac, fingerprint, answer, expiresAt })
    },
    purge(now, limit) {
      const keys = expired.all({ now, limit })
      for (const key of keys) remove.run(key)
      return keys.length
    },
  }
}
