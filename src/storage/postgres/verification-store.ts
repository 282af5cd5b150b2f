// The domain's store on PostgreSQL: each port method one statement, the atomic ones a function of the database.
// It must not hold a rule of its own: transitions.ts decides, drizzle/postgres applies.

import { MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import { LONGEST_LIFETIME_MS } from '../../verification/policy.ts'
import type { CheckQuery, VerificationStore } from '../../verification/ports.ts'
import { mayContinue } from '../../verification/state.ts'
import type { Suppressed } from '../../verification/suppression.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { toDeliveryRecord } from '../delivery-record.ts'
import type { Engine } from '../engine.ts'
import { KNOWN_READ } from '../lists.ts'
import { changeFields, createApply } from './change.ts'
import { createCreate } from './create.ts'
import { sql } from './drizzle.ts'
import { ASKED_FIELDS, toAsked, WITH_ASKED } from './front.ts'
import { createGuessReads, SUPPRESSED } from './guesses.ts'
import type { LastLook } from './last-look.ts'
import type { Call, StoreContext } from './pool.ts'
import { byteList, bytesOf, camelRow, json, keyJson, type Raw, toRecord, toStored } from './rows.ts'

const BY_ID = 'f.service = $1 and f.id = $2'
const BY_SESSION = `f.service = $1 and f.session_mac = any($2) and f.address_index = any($3) and f.purpose = $4
  order by f.seq desc limit 1`

/**
 * The number's guesses since the parameter of this place, and the one after it for the rows that may hold some. In a
 * select of their own: a plan that knows the times seems better than one for all of them, and would be made at each call.
 */
const withSpent = (
  where: string,
  place: number,
) => `select f.*, ${ASKED_FIELDS}, s.* from verification_rows_2 f ${WITH_ASKED}, lateral (
  select sum(n.attempts)::integer as spent_count, min(n.last_attempt_at) as spent_oldest from verifications n
  where n.budget_index = f.budget_index and n.created_at > (select $${place + 1}::bigint)
    and n.service = f.service and n.authenticated = f.authenticated and n.last_attempt_at > (select $${place}::bigint)) s
  where ${where}`
const CHECKED = {
  byId: `select f.*, ${ASKED_FIELDS} from verification_rows_2 f ${WITH_ASKED} where ${BY_ID}`,
  byIdWithSpent: withSpent(BY_ID, 3),
  bySession: `select f.*, ${ASKED_FIELDS} from verification_rows_2 f ${WITH_ASKED} where ${BY_SESSION}`,
  bySessionWithSpent: withSpent(BY_SESSION, 5),
}

function checkCall(query: CheckQuery): Call {
  const { service, now, numberWindowMs } = query
  const since = numberWindowMs === null ? null : now - numberWindowMs
  const window = since === null ? [] : [since, since - LONGEST_LIFETIME_MS]
  if ('id' in query)
    return {
      text: since === null ? CHECKED.byId : CHECKED.byIdWithSpent,
      values: [service, query.id, ...window],
    }
  const { sessionMacs, addressIndexes, purpose } = query
  return {
    text: since === null ? CHECKED.bySession : CHECKED.bySessionWithSpent,
    values: [service, bytesOf(sessionMacs), bytesOf(addressIndexes), purpose, ...window],
  }
}

const SPENT = 'select 1 from spent_challenges where id = $1'
const HOLDERS = 'select * from verification_rows_2 where session_slot = any($1)'

const createHolders =
  ({ query }: StoreContext) =>
  async (slots: readonly Uint8Array[]) =>
    (await query<Raw>({ text: HOLDERS, values: [bytesOf(slots)] })).map(toRecord)

function createFinds(
  { query }: StoreContext,
  holdersOf: ReturnType<typeof createHolders>,
): Pick<
  VerificationStore,
  'find' | 'findToCheck' | 'findContinuable' | 'findAnswer' | 'list' | 'deliveriesOf'
> {
  return {
    async findAnswer(key, now) {
      const [row] = await query<Raw>(sql`select * from cs_find_answer_1(${keyJson(key)}, ${now})`)
      return row && toStored(row)
    },
    async find(service, id) {
      const [row] = await query(
        sql`select * from verification_rows_2 where id = ${id} and service = ${service}`,
      )
      return row && toRecord(row)
    },
    async findToCheck(asked) {
      const [row] = await query<Raw>(checkCall(asked))
      if (!row) return undefined
      const { spent_count: count, spent_oldest: oldestAt } = row
      const isSpent = typeof count === 'number' && typeof oldestAt === 'number'
      const spent = isSpent ? { count, oldestAt } : null
      return { record: toRecord(row), spent, asked: toAsked(row) }
    },
    async findContinuable(slot, now) {
      return (await holdersOf(slot.slots)).find((record) => mayContinue(record, slot, now))
    },
    async deliveriesOf(id) {
      const rows = await query<Raw>(sql`select d.*, d.attempts as tries from verifications v
        join deliveries d on d.verification_seq = v.seq and d.send > 0 where v.id = ${id} order by d.send`)
      return rows.map((row) => toDeliveryRecord(id, camelRow(row) as never))
    },
    async list({ service, budgetIndexes, cursor, limit }) {
      const { at, seq } = decodeCursor(cursor)
      const found = await query<Raw>(sql`select * from verification_rows_2
        where budget_index = any(${byteList(budgetIndexes)}) and service = ${service}
          and (created_at, seq) < (${at}, ${seq})
        order by created_at desc, seq desc limit ${limit + 1}`)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const place = last && { at: Number(last.created_at), seq: Number(last.seq) }
      return {
        items: page.map(toRecord),
        nextCursor: place && found.length > limit ? encodeCursor(place) : null,
      }
    },
  }
}

export function createVerificationStore(
  context: StoreContext,
  lastLook: LastLook,
): Engine['verifications'] {
  const { query, timeOf } = context
  const guesses = createGuessReads(query)
  const holdersOf = createHolders(context)
  const finds = createFinds(context, holdersOf)
  return {
    ...finds,
    checkGuessBudget: guesses.ask,
    checkStart: guesses.askWith,
    async findSuppressed({ channel, addressIndexes }, now) {
      const values = [channel, bytesOf(addressIndexes), now]
      const [row] = await query<{ suppressed: Suppressed | null }>({ text: SUPPRESSED, values })
      return row?.suppressed ?? undefined
    },
    async isKnown(service, budgetIndexes) {
      const [row] = await query<{
        known: boolean
      }>(sql`select exists (select from (select status from verifications
          where budget_index = any(${byteList(budgetIndexes)}) and service = ${service}
          order by created_at desc limit ${KNOWN_READ}) v where status = 'approved') as known`)
      return row?.known ?? false
    },
    async isSpent(challenge) {
      const values = [Buffer.from(challenge)]
      return (await query({ text: SPENT, values })).length > 0
    },
    create: createCreate(context, { guesses, holdersOf, lastLook }),
    apply: createApply(context, lastLook),
    async pastEnd({ now, graceMs, limit }) {
      const past = await query<Raw>(
        sql`select f.at, (f.v).* from cs_past_end_1(${timeOf(now)}, ${graceMs}, ${limit}) f`,
      )
      return past.map((row) => ({ record: toRecord(row), at: Number(row.at) }))
    },
    async sweep({ items, at, now, limit }) {
      const fields = items.map(({ id, stamp, change }) => ({
        id,
        stamp,
        change: changeFields(change),
      }))
      const [row] = await query<{
        changed: number
      }>(sql`select cs_sweep_2(${json(fields)}, ${at}, ${timeOf(now)},
        ${limit}, ${MIN_REMAINING_TO_SEND_MS}) as changed`)
      return row?.changed ?? 0
    },
    async purgeAnswers({ now, limit }) {
      const [row] = await query<{ gone: number }>(
        sql`select cs_purge_answers_2(${now}, ${limit}) as gone`,
      )
      return row?.gone ?? 0
    },
  }
}
