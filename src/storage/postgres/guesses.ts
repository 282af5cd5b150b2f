// The guess budget as it is asked before a start; the start's own function decides it (I4).
// It must not count in rows of its own: what is refused spends nothing (I8).

import type { GuessQuery, GuessRefusal } from '../../verification/limit-ports.ts'
import type { VerificationStore } from '../../verification/ports.ts'
import type { Suppressed } from '../../verification/suppression.ts'
import { MAX_ROWS_FOR_RELIEF, type Reserved, reliefAt } from '../guess-relief.ts'
import { sql } from './drizzle.ts'
import { callOf, type Query } from './pool.ts'
import { byteList, bytesOf } from './rows.ts'

const spanOf = (query: GuessQuery, windowSeconds: number) =>
  windowSeconds * 1000 + query.longestLifetimeMs

/** Of each limit the window that it sums over, and what may be reserved in it before. */
export function spansAndRooms(query: GuessQuery): [spans: number[], rooms: number[]] {
  const { limits, wanted } = query
  return [
    limits.map(({ limit }) => spanOf(query, limit.windowSeconds)),
    limits.map(({ limit }) => limit.max - wanted),
  ]
}

const FULL = callOf('cs_guesses_full_1 as place', 'cs_guesses_full_1', 6)

/** Of a channel, these indexes and this time. */
const suppressedBy = (channel: string, indexes: string, now: string) =>
  `(select jsonb_build_object('channel', s.channel, 'reason', s.reason, 'until', s.until) from suppressions s where s.channel = ${channel}
    and s.address_index = any(${indexes}::bytea[]) and (s.until is null or s.until > ${now}) limit 1) as suppressed`

export const SUPPRESSED = `select ${suppressedBy('$1', '$2', '$3')}`

/** A start that sends a message asks for both at once. */
const FULL_OR_SUPPRESSED = `select f.place, ${suppressedBy('$7', '$8', '$4')}
  from cs_guesses_full_1($1, $2, $3, $4, $5, $6) f(place)`

export function createGuessReads(query: Query) {
  /** The answer to a refusal by the limit in this place, from 1. */
  const relief = async (asked: GuessQuery, place: number): Promise<GuessRefusal> => {
    const found = asked.limits[place - 1]
    if (!found) throw new Error('the database refused by a limit that was not asked')
    const spanMs = spanOf(asked, found.limit.windowSeconds)
    const rows = await query<Reserved>(sql`
      select created_at as "createdAt", expires_at as "expiresAt", charged,
        case when status = 'pending' and expires_at > ${asked.now} then max_attempts else charged end as allowed
      from verifications,
        lateral (select case when status = 'approved' then greatest(attempts - 1, 0) else attempts end as charged) c
      where budget_index = any(${byteList(asked.budgetIndexes)}) and created_at > ${asked.now - spanMs}
        and service = ${asked.service} and authenticated = ${asked.authenticated}
      order by created_at desc limit ${MAX_ROWS_FOR_RELIEF}`)
    const total = rows.reduce((sum, { allowed }) => sum + allowed, asked.wanted)
    const excess = Math.max(1, total - found.limit.max)
    return { ...found, retryAt: reliefAt(rows, excess, spanMs, asked.now) }
  }
  const ask = async (asked: GuessQuery): Promise<GuessRefusal | undefined> => {
    if (asked.limits.length === 0) return undefined
    const { service, budgetIndexes, authenticated, now } = asked
    const values = [service, bytesOf(budgetIndexes), authenticated, now, ...spansAndRooms(asked)]
    const [row] = await query<{ place: number | null }>({ text: FULL, values })
    return row?.place ? relief(asked, row.place) : undefined
  }
  const askWith: VerificationStore['checkStart'] = async (asked, recipient) => {
    if (recipient === null) {
      const refusal = await ask(asked)
      return refusal && { kind: 'guesses', refusal }
    }
    const { service, budgetIndexes, authenticated, now } = asked
    const budget = [service, bytesOf(budgetIndexes), authenticated, now, ...spansAndRooms(asked)]
    const values = [...budget, recipient.channel, bytesOf(recipient.addressIndexes)]
    const [row] = await query<{ place: number | null; suppressed: Suppressed | null }>({
      text: FULL_OR_SUPPRESSED,
      values,
    })
    if (row?.suppressed) return { kind: 'suppressed', suppressed: row.suppressed }
    return row?.place ? { kind: 'guesses', refusal: await relief(asked, row.place) } : undefined
  }
  return { ask, askWith, relief }
}
