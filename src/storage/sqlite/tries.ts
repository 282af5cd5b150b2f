// The rows of tries on SQLite: one for each request to a provider, from its claim to its answer.

import type { TryAnswer } from '../engine.ts'
import { and, eq, type Orm, sql } from './drizzle.ts'
import { sendTries } from './schema.ts'

const p = sql.placeholder
const t = sendTries
export const isTry = and(
  eq(t.verificationSeq, p('seq')),
  eq(t.send, p('send')),
  eq(t.tryNumber, p('tryNumber')),
)

type TryKey = { seq: number; send: number; tryNumber: number }
export type Tries = ReturnType<typeof createTries>

export function createTries(orm: Orm) {
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
      fault: sql`${p('fault')}`,
    })
    .where(isTry)
    .prepare()
  const poll = orm
    .update(t)
    .set({ pollAt: sql`${p('at')}` })
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
        fault: kind === 'sent' ? null : result.fault, // mutant: C53.fault-stored
      })
    },
    poll: (key: TryKey & { at: number }) => void poll.run(key),
    remove: (key: TryKey) => void remove.run(key),
  }
}
