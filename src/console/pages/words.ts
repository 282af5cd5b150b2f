// Times, spans and numbers as people read them.
// It must not read a clock: what "now" is comes in.

import { html } from 'hono/html'
import type { Html } from './shell.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `2 d 3 h`, `4 min 10 s`, `0.4 s`: two units at most. */
export function spanOf(ms: number): string {
  if (ms < SECOND) return `${Math.round(Math.max(0, ms))} ms`
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`
  const units = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ] as const
  const first = units.findIndex(([size]) => ms >= size)
  const [size, name] = units[first] ?? [SECOND, 's']
  const rest = units[first + 1]
  const more = rest ? Math.floor((ms % size) / rest[0]) : 0
  return `${Math.floor(ms / size)} ${name}${rest && more > 0 ? ` ${more} ${rest[1]}` : ''}`
}

/** `2026-11-29 14:03:22 UTC`, of which the first 19 characters are shown. */
function writeUtc(at: number): { iso: string; utc: string } {
  const iso = new Date(at).toISOString()
  return { iso, utc: `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` }
}

/** Date and time to the second; in UTC, which a script makes the reader's own time. */
export function timeOf(at: number): Html {
  const { iso, utc } = writeUtc(at)
  return html`<time class="exact" datetime="${iso}" title="${utc}">${utc.slice(0, 19)}</time>` // mutants: C74.date-beside-time C74.utc-title
}

/** `3 min ago`, with the time itself behind it. */
export function agoOf(at: number, now: number): Html {
  const { iso, utc } = writeUtc(at)
  return html`<time datetime="${iso}" title="${utc}">${spanOf(now - at)} ago</time>`
}

/** Which time `timeOf` shows. */
export const ZONE = html`<span data-zone>UTC</span>` // mutant: C74.time-zone-named
