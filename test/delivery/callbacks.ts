// Callbacks of providers for tests, and what is expected of them.

import { expect } from 'vitest'
import type { HttpClient } from '../../src/delivery/ports.ts'
import type { ProviderEntry } from '../../src/delivery/provider-entry.ts'
import type { Callback, ReceiptReader, Report } from '../../src/delivery/receipts/ports.ts'
import { fixedClock, NOW } from './messages.ts'

export const MINUTE = 60_000
export const TRY = 'try_0123456789abcdefghijklmnopqrstuv_1_1'
export const AT = '2027-01-15T11:59:58.000Z'
export const OCCURRED = Date.parse(AT)
export const topicOf = (name: string) => `arn:aws:sns:eu-central-1:123456789012:${name}`

type Made = { entry: ProviderEntry; values: Record<string, string> }

export const delivered = (more: Record<string, unknown> = {}) => ({ state: 'delivered', ...more })
export const lost = (code: string, fault: string, suppress: string | null = null) => ({
  ...{ state: 'undelivered', fault, suppress },
  error: expect.objectContaining({ code }),
})

export const unreachable: HttpClient = {
  send: () => Promise.reject(new Error('nothing is fetched')),
  prepare: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

export function readerOf({ entry, values }: Made, http = unreachable) {
  entry.read(values)
  const { receipts } = entry.create(values, { http, clock: fixedClock })
  if (!receipts) throw new Error(`${entry.name} reads no receipts`)
  return receipts
}

export function callback(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Callback {
  const query = new URLSearchParams({ try: TRY, mac: 'x' })
  const url = `https://verify.example.com/receipts/x?${query}`
  return { method: 'POST', url, query, headers, body: Buffer.from(body) }
}

const signal = AbortSignal.timeout(MINUTE)
export const verified = async (reader: ReceiptReader, what: Callback, now = NOW) =>
  await reader.verify(what, now, signal)

/** Another of the same length, unlike it in one place. */
export function withOneChanged(text: string, at: number): string {
  return `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`
}

export function expectNothingQuoted(reports: readonly Report[] | undefined): void {
  for (const report of reports ?? [])
    if (report.kind === 'receipt') expect(JSON.stringify(report)).not.toMatch(/415555|ada@/)
}
