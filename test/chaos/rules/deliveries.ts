// I5 and I6 over the whole history: every message that was owed goes out or says why not, and each delivery is moved
// by one worker at a time, in the order that the event log shows.
// It must go by the events' sequence: it is drawn under the row's lock, so it is the order in which things happened.

import { tryId } from '../../../src/kernel/ids.ts'
import type { Message } from '../gateway.ts'
import type { Struck } from '../nemesis.ts'
import { type ChaosRecord, ENDINGS, eventsOf, type Rule, type Violation } from '../record.ts'
import type { DeliveryRow, EventRow, SendTryRow, VerificationRow } from '../tables.ts'

type Phase = 'queued' | 'sending' | 'reclaimed' | 'sent' | 'failed' | 'canceled'
const FINAL: ReadonlySet<Phase> = new Set(['sent', 'failed', 'canceled'])

type Seen = {
  record: ChaosRecord
  verification: VerificationRow
  delivery: DeliveryRow
  tries: ReadonlyMap<number, SendTryRow>
}

type Walk = {
  phase: Phase
  tryNumber: number
  dueAt: number
  claimedAt: number
  end: EventRow | undefined
}

const PHASE_AFTER: Readonly<Record<string, Phase>> = {
  'delivery.attempted': 'sending',
  'delivery.reclaimed': 'reclaimed',
  'delivery.retrying': 'queued',
  'delivery.sent': 'sent',
  'delivery.failed': 'failed',
  'delivery.canceled': 'canceled',
}

/** Whether a claim was right. A try may begin again under its number: a claim given back unsent writes no event. */
function faultsOfClaim(walk: Walk, event: EventRow, { record, verification }: Seen): string[] {
  const faults: string[] = []
  const tryNumber = Number(event.details.attempt)
  const isGivenBack = walk.phase === 'sending' && tryNumber === walk.tryNumber
  if (walk.phase === 'sending' && !isGivenBack) faults.push('claimed while another worker held it')
  if (walk.end) faults.push(`claimed after its end (${walk.end.type})`)
  if (verification.expiresAt - event.at < record.rules.minRemainingMs)
    faults.push('claimed with too little time left')
  return faults
}

/** A retry that would come too late is a failure. */
const RESULTS_OF: Readonly<Record<string, readonly string[]>> = {
  'delivery.sent': ['sent'],
  'delivery.retrying': ['retry'],
  'delivery.failed': ['failed', 'retry'],
}

/** Only the worker of the newest try moves a delivery: with its own result, and not before it had it. */
function faultsOfMove(walk: Walk, event: EventRow, { tries, record }: Seen): string[] {
  const { type, at } = event
  const isAtClaim = type === 'delivery.failed' && walk.phase !== 'sending'
  if (isAtClaim) return []
  if (walk.phase !== 'sending') return [`${type} while it was ${walk.phase}`]
  const tryNumber = Number(event.details.attempt)
  if (tryNumber !== walk.tryNumber) return [`${type} of try ${tryNumber}, not ${walk.tryNumber}`]
  const own = tries.get(tryNumber)
  const result = own?.result ?? 'nothing'
  if (!own || own.durationMs === null || !RESULTS_OF[type]?.includes(result))
    return [`${type} of try ${tryNumber}, whose own worker says ${result}`]
  const earlyMs = own.startedAt + own.durationMs - at
  return earlyMs > record.rules.clockErrorMs
    ? [`${type} of try ${tryNumber}, ${earlyMs} ms before its own worker had its result`]
    : []
}

function faultsOf(walk: Walk, event: EventRow, seen: Seen): string[] {
  const { rules } = seen.record
  const faults: string[] = []
  if (FINAL.has(walk.phase)) faults.push(`${event.type} after it was ${walk.phase}`)
  if (event.at - walk.dueAt > rules.stuckMs)
    faults.push(`lay ${event.at - walk.dueAt} ms before ${event.type}`)
  if (event.type === 'delivery.attempted') faults.push(...faultsOfClaim(walk, event, seen))
  if (event.type === 'delivery.reclaimed') {
    if (walk.phase !== 'sending') faults.push(`reclaimed while it was ${walk.phase}`)
    if (event.at - walk.claimedAt < rules.leaseMs)
      faults.push(`reclaimed ${event.at - walk.claimedAt} ms after its claim`)
  }
  if (/\.(sent|retrying|failed)$/.test(event.type)) faults.push(...faultsOfMove(walk, event, seen))
  return faults
}

