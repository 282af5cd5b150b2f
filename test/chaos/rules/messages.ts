// What went out, as the providers saw it: each message written down before and counted (I18), none after the end (I17).
// It must count what may have arrived, whatever the service knows of it.

import { readTryId, tryId } from '../../../src/kernel/ids.ts'
import type { Message } from '../gateway.ts'
import type { Struck } from '../nemesis.ts'
import {
  type ChaosRecord,
  ENDINGS,
  eventsOf,
  genuineByTry,
  isNearCrash,
  keyOf,
  type Rule,
  type Violation,
} from '../record.ts'
import type { EventRow, VerificationRow } from '../tables.ts'
import { windowsOf } from './limits.ts'

const isTaken = (answered: number | null) => answered !== null && answered < 300
/** By the answer of its provider, or by what it reported later. */
const SENT: ReadonlySet<string> = new Set(['sent', 'delivered', 'undelivered'])
const mayHaveArrived = (answered: number | null) => answered === null || answered < 300

/** Its claim was lost in a crash of PostgreSQL: the same try is made again, with the same id and code. */
function isOfLostClaim(own: readonly Message[], struck: readonly Struck[], unsyncedMs: number) {
  const [first] = own
  return own.length === 2 && first !== undefined && isNearCrash(first.at, struck, unsyncedMs)
}

/** Its claim was lost so, and the verification ended before it could be made again: the person had the code. */
function isOfEndedClaim(
  own: readonly Message[],
  { struck, rules, tables }: Pick<ChaosRecord, 'struck' | 'rules' | 'tables'>,
): boolean {
  const [first] = own
  if (own.length !== 1 || first === undefined) return false
  const row = tables.verifications.find(({ id }) => id === first.verification)
  const isEnded = (row?.endedAt ?? 0) >= first.at - rules.clockErrorMs
  return isEnded && isNearCrash(first.at, struck, rules.unsyncedMs)
}

/**
 * An accepted start or resend has its message, its delivery's final failure, or its end before the message could go:
 * `deliveriesInOrder` shows that it did not lie until then. (A start whose outcome is unknown owes nothing, but where
 * it left a row, that row is held to the same.)
 */
export const messagesFit: Rule = (record) => {
  const { rules, tables, messages, struck } = record
  const rule = 'messages fit'
  const found: Violation[] = []
  const byTry = Map.groupBy(messages, ({ tryId }) => tryId)
  const written = new Set(
    tables.events
      .filter(({ type }) => type === 'delivery.attempted')
      .map((event) =>
        tryId(event.verification ?? '', Number(event.details.send), Number(event.details.attempt)),
      ),
  )
  for (const [id, own] of byTry) {
    if (own.length > 1 && !isOfLostClaim(own, struck, rules.unsyncedMs))
      found.push({ rule, said: `${id} went out ${own.length} times` })
    if (!written.has(id) && !isOfEndedClaim(own, record))
      found.push({ rule, said: `${id} went out without being written down before` })
  }
  const tries = Map.groupBy(tables.sendTries, keyOf)
  const reports = genuineByTry(record)
  const sends = tables.deliveries.filter(({ send }) => send > 0)
  for (const delivery of sends) {
    const own = (tries.get(keyOf(delivery)) ?? []).flatMap(({ tryNumber }) => {
      const id = tryId(delivery.verification, delivery.send, tryNumber)
      return byTry.get(id) ?? []
    })
    const said = (text: string) => found.push({ rule, said: `${keyOf(delivery)} ${text}` })
    const isSaid = own.some((one) => isTaken(one.answered) || reports.has(one.tryId))
    if (SENT.has(delivery.status) && !isSaid)
      said(`is ${delivery.status}, and the gateway took no message of it`)
    const arrived = own.filter(({ answered }) => mayHaveArrived(answered)).length
    if (arrived > rules.maxAmbiguousSends) said(`may have reached its person ${arrived} times`)
  }
  const sent = Map.groupBy(sends, ({ verification }) => verification)
  for (const { id, sends } of tables.verifications) {
    const count = sent.get(id)?.length ?? 0
    if (count !== sends)
      found.push({ rule, said: `${id} counts ${sends} sends and has ${count} deliveries` })
  }
  return found
}

