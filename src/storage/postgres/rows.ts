// Between rows of the database and the records the domain knows; and what the functions are given.
// It must not let a column that the record lacks (seq, slot) out of the store.

import type { EventDetails, EventType, WebhookToWrite } from '../../events/types.ts'
import type { Actor } from '../../kernel/actor.ts'
import { remember } from '../../kernel/remember.ts'
import type { StepsChange } from '../../kernel/steps.ts'
import type { AnswerToKeep, IdempotencyKey } from '../../verification/answer-ports.ts'
import type { VerificationRecord } from '../../verification/state.ts'
import { readDeliveryStates } from '../delivery-record.ts'
import type { KeyToKeep } from '../engine.ts'
import { type Sql, sql } from './drizzle.ts'

type EventToWrite = {
  type: EventType
  details: EventDetails
  webhooks?: readonly WebhookToWrite[]
}

export type Raw = Record<string, unknown>

/** More than all tables have columns. */
const MAX_NAMES = 500

const camelName = remember(MAX_NAMES, (name: string) =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
)
const snakeName = remember(MAX_NAMES, (name: string) =>
  name.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`),
)

/** `{ code_hash }` to `{ codeHash }`: both schemas name their columns alike. */
export function camelRow(row: Raw): Raw {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camelName(name), value]))
}

const BYTES = [
  'recipient_sealed',
  'address_index',
  'budget_index',
  'session_mac',
  'session_slot',
  'code_sealed',
]

/** A row that a function returns as one JSON value, as the driver would have read its columns. */
export function fromJson(row: Raw): Raw {
  const bytes = BYTES.flatMap((name) => {
    const value = row[name]
    return typeof value === 'string' ? [[name, Buffer.from(value.slice(2), 'hex')]] : []
  })
  return { ...row, ...Object.fromEntries(bytes) }
}

/** What a row holds beside the record: where it is, and what a statement asked with it. */
const BESIDE = new Set([
  ...['seq', 'session_slot', 'at', 'spent_count', 'spent_oldest'],
  ...['is_asked', 'nonce', 'shows_party'],
])

/** Of `verification_rows_2`. */
export function toRecord(row: Raw): VerificationRecord {
  const record: Raw = {}
  for (const name of Object.keys(row)) if (!BESIDE.has(name)) record[camelName(name)] = row[name]
  const { deliveryStates, ...columns } = record
  const states = readDeliveryStates((deliveryStates ?? []) as string[])
  return { ...columns, ...states } as unknown as VerificationRecord
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** A list of MACs as a JSON value: functions take few parameters. */
export const hexList = (macs: readonly Uint8Array[]) => macs.map(hex)

export const bytesOf = (macs: readonly Uint8Array[]) => macs.map((mac) => Buffer.from(mac))

export const byteList = (macs: readonly Uint8Array[]) => sql`${sql.param(bytesOf(macs))}::bytea[]`

/** What cs_lock_1 locks of them, in its order. */
export function locksOf(macs: readonly Uint8Array[]): string[] {
  const keys = bytesOf(macs).sort(Buffer.compare)
  return [...new Set(keys.map((key) => String(key.readBigInt64BE(0))))]
}

/** PostgreSQL takes no zero byte and no half of a surrogate pair; a provider may answer either. */
const storable = (_: string, value: unknown) =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value

/** As JSON writes them. A replacer is called for each value, so only where one may be there. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/

export function jsonText(value: unknown): string {
  const text = JSON.stringify(value)
  return UNSTORABLE.test(text) ? JSON.stringify(value, storable) : text
}

export const json = (value: unknown) => sql`${jsonText(value)}::jsonb`

export const actorText = ({ service, keyId, clientIp, userAgent }: Actor) =>
  jsonText({ service, keyId, clientIp, userAgent })

export const actorJson = (actor: Actor): Sql => sql`${actorText(actor)}::jsonb`

/** The columns of a row, as jsonb_populate_record reads them. */
export function rowFields(row: object): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => [
    snakeName(name),
    ArrayBuffer.isView(value) ? `\\x${hex(value as Uint8Array)}` : value,
  ])
  return Object.fromEntries(entries)
}
export const rowJson = (row: object): Sql => json(rowFields(row))

/**
 * As the functions take an event. Its messages to webhooks travel in the details: a trigger of `events` takes them out and
 * writes them (drizzle/postgres, 'webhooks').
 */
function eventFields({ type, details, webhooks }: EventToWrite) {
  return { type, details: webhooks ? { ...details, webhooks } : details } // mutant: I19.pg-in-transaction
}

function stepsFields({ begin, add, cancel, next }: StepsChange) {
  return {
    ...(add && { add: add.map(rowFields) }),
    ...(begin && { begin }),
    ...(next && { next: rowFields(next) }),
    ...(cancel !== undefined && { cancel }),
  }
}

/** What a change does beside its events: it travels in the first of them in the same way. */
type Travelling = {
  /** To those that wait ('steps'). */
  steps?: StepsChange | undefined
  /** Of the try that the event is about ('polls'). */
  poll?: { tryNumber: number; at: number } | undefined
}

export function eventsFields(events: readonly EventToWrite[], { steps, poll }: Travelling) {
  const fields = events.map(eventFields)
  const [first] = fields
  if (!steps && !poll) return fields
  if (!first) throw new Error('what a change does beside its events has one')
  const travelling = {
    ...(steps && { steps: stepsFields(steps) }),
    ...(poll && { poll: { try: poll.tryNumber, at: poll.at } }),
  }
  return [{ ...first, details: { ...first.details, ...travelling } }, ...fields.slice(1)]
}

function keyFields({ service, route, keyMacs }: IdempotencyKey) {
  return { service, route, macs: hexList(keyMacs) }
}

export const keyJson = (key: IdempotencyKey): Sql => json(keyFields(key))

/** Without the answer: a change brings its own. */
export function writeFields({ key, fingerprint, expiresAt }: KeyToKeep) {
  return { ...keyFields(key), fingerprint: hex(fingerprint), expires_at: expiresAt }
}

const keptFields = (kept: AnswerToKeep) => ({ ...writeFields(kept), answer: hex(kept.answer) })

/** With the answer that is kept where the step has its effect; null: the request had no key. */
export const keptJson = (kept: AnswerToKeep | null): Sql =>
  kept ? json(keptFields(kept)) : sql`null::jsonb`

export const keptText = (kept: AnswerToKeep | null): string | null =>
  kept && jsonText(keptFields(kept))

export type StoredRow = { fingerprint: Buffer; answer: Buffer }
export const toStored = (row: Raw) => {
  const { fingerprint, answer } = row as StoredRow
  return { fingerprint, answer }
}
