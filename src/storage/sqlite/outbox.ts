// The worker's store on SQLite: each step is one job of the writer, which loads, decides and applies.
// What a delivery becomes is decided in delivery/transitions.ts.

import type { ClaimedDelivery, Outbox, SettleDelivery } from '../../delivery/outbox-ports.ts'
import {
  type DeliveryChange,
  type DeliveryColumns,
  decideClaim,
  decideReleased,
  decideSettled,
} from '../../delivery/transitions.ts'
import { drawBytes } from '../../kernel/ids.ts'
import { and, eq, type Orm, sql } from './drizzle.ts'
import type { Endings } from './ending.ts'
import { type AppendEvent, serviceActor } from './event-rows.ts'
import { createOutboxReads, createPastSends, type OutboxRow } from './outbox-reads.ts'
import { deliveries, sendTries } from './schema.ts'
import type { Writer } from './writer.ts'

/**
 * What a power cut takes of these is a message that goes out once more, with the same code and
 * try id: that is promised anyway (I5), so no sync is waited for between a start and its send.
 */
const AT_LEAST_ONCE = { mayRepeat: true } as const
/** 64 random bits: tells workers apart, it is no secret. */
const TOKEN_BYTES = 8
/** After an outage most of what is due may be dead: look further than one batch, but not through all in one transaction. */
const MAX_ROUNDS = 4

type ClaimInput = Parameters<Outbox['claim']>[0]
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
    answer(key: TryKey, { durationMs, result }: SettleDelivery) {
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

function createApply({ orm, endings, appendEvent }: Deps, tries: Tries) {
  const move = createMove(orm)
  return (row: OutboxRow, change: DeliveryChange, now: number) => {
    const { seq, send } = row
    const { set, dueAfterMs, begun, removed, at } = change
    move(row, dueAfterMs === undefined ? set : { ...set, dueAt: now + dueAfterMs })
    if (begun) tries.begin({ seq, send, now: at, ...begun })
    if (removed !== undefined) tries.remove({ seq, send, tryNumber: removed })
    const actor = serviceActor(row.service)
    for (const event of change.events) appendEvent({ ...event, at, verificationSeq: seq, actor })
    if (change.eraseIfUnsendable) endings.eraseIfUnsendable(seq) // mutant: I7.last-send-erases
  }
}

export function createOutbox(deps: Deps & { writer: Writer }): Outbox {
  const { writer } = deps
  const reads = createOutboxReads(deps.orm)
  const readPastSends = createPastSends(deps.orm)
  const tries = createTries(deps.orm)
  const apply = createApply(deps, tries)

  const claim = (input: ClaimInput) => {
    const { channel, now, limit } = input
    const claims: ClaimedDelivery<unknown>[] = []
    for (let round = 0; round < MAX_ROUNDS && claims.length < limit; round += 1) {
      const found = reads.due({ channel, now, limit: limit - claims.length })
      if (found.length === 0) break
      for (const row of found) {
        const token = drawBytes(TOKEN_BYTES).toString('base64url')
        const { change, claimed } = decideClaim(row, { ...input, token })
        apply(row, change, now)
        if (claimed) claims.push(claimed)
      }
    }
    return claims
  }

  const settle = (input: SettleDelivery): 'settled' | 'fenced' => {
    const { verificationId, sendNumber: send, tryNumber, token } = input.claim
    const found = reads.one({ verificationId, send })
    if (!found) return 'fenced'
    tries.answer({ seq: found.seq, send, tryNumber }, input)
    if (found.status !== 'sending' || found.token !== token) return 'fenced' // mutant: I5.lease-fencing
    apply(found, decideSettled(found, input), input.now)
    return 'settled'
  }

  const release: (claims: Parameters<Outbox['release']>[0]) => void = (claims) => {
    for (const { verificationId, sendNumber: send, tryNumber, token } of claims) {
      const row = reads.one({ verificationId, send })
      if (row?.status === 'sending' && row.token === token) apply(row, decideReleased(tryNumber), 0)
    }
  }

  return {
    async claim<Prepared>(input: ClaimInput) {
      // Most channels have nothing due most of the time: a look, and no transaction.
      const dueAt = await writer.read(() => reads.firstDue(input.channel))
      if (dueAt === undefined || dueAt > input.now) return []
      const claims = await writer.write(() => claim(input), AT_LEAST_ONCE)
      // What `plan` prepared is handed back as it came.
      return claims as ClaimedDelivery<Prepared>[]
    },
    settle: (input) => writer.write(() => settle(input), AT_LEAST_ONCE),
    release: (claims) => writer.write(() => release(claims), AT_LEAST_ONCE),
    nextDueAt: () => writer.read(reads.firstDueOfAll),
    pastSends: () => writer.read(readPastSends),
    depths: (now) => writer.read(() => reads.depths(now)),
  }
}
