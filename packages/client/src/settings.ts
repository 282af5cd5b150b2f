// What a client is made with, checked at once: a wrong setting is a fault of the program, and named.
// It must not repeat a value in an error: one of them is the key.

import type { Fetch } from './answer.ts'
import type { Settings } from './request.ts'
import type { CountersignOptions } from './types.ts'

const DEFAULT_TIMEOUT_MS = 15_000

export function readUrl(text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw new TypeError('Countersign: url must be the http or https address of the service')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

export function requireText(value: unknown, name: string): void {
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`Countersign: ${name} must be a string that is not empty`)
}

/** Looked up at each call: tracing and tests replace it. */
export const defaultFetch: Fetch = (url, init) => globalThis.fetch(url, init)

export function readSettings({
  url,
  apiKey,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  fetch = defaultFetch,
}: CountersignOptions): Settings {
  requireText(apiKey, 'apiKey')
  // Else it would be a header of its own, or an error that repeats it.
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new TypeError('Countersign: apiKey has a character that no key has')
  if (!(timeoutMs > 0)) throw new TypeError('Countersign: timeoutMs must be more than 0')
  return {
    url: readUrl(url),
    headers: { authorization: `Bearer ${apiKey}` },
    timeoutMs,
    fetch,
  }
}
