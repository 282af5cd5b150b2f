// The store as readers of the whole log need it: a place that continues where it stopped, on one node at a time; and the chain.
// It must not decide what is read or chained: stream.ts and chainer.ts do.

import type { EventDetails, EventRecord, EventType } from '../events/types.ts'

/** `chain`: the segments; `stream`: AUDIT_STREAM; `shield`: its rules; `heads:` and a webhook's URL by its id: the segments whose heads it has. */
export type ReaderName = 'chain' | 'stream' | 'shield' | `heads:${string}`

/** An event as its leaf is made of it: every field of its row. */
export type LeafRow = {
  sequence: number
  at: number
  /** Null: not known to this version. */
  type: EventType | null
  verificationId: string | null
  /** When its verification was started; its own time where there is none. */
  since: number
  service: string
  keyId: string | null
  clientIp: string | null
  userAgent: string | null
  budgetIndex: Uint8Array | null
  recipientSealed: Uint8Array | null
  /** Null: no JSON. */
  details: EventDetails | null
  /**
   * Random bytes that go with the row: its own, or its verification's sealed recipient, whose nonce nobody knows. Null: an
   * older version wrote it, of no verification.
   */
  salt: Uint8Array | null
}

/** A stretch of the log: every event behind `after`, up to `last`. */
export type Segment = {
  number: number
  after: number
  last: number
  count: number
  /** Hours since the epoch, of all its events. */
  hour: number
  /** The newest event's time. */
  newest: number
  /** When it was chained. */
  at: number
  /** What was in force then: what retention may have removed since. */
  addressDays: number
  recipientDays: number
  /** SHA-256: of its leaves (RFC 6962 §2.1). */
  root: Uint8Array
  /** Each event as chain.ts packs it; null: all of them are past their retention. */
  entries: Uint8Array | null
  /** Random; without it no address can be guessed from its hash. Null: past the retention of addresses. */
  addressSecret: Uint8Array | null
  /** The signed checkpoint of the log with this segment (C2SP tlog-checkpoint). */
  note: string
}

/** @throws StoreUnavailableError everywhere */
export type AuditStore = {
  /**
   * Takes or keeps the place of a reader. A reader that is new begins at `begin`, by default the present end of the log.
   * @returns how far it has read; undefined: another node has it
   */
  claim(input: {
    name: ReaderName
    holder: string
    now: number
    leaseMs: number
    begin?: number
  }): Promise<number | undefined>
  /** @returns false: another node has it by now, and nothing was written */
  move(input: { name: ReaderName; holder: string; sequence: number }): Promise<boolean>
  /** How far it has read; undefined: it never did. */
  place(name: ReaderName): Promise<number | undefined>
  /** For the next one at once. */
  release(input: { name: ReaderName; holder: string }): Promise<void>
  /** In the order of their numbers. */
  eventsAfter(sequence: number, limit: number): Promise<EventRecord[]>
  leavesAfter(sequence: number, limit: number): Promise<LeafRow[]>
  /** In order, behind this number. */
  segmentsAfter(number: number, limit: number): Promise<Segment[]>
  lastSegment(): Promise<Segment | undefined>
  /** In one transaction with the reader's place, from `after` to `last`. @returns as `move` */
  appendSegment(segment: Segment, holder: string): Promise<boolean>
  /** Drops entries and address secrets of segments whose newest event is older. */
  forget(input: { entriesBefore: number; addressesBefore: number; limit: number }): Promise<void>
}

/** Of AUDIT_STREAM, on this node. */
export type StreamStatus = {
  /** Since when nothing could be handed over; null: it works, or another node does it. */
  failingSince: number | null
  /** Why, without a word from inside. */
  error: string | null
  sent: number
  /** Too long for a datagram. */
  lost: number
  /** How old the oldest event was that still waited at the last look; 0: none. */
  behindMs: number
}