/** Nothing is ever stuck in between: each verification ended, and in time. */
export const nothingStuck: Rule = ({ rules, tables, unsettled }) => {
  const rule = 'nothing stuck'
  const inTimeMs = rules.sweeperGraceMs + rules.sweeperDelayMs
  const late = tables.verifications.flatMap((row) => {
    const { id, status, endedAt } = row
    if (status === 'pending' || endedAt === null) return [{ rule, said: `${id} is still pending` }]
    // What spent its attempts waits for the comparisons that may be under way; what was canceled or approved came by itself.
    const since = status === 'expired' ? row.expiresAt : (row.lastAttemptAt ?? endedAt)
    const isSwept = status === 'expired' || status === 'max_attempts_reached'
    return isSwept && endedAt - since > inTimeMs
      ? [{ rule, said: `${id} became ${status} ${endedAt - since} ms late` }]
      : []
  })
  return [...unsettled.map((said) => ({ rule, said })), ...late]
}

/** How long all nodes together may have stood still between the two. */
function frozenMs(struck: readonly Struck[], from: number, to: number): number {
  const freezes = struck.filter(({ fault }) => fault === 'freeze')
  const overlaps = freezes.map(({ at, tookMs }) => Math.min(to, at + tookMs) - Math.max(from, at))
  return overlaps.reduce((sum, ms) => sum + Math.max(0, ms), 0)
}

/** Why a message that came after the end should not have; undefined: it was on its way before. */
function lateBecause(
  { tryId: id, at }: Message,
  end: EventRow,
  own: readonly EventRow[],
  { rules, struck }: ChaosRecord,
): string | undefined {
  const key = readTryId(id)
  const claims = own.filter(
    ({ type, details }) =>
      type === 'delivery.attempted' &&
      details.send === key?.send &&
      details.attempt === key?.tryNumber,
  )
  const claim = claims.findLast(({ seq }) => seq < end.seq)
  if (!claim && claims.length > 0) return 'was claimed after it'
  if (at <= end.at + rules.clockErrorMs) return undefined
  if (!claim) return isNearCrash(at, struck, rules.unsyncedMs) ? undefined : 'was claimed by nobody'
  // Within its lease it may be on its way; a node that stands still has it in its hands for so much longer.
  const heldMs = at - claim.at - frozenMs(struck, claim.at, at)
  return heldMs > rules.leaseMs + rules.clockErrorMs
    ? `was claimed before it, and lay for ${heldMs} ms`
    : undefined
}

/** I17: what a provider gets after the end was already being handed to it: no retry, no failover, no step. */
export const nothingAfterTheEnd: Rule = (record) => {
  const events = eventsOf(record.tables.events)
  return record.messages.flatMap((message) => {
    const own = events.get(message.verification) ?? []
    const end = own.find(({ type }) => ENDINGS.has(type))
    const why = end && lateBecause(message, end, own, record)
    if (!why) return []
    const said = `${message.tryId} by ${message.provider} came ${message.at - end.at} ms after ${end.type}, and ${why}`
    return [{ rule: 'nothing after the end', said }]
  })
}

/** Those that may have reached their person, each once: one whose claim a crash took is the same again. */
function arrivedBy(
  { messages, tables }: ChaosRecord,
  by: (row: VerificationRow) => string | null,
): Map<string | null, Message[]> {
  const groups = new Map(tables.verifications.map((row) => [row.id, by(row)]))
  const arrived = messages.filter(({ answered }) => mayHaveArrived(answered))
  const once = new Map(arrived.map((message) => [message.tryId, message]))
  return Map.groupBy(once.values(), ({ verification }) => groups.get(verification) ?? null)
}

/** I18: a retry, a failover and a step count like the message that was asked for: all together stay within the limits. */
export const everyMessageCounts: Rule = (record) => {
  const { rules } = record
  const rule = 'every message counts'
  const over = (
    name: string,
    by: (row: VerificationRow) => string | null,
    most: (own: readonly Message[]) => number,
  ) =>
    [...arrivedBy(record, by)].flatMap(([group, own]): Violation[] =>
      group !== null && own.length > most(own)
        ? [
            {
              rule,
              said: `${own.length} messages for ${name} of ${own[0]?.verification}, not ${most(own)}`,
            },
          ]
        : [],
    )
  const windows = (own: readonly Message[]) =>
    windowsOf(
      own.map(({ at }) => at),
      record,
    )
  return [
    ...over(
      'the number',
      ({ budget }) => budget,
      (own) => rules.sendsPerNumber * windows(own),
    ),
    ...over(
      'the address',
      ({ clientIp }) => clientIp,
      (own) => rules.sendsPerAddress * windows(own),
    ),
    ...over(
      'the verification',
      ({ id }) => id,
      () => rules.messagesPerVerification,
    ),
  ]
}
