// The domain's store on PostgreSQL: each port method one statement, the atomic ones a function of the database.
// It must not hold a rule of its own; drizzle/postgres has the steps.

import { MIN_REMAINING_TO_SEND_MS } from '../../kernel/channel.ts'
import type { CreateInput, NewVerification, VerificationStore } from '../../verification/ports.ts'
import type { VerificationRecord } from '../../verification/state.ts'
import { toDeliveryRecord } from '../delivery-record.ts'
import { createCheckSteps } from './check-steps.ts'
import type { StoreContext } from './context.ts'
import { type Sql, sql } from './drizzle.ts'
import { createGuessReads, guessesJson } from './guesses.ts'
import {
  actorJson,
  byteList,
  camelRow,
  json,
  keyJson,
  type Raw,
  rowJson,
  toRecord,
  toStored,
  writeJson,
} from './rows.ts'
import { createSendSteps } from './send-steps.ts'
import { createLists } from './verification-lists.ts'

/** A page that reloads by itself writes one row a minute, not one a second. */
const CONTINUED_EVENT_EVERY_MS = 60_000

const firstRecord = (rows: Raw[]) => rows[0] && toRecord(rows[0])

/** Without a sealed code nothing is sent. */
function countersOf({ codeSealed }: NewVerification) {
  const sends = codeSealed === null ? 0 : 1
  return { status: 'pending' as const, attempts: 0, failed: 0, sends }
}

function createdRecord(record: NewVerification): VerificationRecord {
  return {
    ...{ ...record, ...countersOf(record), lastAttemptAt: null, endedAt: null },
    deliveryStatus: record.codeSealed === null ? null : 'queued',
    isLastSendLost: false,
  }
}

function createStatement(input: CreateInput, clock: number | null): Sql {
  const { codeHash, codeSealed, ...row } = input.record
  const { channel, purpose, country, kind, authenticated } = row
  const details = {
    ...{ channel, purpose, country, kind, authenticated },
    ...(input.isLandline && { number_type: 'landline' }), // mutant: C50.pg-landline-logged
  }
  const slots = input.slot ? byteList(input.slot.slots) : sql`null::bytea[]`
  return sql`select f.kind as outcome, f.limit_name, f.fingerprint, f.answer, (f.v).* from cs_create_2(
    ${rowJson({ ...row, ...countersOf(input.record) })}, ${codeHash}, ${codeSealed}, ${slots}, ${guessesJson(input.guesses)},
    ${actorJson(input.actor)}, ${json(details)},
    ${writeJson(input.idempotency, createdRecord(input.record))}, ${clock}) f`
}

function createStart({
  query,
  timeOf,
}: StoreContext): Pick<
  VerificationStore,
  'create' | 'continue' | 'findContinuable' | 'checkGuessBudget'
> {
  const guesses = createGuessReads(query)
  return {
    checkGuessBudget: guesses.ask,
    async findContinuable({ slots, authenticated, decoy }, now) {
      return firstRecord(
        await query(
          sql`select * from cs_continuable_2(${byteList(slots)}, ${authenticated}, ${decoy}, ${now})`,
        ),
      )
    },
    async create(input) {
      const [row] = await query<Raw>(createStatement(input, timeOf(input.record.createdAt)))
      switch (row?.outcome) {
        case 'answered_before':
          return { kind: 'answered_before', stored: toStored(row) }
        case 'continued':
          return { kind: 'continued', record: toRecord(withoutExtras(row)) }
        case 'guesses_refused':
          return {
            kind: 'guesses_refused',
            refusal: await guesses.relief(input.guesses, String(row.limit_name)),
          }
        default:
          return { kind: 'created', record: createdRecord(input.record) }
      }
    },
    async continue({ service, id, now, actor, idempotency }) {
      const [row] = await query<Raw>(sql`select * from cs_continue_1(${service}, ${id}, ${now},
        ${CONTINUED_EVENT_EVERY_MS}, ${actorJson(actor)}, ${writeJson(idempotency, null)})`)
      return row && { kind: 'answered_before', stored: toStored(row) }
    },
  }
}

function withoutExtras({ limit_name: _, fingerprint: _f, answer: _a, ...row }: Raw): Raw {
  return row
}

export function createVerificationStore(context: StoreContext): VerificationStore {
  const { query, timeOf } = context
  return {
    ...createStart(context),
    ...createCheckSteps(context),
    ...createSendSteps(context),
    ...createLists(context),
    async findAnswer(key, now) {
      const [row] = await query<Raw>(sql`select * from cs_find_answer_1(${keyJson(key)}, ${now})`)
      return row && toStored(row)
    },
    async find(service, id) {
      return firstRecord(
        await query(sql`select * from verification_rows where id = ${id} and service = ${service}`),
      )
    },
    async deliveriesOf(id) {
      const rows = await query<Raw>(sql`select d.* from verifications v
        join deliveries d on d.verification_seq = v.seq where v.id = ${id} order by d.send`)
      return rows.map((row) => toDeliveryRecord(id, camelRow(row) as never))
    },
    async sweep({ now, graceMs, limit }) {
      const [row] = await query<{
        changed: number
      }>(sql`select cs_sweep_1(${timeOf(now)}, ${graceMs},
        ${limit}, ${MIN_REMAINING_TO_SEND_MS}) as changed`)
      return row?.changed ?? 0
    },
    async purgeAnswers({ now, limit }) {
      const [row] = await query<{ gone: number }>(
        sql`select cs_purge_answers_1(${now}, ${limit}) as gone`,
      )
      return row?.gone ?? 0
    },
  }
}