function advance(walk: Walk, event: EventRow, leaseMs: number): Walk {
  const phase = PHASE_AFTER[event.type] ?? walk.phase
  const { at, details } = event
  const next = { ...walk, phase, dueAt: at }
  if (phase === 'sending')
    return { ...next, tryNumber: Number(details.attempt), claimedAt: at, dueAt: at + leaseMs }
  if (event.type === 'delivery.retrying')
    return { ...next, dueAt: at + Number(details.retry_in_ms) }
  return next
}

/** One delivery from its queueing to its last event. */
function walkThrough(seen: Seen, events: readonly EventRow[]): string[] {
  const { record, delivery } = seen
  let walk: Walk = {
    ...{ phase: 'queued', tryNumber: 0, claimedAt: 0, end: undefined },
    dueAt: delivery.queuedAt,
  }
  const faults: string[] = []
  for (const event of events) {
    const isReplaced =
      event.type === 'verification.resent' && Number(event.details.send) > delivery.send
    if (ENDINGS.has(event.type) || isReplaced) walk = { ...walk, end: walk.end ?? event }
    if (!(event.type in PHASE_AFTER) || event.details.send !== delivery.send) continue
    faults.push(...faultsOf(walk, event, seen))
    walk = advance(walk, event, record.rules.leaseMs)
  }
  if (!FINAL.has(walk.phase)) faults.push(`was left ${walk.phase}`)
  if (delivery.status !== walk.phase)
    faults.push(`is ${delivery.status}, and was last seen ${walk.phase}`)
  if (delivery.dueAt !== null) faults.push('is still due')
  return faults
}

const keyOf = (one: { verification: string; send: number }) => `${one.verification}/${one.send}`

/** No claim after the end, no move by a worker whose lease ran out, nothing after the last word, nothing left lying. */
export const deliveriesInOrder: Rule = (record) => {
  const { tables } = record
  const events = eventsOf(tables.events)
  const byId = new Map(tables.verifications.map((row) => [row.id, row]))
  const tries = Map.groupBy(tables.sendTries, keyOf)
  return tables.deliveries.flatMap((delivery) => {
    const verification = byId.get(delivery.verification) as VerificationRow
    const own = tries.get(keyOf(delivery)) ?? []
    const seen = {
      ...{ record, verification, delivery },
      tries: new Map(own.map((row) => [row.tryNumber, row])),
    }
    return walkThrough(seen, events.get(delivery.verification) ?? []).map((fault) => ({
      rule: 'deliveries in order',
      said: `${keyOf(delivery)}: ${fault}`,
    }))
  })
}

const isTaken = (answered: number | null) => answered !== null && answered < 300
const mayHaveArrived = (answered: number | null) => answered === null || answered < 300

/** Its claim was lost in a crash of PostgreSQL: the same try is made again, with the same id and code. */
function isOfLostClaim(own: readonly Message[], struck: readonly Struck[], unsyncedMs: number) {
  const [first] = own
  const crashes = struck.filter(({ fault }) => fault === 'restart-postgres-immediate')
  const isNear = ({ at, tookMs }: Struck) =>
    first !== undefined && first.at >= at - unsyncedMs && first.at <= at + tookMs
  return own.length === 2 && crashes.some(isNear)
}

/**
 * An accepted start or resend has its message, its delivery's final failure, or its end before the message could go:
 * `deliveriesInOrder` shows that it did not lie until then. (A start whose outcome is unknown owes nothing, but where
 * it left a row, that row is held to the same.)
 */
export const messagesFit: Rule = ({ rules, tables, messages, struck }) => {
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
    if (!written.has(id))
      found.push({ rule, said: `${id} went out without being written down before` })
  }
  const tries = Map.groupBy(tables.sendTries, keyOf)
  for (const delivery of tables.deliveries) {
    const own = (tries.get(keyOf(delivery)) ?? []).flatMap(({ tryNumber }) => {
      const id = tryId(delivery.verification, delivery.send, tryNumber)
      return byTry.get(id) ?? []
    })
    const said = (text: string) => found.push({ rule, said: `${keyOf(delivery)} ${text}` })
    if (delivery.status === 'sent' && !own.some(({ answered }) => isTaken(answered)))
      said('is sent, and the gateway took no message of it')
    const arrived = own.filter(({ answered }) => mayHaveArrived(answered)).length
    if (arrived > rules.maxAmbiguousSends) said(`may have reached its person ${arrived} times`)
  }
  const sent = Map.groupBy(tables.deliveries, ({ verification }) => verification)
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
