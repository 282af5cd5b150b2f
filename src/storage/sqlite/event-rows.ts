// Writes rows of the attempt log from inside other jobs, and knows the numbers of the event types.
// It must not open a transaction: an event belongs to the transaction of what it tells.

import type { EventDetails, EventType } from '../../events/types.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type Orm, sql } from './drizzle.ts'
import { packDetails } from './event-details.ts'
import { events } from './schema.ts'

/** Stored in the file: a number is never changed or given again. */
export const EVENT_CODES: Readonly<Record<EventType, number>> = {
  'verification.started': 1,
  'verification.continued': 2,
  'verification.resent': 3,
  'verification.approved': 4,
  'verification.canceled': 5,
  'verification.max_attempts_reached': 6,
  'verification.expired': 7,
  'check.incorrect': 8,
  'delivery.attempted': 9,
  'delivery.sent': 10,
  'delivery.retrying': 11,
  'delivery.failed': 12,
  'delivery.canceled': 13,
  'delivery.reclaimed': 14,
  'request.refused': 15,
  'factor.created': 16,
  'factor.confirmed': 17,
  'factor.deleted': 18,
  'recovery_codes.created': 19,
  'recipient.erased': 30,
  'recipient.shown': 31,
  'recipient.exported': 32,
  'limit.lifted': 33,
  'admin.signed_in': 40,
  'admin.signed_out': 41,
}

export const EVENT_TYPE_OF: ReadonlyMap<number, EventType> = new Map(
  Object.entries(EVENT_CODES).map(([type, code]) => [code, type as EventType]),
)

type EventToAppend = {
  at: number
  type: EventType
  verificationSeq: number | null
  budgetIndex?: Uint8Array | null
  recipientSealed?: Uint8Array | null
  actor: Actor
  details: EventDetails
}

/** What the service does by itself: the sweeper, the worker. */
export function serviceActor(service: string): Actor {
  return { service, keyId: null, clientIp: null, userAgent: null }
}

export type AppendEvent = (row: EventToAppend) => void

export function createEventWriter(orm: Orm): AppendEvent {
  const p = sql.placeholder
  const insert = orm
    .insert(events)
    .values({
      at: p('at'),
      type: p('type'),
      verificationSeq: p('verificationSeq'),
      service: p('service'),
      keyId: p('keyId'),
      clientIp: p('clientIp'),
      userAgent: p('userAgent'),
      budgetIndex: p('budgetIndex'),
      details: p('details'),
      recipientSealed: p('recipientSealed'),
    })
    .prepare()
  return ({ at, type, verificationSeq, budgetIndex, recipientSealed, actor, details }) => {
    insert.run({
      at,
      type: EVENT_CODES[type],
      verificationSeq,
      service: actor.service,
      keyId: actor.keyId,
      clientIp: actor.clientIp,
      userAgent: actor.userAgent,
      budgetIndex: budgetIndex ?? null,
      details: packDetails(type, details),
      recipientSealed: recipientSealed ?? null,
    })
  }
}
