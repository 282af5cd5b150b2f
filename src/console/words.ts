// Times, spans, outcomes and limits as people read them.
// It must not read a clock ("now" comes in), nor say anything by colour alone (WCAG 1.4.1).

import { html } from 'hono/html'
import type { DeliveryStatus } from '../kernel/channel.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/clock.ts'
import type { LimitName } from '../verification/policy.ts'
import type { VerificationStatus } from '../verification/state.ts'
import type { Html } from './shell.ts'

const SECOND_MS = 1000
const UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
] as const

/** `2 d 3 h`, `4 min 10 s`, `0.4 s`: two units at most. */
export function spanOf(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(Math.max(0, ms))} ms`
  if (ms < 10 * SECOND_MS) return `${(ms / SECOND_MS).toFixed(1)} s`
  const first = UNITS.findIndex(([size]) => ms >= size)
  const [size, name] = UNITS[first] ?? UNITS[3]
  const rest = UNITS[first + 1]
  const more = rest ? Math.floor((ms % size) / rest[0]) : 0
  return `${Math.floor(ms / size)} ${name}${rest && more > 0 ? ` ${more} ${rest[1]}` : ''}`
}

/** `2026-11-29 14:03:22 UTC`; the first 19 characters are shown. */
function writeUtc(at: number): { iso: string; utc: string } {
  const iso = new Date(at).toISOString()
  return { iso, utc: `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` }
}

/** Date and time to the second, in UTC; a script converts it to the reader's own time. */
export function timeOf(at: number): Html {
  const { iso, utc } = writeUtc(at)
  return html`<time class="exact" datetime="${iso}" title="${utc}">${utc.slice(0, 19)}</time>` // mutants: C74.date-beside-time C74.utc-title
}

/** `3 min ago`, with the exact time as its title. */
export function agoOf(at: number, now: number): Html {
  const { iso, utc } = writeUtc(at)
  const ago = now - at < SECOND_MS ? 'just now' : `${spanOf(now - at)} ago`
  return html`<time datetime="${iso}" title="${utc}">${ago}</time>`
}

/** Both, as a cell of a table. @param more below them */
export function whenOf(at: number, now: number, more: Html | '' = ''): Html {
  return html`<span class="when">${timeOf(at)} <span class="soft">${agoOf(at, now)}</span>${more}</span>`
}

/** The zone of `timeOf`. */
export const ZONE = html`<span data-zone>UTC</span>` // mutant: C74.time-zone-named

/** A word, and its look. */
export const OUTCOMES: Readonly<Record<VerificationStatus, readonly [string, string]>> = {
  pending: ['open', ''],
  approved: ['approved', 'good'],
  canceled: ['canceled', ''],
  max_attempts_reached: ['too many wrong', 'bad'],
  expired: ['expired', 'warn'],
  closed: ['closed', ''],
}

const MESSAGES: Readonly<Record<DeliveryStatus, string>> = {
  queued: '',
  sending: 'warn',
  // On its way, which is not yet success: only APPROVED is green.
  sent: 'done', // mutant: C74.sent-not-approved
  delivered: 'good',
  undelivered: 'bad',
  failed: 'bad',
  canceled: '',
}

export function stamp(word: string, state: string): Html {
  return html`<span class="stamp ${state}">${word}</span>`
}

export const outcomeStamp = (status: VerificationStatus): Html => stamp(...OUTCOMES[status])

/** @param status null: there was never a message */
export function messageStamp(status: DeliveryStatus | null): Html {
  return status === null ? html`<span class="soft">none</span>` : stamp(status, MESSAGES[status])
}

/** Without numbers: those are settings. */
export const LIMIT_WORDS: Readonly<Record<LimitName, string>> = {
  sends_per_number_burst: 'Messages to this recipient, within minutes',
  sends_per_number_day: 'Messages to this recipient, in a day',
  sends_per_ip_burst: 'Messages requested from one address, within minutes',
  sends_per_ip_day: 'Messages requested from one address, in a day',
  sends_per_prefix_hour: 'Messages to numbers like this one, in an hour',
  sends_per_country_hour: 'Messages to this country, in an hour',
  sends_per_service_hour: 'Messages of the whole service, in an hour',
  factor_starts_per_ip: 'Starts with an app or a recovery code, from one address',
  check_per_ip: 'Codes entered, from one address',
  check_per_number: 'Codes entered for this recipient',
  guesses_per_number_hour: 'Guesses at this recipient’s codes, in an hour',
  guesses_per_number_day: 'Guesses at this recipient’s codes, in a day',
}
