// Between rows of the database and the records the domain knows; and what the functions are given.
// It must not let a column that the record lacks (seq, slot) out of the store.

import type { Actor } from '../../kernel/actor.ts'
import type { DeliveryStatus } from '../../kernel/channel.ts'
import type { IdempotencyKey, IdempotencyWrite } from '../../verification/ports.ts'
import { bestDeliveryStatus, type VerificationRecord } from '../../verification/state.ts'
import { type Sql, sql } from './drizzle.ts'

export type Raw = Record<string, unknown>

const camelNames = new Map<string, string>()

function camelName(name: string): string {
  const known = camelNames.get(name)
  if (known !== undefined) return known
  const made = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  camelNames.set(name, made)
  return made
}

/** `{ code_hash }` to `{ codeHash }`: both schemas name their columns alike. */
export function camelRow(row: Raw): Raw {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camelName(name), value]))
}

/** Of `verification_rows`, whatever the row holds beside its columns. */
export function toRecord(row: Raw): VerificationRecord {
  const { deliveryStatuses, ...rest } = camelRow(row)
  const { seq: _seq, sessionSlot: _slot, outcome: _o, codesRemaining: _c, ...record } = rest
  const statuses = (deliveryStatuses ?? []) as DeliveryStatus[]
  return { ...record, deliveryStatus: bestDeliveryStatus(statuses) } as VerificationRecord
}

/** As cs_looks writes it: an answer that was made from a row holds only while the row looks so. */
export function looksOf(record: VerificationRecord): string {
  return [record.status, record.attempts, record.failed, record.sends].join('/')
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** A list of MACs as a JSON value: functions take few parameters. */
export const hexList = (macs: readonly Uint8Array[]) => macs.map(hex)

export const byteList = (macs: readonly Uint8Array[]) =>
  sql`${sql.param(macs.map((mac) => Buffer.from(mac)))}::bytea[]`

/** PostgreSQL takes no zero byte and no half of a surrogate pair; a provider may answer either. */
const storable = (_: string, value: unknown) =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value

export const json = (value: unknown) => sql`${JSON.stringify(value, storable)}::jsonb`

export const actorJson = ({ service, keyId, clientIp, userAgent }: Actor): Sql =>
  json({ service, keyId, clientIp, userAgent })

const snakeName = (name: string) => name.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`)

/** The columns of a row, as jsonb_populate_record reads them. */
export function rowJson(row: object): Sql {
  const entries = Object.entries(row).map(([name, value]) => [
    snakeName(name),
    ArrayBuffer.isView(value) ? `\\x${hex(value as Uint8Array)}` : value,
  ])
  return json(Object.fromEntries(entries))
}

function keyFields({ service, route, keyMacs }: IdempotencyKey) {
  return { service, route, macs: hexList(keyMacs) }
}

export const keyJson = (key: IdempotencyKey): Sql => json(keyFields(key))

/** With the answer that is kept where the step has its effect; null: the request had no key. */
export function writeJson<Effect>(write: IdempotencyWrite<Effect> | null, effect: Effect): Sql {
  if (!write) return sql`null::jsonb`
  return json({
    ...keyFields(write.key),
    fingerprint: hex(write.fingerprint),
    answer: hex(write.answer(effect)),
    expires_at: write.expiresAt,
  })
}

/** For a step that can have no effect any more: the key is looked up only. */
export const lookUpJson = (write: Pick<IdempotencyWrite<unknown>, 'key'> | null): Sql =>
  write ? keyJson(write.key) : sql`null::jsonb`

export type StoredRow = { fingerprint: Buffer; answer: Buffer }
export const toStored = (row: Raw) => {
  const { fingerprint, answer } = row as StoredRow
  return { fingerprint, answer }
}
