// What the readers of receipts share: JSON, and a receipt from a few words.
// It must not know a provider.

import { roundToMicros } from '../../kernel/money.ts'
import { type Codes, errorIn, faultIn, type Json, readJson } from '../answers/coded-answer.ts'
import type { Charge } from '../cost.ts'
import type { Callback, Receipt } from './ports.ts'

const textOf = (body: Uint8Array) => Buffer.from(body.buffer, body.byteOffset, body.byteLength)

/** An empty object for what is no JSON object. */
export function bodyOf({ body }: Pick<Callback, 'body'>): Json {
  return readJson(textOf(body).toString('utf8'))
}

/** The objects of a list, a bounded number; undefined: there is no list. */
export function listOf(value: unknown): Json[] | undefined {
  if (!Array.isArray(value)) return undefined
  const all: unknown[] = value.slice(0, MAX_REPORTS)
  return all.filter((one): one is Json => typeof one === 'object' && one !== null)
}
/** SendGrid posts 768 KiB at most, Meta a thousand statuses: one of either is 160 bytes or more. */
const MAX_REPORTS = 5_000
/** What several messages may be reported in, by those who do not stop at some fifty. */
export const BATCH_BYTES = 1024 * 1024

/** Null for a text that is not a time. */
export function timeOf(text: unknown): number | null {
  const at = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : at
}

/** An id that may be one of a provider's: it is stored and searched for. */
export function idOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value) ? value : null
}

/** A word that may be a code: it is shown to admins. */
export function codeOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value) ? value : null
}

/**
 * What a message cost by its provider: `"-0.00750"`, `"0.0333"`, `0.01`. Undefined: it is not known there yet, or 0, which
 * accounts are shown whose prices are kept from them.
 */
export function chargeOf(amount: unknown, currency: unknown, parts: unknown): Charge | undefined {
  const micros = roundToMicros(String(amount).replace(/^-/, ''))
  if (!micros || typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) return undefined
  const counted = /^[1-9]\d?$/.test(String(parts)) ? Number(parts) : null
  return { micros, currency: currency.toUpperCase(), parts: counted }
}

const NOTHING = {
  kind: 'receipt',
  tryId: null,
  reference: null,
  error: null,
  fault: null,
  suppress: null,
  at: null,
} as const

type About = Partial<Pick<Receipt, 'tryId' | 'reference' | 'at' | 'charge'>>

/** `sent` or `delivered`. */
export function receiptOf(
  state: 'sent' | 'delivered',
  about: About,
  suppress: Receipt['suppress'] = null,
): Receipt {
  return { ...NOTHING, ...about, state, suppress }
}

/** What a provider would take later is lost here: another provider may carry it. */
export function undeliveredOf(
  code: string,
  codes: Codes,
  about: About,
  suppress: Receipt['suppress'] = null,
): Receipt {
  const [error, fault] = [errorIn(codes, code), faultIn(codes, code) ?? 'message']
  return { ...NOTHING, ...about, state: 'undelivered', error, fault, suppress }
}
