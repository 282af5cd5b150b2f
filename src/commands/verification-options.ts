// The options that commands about verifications share: which ones, and whose. No store is read here.

import type { VerificationFilter } from '../admin/ports.ts'
import type { Person } from '../admin/recipients.ts'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../kernel/channel.ts'
import { DAY_MS, HOUR_MS } from '../kernel/clock.ts'
import { STATUSES } from '../verification/state.ts'
import { type Given, type Options, readCount, textOption, UsageError } from './command.ts'

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: HOUR_MS,
  d: DAY_MS,
}
const AGO = /^(\d{1,6})([smhd])$/
/** RFC 3339; without an offset it is UTC, whatever the machine's zone. */
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/i

const CHANNEL_NAMES = [...CHANNELS, ...FACTOR_CHANNELS]
const LIMIT = { default: 50, max: 100_000 } as const

export const PERSON_OPTIONS: Options = {
  to: textOption('<recipient>', 'A phone number in any format, or an e-mail address'),
  subject: textOption('<id>', 'A subject: the id that your login flow has for the user'),
}

export const COUNTRY_OPTION: Options = {
  country: textOption('<code>', 'ISO 3166-1, such as DE, for a national number in --to'),
}

export const SERVICE_OPTION: Options = {
  service: textOption('<name>', 'Only those of this service'),
}

export const LIMIT_OPTION: Options = {
  limit: textOption('<number>', `How many (default: ${LIMIT.default})`),
}

export const FILTER_OPTIONS: Options = {
  ...PERSON_OPTIONS,
  status: textOption('<status>', STATUSES.join(', ')),
  delivery: textOption('<status>', `Of the newest message: ${DELIVERY_STATUSES.join(', ')}`),
  channel: textOption('<channel>', CHANNEL_NAMES.join(', ')),
  provider: textOption('<name>', 'Of the newest message'),
  country: textOption('<code>', 'ISO 3166-1, such as DE; with --to, for a national number'),
  ...SERVICE_OPTION,
}

export const TIME_OPTIONS: Options = {
  since: textOption('<time>', '30s, 15m, 2h or 7d ago, or RFC 3339 (UTC without an offset)'),
  until: textOption('<time>', 'Likewise; exclusive'),
}

/** @throws UsageError */
export const readLimit = (given: Given) => readCount(given, 'limit', LIMIT)

/** Undefined: nobody was named. @throws UsageError */
function readPerson(given: Given): Person | undefined {
  const [to, subject] = [given.text('to'), given.text('subject')]
  if (to !== undefined && subject !== undefined)
    throw new UsageError('give --to or --subject, not both')
  if (subject) return { to: null, subject }
  if (to) return { to, subject: null }
  if (to === '' || subject === '') throw new UsageError('--to or --subject is empty')
  return undefined
}

/** As given, with the country to read it by. @throws UsageError */
export function requirePerson(given: Given): { person: Person; country: string | null } {
  const person = readPerson(given)
  if (!person) throw new UsageError('--to or --subject is missing')
  return { person, country: readCountryOf(person, given) ?? null }
}

function readTime(given: Given, name: string, now: number): number | undefined {
  const text = given.text(name)
  if (text === undefined) return undefined
  const [, amount, unit = ''] = AGO.exec(text) ?? []
  if (amount) return now - Number(amount) * (UNITS_MS[unit] ?? 0)
  const [whole, offset] = TIME.exec(text) ?? []
  const isDate = whole?.length === 10
  const time = Date.parse(isDate || offset ? text : `${text}Z`)
  if (whole && !Number.isNaN(time)) return time
  throw new UsageError(`--${name} must be a time such as 2h, 7d or 2026-11-27T14:00:00Z`)
}

/** From now on; undefined: not given. @throws UsageError */
export function readTimeAhead(given: Given, name: string, now: number): number | undefined {
  const text = given.text(name)
  if (text === undefined) return undefined
  const [, amount = '0', unit = ''] = AGO.exec(text) ?? []
  if (Number(amount) > 0) return now + Number(amount) * (UNITS_MS[unit] ?? 0)
  throw new UsageError(`--${name} must be a time such as 30m, 2h or 7d`)
}

/** @throws UsageError */
export function oneOf<T extends string>(given: Given, name: string, known: readonly T[]) {
  const text = given.text(name)
  const found = known.find((one) => one === text)
  if (text !== undefined && !found)
    throw new UsageError(`--${name} must be one of ${known.join(', ')}`)
  return found
}

function readCountryOf(person: Person | undefined, given: Given): string | undefined {
  const country = given.text('country')
  if (country !== undefined && !/^[A-Za-z]{2}$/.test(country))
    throw new UsageError('--country must be an ISO 3166-1 code, such as DE')
  if (person?.subject && country) throw new UsageError('--country cannot be used with --subject')
  return country?.toUpperCase()
}

/** The filter without the person: their indexes need the keys. @throws UsageError */
export function readFilter(given: Given, now: number) {
  const person = readPerson(given)
  const country = readCountryOf(person, given)
  const filter: VerificationFilter = {
    service: given.text('service') ?? null,
    status: oneOf(given, 'status', STATUSES),
    delivery: oneOf(given, 'delivery', DELIVERY_STATUSES),
    channel: oneOf(given, 'channel', CHANNEL_NAMES),
    provider: given.text('provider'),
    // With a recipient the country is only for reading it: a number in E.164 may be from another.
    country: person ? undefined : country,
    since: readTime(given, 'since', now),
    until: readTime(given, 'until', now),
  }
  return { filter, person, country: country ?? null }
}
