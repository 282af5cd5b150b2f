// The options that commands about attempts share: which attempts, and whom.
// It must not read a store: what is meant is decided here, what there is elsewhere.

import type { AttemptFilter } from '../admin/ports.ts'
import type { Person } from '../admin/recipients.ts'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../kernel/channel.ts'
import { DAY_MS, HOUR_MS } from '../kernel/clock.ts'
import { STATUSES } from '../verification/state.ts'
import { type Given, type Options, UsageError } from './command.ts'

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

const text = (value: string, description: string) =>
  ({ type: 'string', value, description }) as const

export const JSON_OPTION: Options = { json: { type: 'boolean', description: 'For programs' } }

export const PERSON_OPTIONS: Options = {
  to: text('<recipient>', 'A phone number in any spelling, or an e-mail address'),
  subject: text('<id>', 'A subject: the login flow’s own id of a user'),
}

export const COUNTRY_OPTION: Options = {
  country: text('<code>', 'ISO 3166-1, such as DE, for a national number in --to'),
}

export const FILTER_OPTIONS: Options = {
  ...PERSON_OPTIONS,
  status: text('<status>', STATUSES.join(', ')),
  delivery: text('<status>', `Of the newest message: ${DELIVERY_STATUSES.join(', ')}`),
  channel: text('<channel>', CHANNEL_NAMES.join(', ')),
  provider: text('<name>', 'Of the newest message'),
  country: text('<code>', 'ISO 3166-1, such as DE; with --to it reads a national number'),
  service: text('<name>', 'Only those of this service'),
}

export const TIME_OPTIONS: Options = {
  since: text('<time>', '30s, 15m, 2h, 7d ago, or RFC 3339 (UTC where no offset is given)'),
  until: text('<time>', 'The same; excluded'),
}

/** Undefined: nobody was named. @throws UsageError */
function readPerson(given: Given): Person | undefined {
  const [to, subject] = [given.text('to'), given.text('subject')]
  if (to !== undefined && subject !== undefined)
    throw new UsageError('--subject stands in place of --to: give one of them')
  if (subject) return { to: null, subject }
  if (to) return { to, subject: null }
  if (to === '' || subject === '') throw new UsageError('--to or --subject is empty')
  return undefined
}

/** As it was typed, with the country that reads it. @throws UsageError */
export function requirePerson(given: Given): { person: Person; country: string | null } {
  const person = readPerson(given)
  if (!person) throw new UsageError('--to is missing, or --subject in its place')
  return { person, country: readCountryOf(person, given) ?? null }
}

function readTime(given: Given, name: string, now: number): number | undefined {
  const said = given.text(name)
  if (said === undefined) return undefined
  const [, amount, unit = ''] = AGO.exec(said) ?? []
  if (amount) return now - Number(amount) * (UNITS_MS[unit] ?? 0)
  const [whole, offset] = TIME.exec(said) ?? []
  const isDate = whole?.length === 10
  const time = Date.parse(isDate || offset ? said : `${said}Z`)
  if (whole && !Number.isNaN(time)) return time
  throw new UsageError(`--${name} is a time like 2h, 7d or 2026-11-27T14:00:00Z`)
}

function oneOf<T extends string>(given: Given, name: string, known: readonly T[]): T | undefined {
  const said = given.text(name)
  const found = known.find((one) => one === said)
  if (said !== undefined && !found) throw new UsageError(`--${name} is one of ${known.join(', ')}`)
  return found
}

function readCountry(given: Given): string | undefined {
  const said = given.text('country')
  if (said !== undefined && !/^[A-Za-z]{2}$/.test(said))
    throw new UsageError('--country is an ISO 3166-1 code, such as DE')
  return said?.toUpperCase()
}

function readCountryOf(person: Person | undefined, given: Given): string | undefined {
  const country = readCountry(given)
  if (person?.subject && country) throw new UsageError('--country does not go with a subject')
  return country
}

/** What was asked for, but for the person: their indexes need the keys. @throws UsageError */
export function readFilter(given: Given, now: number) {
  const person = readPerson(given)
  const country = readCountryOf(person, given)
  const filter: AttemptFilter = {
    service: given.text('service') ?? null,
    status: oneOf(given, 'status', STATUSES),
    delivery: oneOf(given, 'delivery', DELIVERY_STATUSES),
    channel: oneOf(given, 'channel', CHANNEL_NAMES),
    provider: given.text('provider'),
    // With a recipient the country only reads it: one in E.164 may be of another.
    country: person ? undefined : country,
    since: readTime(given, 'since', now),
    until: readTime(given, 'until', now),
  }
  return { filter, person, country: country ?? null }
}
