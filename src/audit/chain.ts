// The chain of the log: an event to a leaf, leaves to a segment's root (RFC 6962 §2.1), and a segment to the next head.
// It must not need what retention erases: a leaf keeps hashes, and what made them unguessable goes with the row.

import { createHash } from 'node:crypto'
import type { EventDetails } from '../events/types.ts'
import { HOUR_MS, MINUTE_MS } from '../kernel/clock.ts'
import type { LeafRow, Segment } from './ports.ts'

const HASH_BYTES = 32
/** Of a content: nobody finds another one with the same 128 bits, whose salt they cannot choose. */
const CONTENT_BYTES = 16

/** RFC 6962 §2.1 tells leaves from nodes by their first byte; heads and contents have theirs. */
const [LEAF, NODE, HEAD] = [0, 1, 2] as const

/** Of an event, what stays of it in its segment. */
export type Entry = {
  sequence: number
  /** When its verification was started, to the minute: from then on its retention counts. */
  sinceMinute: number
  core: Uint8Array
  /** Null: it had no address and no user agent. */
  addresses: Uint8Array | null
}

export type SegmentRecord = Omit<Segment, 'note' | 'entries' | 'addressSecret'>

function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const byteOf = (value: number) => Uint8Array.of(value)
const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')

/** As PostgreSQL keeps a text: a move from SQLite changes no leaf. */
const clean = (value: unknown) =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value

/** Whether some version may have written it so. */
export const isReadable = (row: LeafRow): row is LeafRow & { details: EventDetails } =>
  row.type !== null && Object.prototype.toString.call(row.details) === '[object Object]'

/** Every field of the row but the addresses, in one form whatever the engine and the order of its JSON. */
function coreText(row: LeafRow): string {
  if (!isReadable(row)) throw new Error('an event of the log cannot be read by this version')
  const { sequence, at, type, verificationId, service, keyId, budgetIndex, recipientSealed } = row
  const details = Object.entries(row.details)
    .map(([name, value]) => [clean(name), clean(value)] as const)
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  const fields = [sequence, at, type, verificationId, service, keyId]
  return JSON.stringify([...fields, hex(budgetIndex), hex(recipientSealed), details])
}

const addressText = ({ clientIp, userAgent }: LeafRow) =>
  JSON.stringify([clean(clientIp), clean(userAgent)])

export const hasAddresses = ({ clientIp, userAgent }: Pick<LeafRow, 'clientIp' | 'userAgent'>) =>
  clientIp !== null || userAgent !== null

const NONE = new Uint8Array()

/** @param secret of the segment's addresses; null: they are past their retention, and none is hashed */
export function entryOf(row: LeafRow, secret: Uint8Array | null): Entry {
  const { salt, sequence } = row
  const hides = salt ?? NONE
  return {
    sequence,
    sinceMinute: Math.max(0, Math.floor(row.since / MINUTE_MS)),
    core: sha256(hides, coreText(row)).subarray(0, CONTENT_BYTES),
    // Both have to be known: one goes with the row, the other one with the retention of addresses.
    addresses:
      secret && hasAddresses(row)
        ? sha256(secret, hides, `${sequence}`, addressText(row)).subarray(0, CONTENT_BYTES) // mutant: I20.address-hidden
        : null,
  }
}

/** Six bytes of number, four of minutes, one that says whether addresses follow. */
const FIXED_BYTES = 11
const [MINUTE_AT, FLAG_AT] = [6, 10] as const

export function packEntries(entries: readonly Entry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ sequence, sinceMinute, core, addresses }) => {
      const fixed = Buffer.alloc(FIXED_BYTES)
      fixed.writeUIntBE(sequence, 0, MINUTE_AT)
      fixed.writeUInt32BE(sinceMinute, MINUTE_AT)
      fixed.writeUInt8(addresses ? 1 : 0, FLAG_AT)
      return addresses ? [fixed, core, addresses] : [fixed, core]
    }),
  )
}

/** Undefined: these bytes are no entries. */
export function unpackEntries(packed: Uint8Array): Entry[] | undefined {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const entries: Entry[] = []
  for (let at = 0; at < bytes.length; ) {
    const hasAddress = bytes[at + FLAG_AT] === 1
    const end = at + FIXED_BYTES + CONTENT_BYTES * (hasAddress ? 2 : 1)
    if (end > bytes.length) return undefined
    const contents = bytes.subarray(at + FIXED_BYTES, end)
    entries.push({
      sequence: bytes.readUIntBE(at, MINUTE_AT),
      sinceMinute: bytes.readUInt32BE(at + MINUTE_AT),
      core: contents.subarray(0, CONTENT_BYTES),
      addresses: hasAddress ? contents.subarray(CONTENT_BYTES) : null,
    })
    at = end
  }
  return entries
}

/** RFC 6962 §2.1: left of the largest power of two below the number, and the rest. */
export function merkleRoot(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves
  if (!only) return sha256()
  if (leaves.length === 1) return Buffer.from(only)
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha256(byteOf(NODE), merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)))
}

export const rootOf = (entries: readonly Entry[]): Buffer =>
  merkleRoot(entries.map((entry) => sha256(byteOf(LEAF), packEntries([entry]))))

/** Before the first segment. */
export const NO_HEAD = Buffer.alloc(HASH_BYTES)

/** The head with a segment: it commits to every segment before. */
export function nextHead(before: Uint8Array, segment: SegmentRecord): Buffer {
  const { number, after, last, count, hour, newest, at, addressDays, recipientDays } = segment
  const record = [number, after, last, count, hour, newest, at, addressDays, recipientDays]
  return sha256(byteOf(HEAD), before, JSON.stringify([...record, hex(segment.root)]))
}

export const hourOf = (at: number) => Math.floor(at / HOUR_MS)
