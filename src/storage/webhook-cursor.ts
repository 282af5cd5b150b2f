// Pages of messages to webhooks, newest event first: a cursor is the last row's place, and is not trusted when it comes back.

import { InvalidCursorError } from '../kernel/errors.ts'

/** Of one row, in the order of the list. One event may have a message to each of several destinations. */
export type WebhookPlace = { at: number; seq: number; destination: string; sequence: number }

const MAX_INTEGER = 2 ** 31 - 1
/** Before the first page: later than everything. */
const NEWEST: WebhookPlace = {
  at: Number.MAX_SAFE_INTEGER,
  seq: Number.MAX_SAFE_INTEGER,
  destination: '~',
  sequence: MAX_INTEGER,
}

const SHAPE = /^(\d{1,15})\.(\d{1,15})\.(whd_[0-9a-f]{12})\.(\d{1,9})$/

/** @throws InvalidCursorError */
export function decodeWebhookCursor(cursor: string | null): WebhookPlace {
  if (cursor === null) return NEWEST
  const match = SHAPE.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (!match) throw new InvalidCursorError('not a cursor of this service')
  const [, at, seq, destination = '', sequence] = match
  return { at: Number(at), seq: Number(seq), destination, sequence: Number(sequence) }
}

/** @param found newest first, one more than `limit` where there are as many */
export function toWebhookPage<Row extends WebhookPlace>(found: readonly Row[], limit: number) {
  const items = found.slice(0, limit)
  const last = found.length > limit ? items.at(-1) : undefined
  const place = last && `${last.at}.${last.seq}.${last.destination}.${last.sequence}`
  return {
    items,
    nextCursor: place === undefined ? null : Buffer.from(place).toString('base64url'),
  }
}
