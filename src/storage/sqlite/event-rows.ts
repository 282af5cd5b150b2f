// How an event lies in the file, and how it is written from inside other jobs.
// It must not open a transaction: an event belongs to the transaction of what it reports.

import type { EventDetails, EventType, WebhookToWrite } from '../../events/types.ts'
import type { Actor } from '../../kernel/actor.ts'
import { drawBytes } from '../../kernel/ids.ts'
import { type Orm, sql } from './drizzle.ts'
import { NEXT_NUMBER } from './event-numbers.ts'
import { events } from './schema.ts'
import { createWebhookInsert } from './webhook-rows.ts'

/**
 * The number of each type, and the fields of its details whose names are not stored again. A number is never changed
 * or given to another type, and a list of fields only ever grows at its end: what every earlier version wrote is read.
 */
const STORED: Readonly<Record<EventType, readonly [code: number, ...fields: string[]]>> = {
  'verification.started': [1, 'channel', 'purpose', 'country', 'kind', 'authenticated'],
  'verification.continued': [2],
  'verification.resent': [3, 'channel', 'send'],
  'verification.approved': [4],
  'verification.canceled': [5],
  'verification.max_attempts_reached': [6],
  'verification.expired': [7],
  'verification.closed': [26, 'outcome'],
  'verification.delegated': [27],
  'check.incorrect': [8, 'attempt', 'attempts_remaining'],
  'delivery.attempted': [9, 'channel', 'provider', 'send', 'attempt'],
  'delivery.sent': [10, 'provider', 'send', 'attempt', 'duration_ms'],
  'delivery.retrying': [11, 'provider', 'send', 'attempt', 'error', 'retry_in_ms'],
  'delivery.failed': [12, 'provider', 'send', 'attempt', 'error', 'message'],
  'delivery.canceled': [13, 'channel', 'send', 'reason'],
  'delivery.reclaimed': [14, 'channel', 'provider', 'send', 'attempt'],
  'delivery.delivered': [20, 'channel', 'provider', 'send', 'attempt', 'after_ms'],
  'delivery.undelivered': [21, 'channel', 'provider', 'send', 'attempt', 'error'],
  'request.refused': [15],
  // 20 and 21 are receipts'.
  'delivery.skipped': [22, 'channel', 'step', 'error'],
  'verification.advanced': [23, 'channel'],
  'approval.exchanged': [24],
  'approval.consumed': [25],
  'factor.created': [16, 'factor', 'type'],
  'factor.confirmed': [17, 'factor', 'type'],
  'factor.deleted': [18, 'factor', 'type'],
  'recovery_codes.created': [19, 'factor', 'type', 'codes'],
  'recipient.erased': [30],
  'recipient.shown': [31],
  'recipient.exported': [32],
  'limit.lifted': [33],
  'recipient.suppressed': [34, 'suppression', 'channel', 'reason'],
  'recipient.unsuppressed': [35, 'suppression', 'channel', 'reason'],
  'list.entry_made': [36, 'entry', 'effect', 'by'],
  'list.entry_ended': [37, 'entry', 'effect', 'by'],
  'admin.signed_in': [40],
  'admin.signed_out': [41],
  'admin.session_ended': [42],
  'key.created': [43],
  'key.revoked': [44],
  'webhook.switched_off': [50],
  'webhook.switched_on': [51],
  'webhook.replayed': [52],
  'export.started': [60, 'export', 'list', 'format', 'recipients'],
  'export.ended': [61, 'export', 'rows', 'complete'],
  'audit.head': [62, 'size', 'note'],
}

/** Of a leaf of the chain: what was erased cannot be guessed from its hash. */
const SALT_BYTES = 16

const TYPES = Object.entries(STORED).map(([type, [code]]) => [type as EventType, code] as const)

export const EVENT_CODES = Object.fromEntries(TYPES) as Readonly<Record<EventType, number>>
export const EVENT_TYPE_OF: ReadonlyMap<number, EventType> = new Map(
  TYPES.map(([type, code]) => [code, type]),
)

function fieldsOf(type: EventType): string[] {
  const [, ...fields] = STORED[type]
  return fields
}

/** A JSON list of the known fields' values and an object of the others; the details themselves where a known one is absent. */
function packDetails(type: EventType, details: EventDetails): string {
  const known = fieldsOf(type)
  if (known.length === 0 || !known.every((name) => name in details)) return JSON.stringify(details)
  const rest = Object.entries(details).filter(([name]) => !known.includes(name))
  const values = known.map((name) => details[name])
  return JSON.stringify(rest.length === 0 ? values : [...values, Object.fromEntries(rest)])
}

/** Fewer values than names (written before the list grew): the others are absent. */
export function unpackDetails(type: EventType, packed: string): EventDetails {
  const stored = JSON.parse(packed) as EventDetails | (EventDetails[string] | EventDetails)[]
  if (!Array.isArray(stored)) return stored
  const known = fieldsOf(type)
  const details: EventDetails = {}
  for (const [index, value] of stored.entries()) {
    const name = known[index]
    if (value !== null && typeof value === 'object') Object.assign(details, value)
    else if (name !== undefined) details[name] = value
  }
  return details
}

type EventToAppend = {
  at: number
  type: EventType
  verificationSeq: number | null
  budgetIndex?: Uint8Array | null
  recipientSealed?: Uint8Array | null
  actor: Actor
  details: EventDetails
  /** Of a verification's event. */
  webhooks?: readonly WebhookToWrite[] | undefined
}

/** Of what the service does automatically: the sweeper, the worker. */
export function serviceActor(service: string): Actor {
  return { service, keyId: null, clientIp: null, userAgent: null }
}

export type AppendEvent = (row: EventToAppend) => void

export function createEventWriter(orm: Orm): AppendEvent {
  const p = sql.placeholder
  const insert = orm
    .insert(events)
    .values({
      seq: NEXT_NUMBER,
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
      salt: p('salt'),
    })
    .prepare()
  const insertWebhook = createWebhookInsert(orm)
  return (event) => {
    const { at, type, verificationSeq, budgetIndex, recipientSealed, actor, details } = event
    insert.run({
      ...actor,
      at,
      type: EVENT_CODES[type],
      verificationSeq,
      budgetIndex: budgetIndex ?? null,
      details: packDetails(type, details),
      recipientSealed: recipientSealed ?? null,
      salt: verificationSeq === null ? drawBytes(SALT_BYTES) : null,
    })
    for (const webhook of event.webhooks ?? [])
      insertWebhook({ verificationSeq, at, type, ...webhook }) // mutant: I19.sqlite-in-transaction
  }
}
