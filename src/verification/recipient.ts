// The recipient of a code: any spelling to one canonical recipient, and its indexes.
// It must not store or log the recipient: what leaves here for a store is sealed or keyed.

import type { Channel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { budgetForms, type Email, readEmail } from './email.ts'
import { type Phone, readPhone, type Unreadable } from './phone.ts'
import type { ServicePolicy, TestRecipient } from './policy.ts'

export type Recipient = Phone | Email

/** An `@` of any width makes it an address. */
const AT_SIGN = /[@\uff20\ufe6b]/

const CONTROL = /\p{Cc}/u

export function readRecipient(to: string, country: string | null): Recipient | Unreadable {
  // mutant: C28.no-control-characters
  if (CONTROL.test(to)) {
    return { kind: 'unreadable', field: 'to', detail: 'has control characters' }
  }
  return AT_SIGN.test(to) ? readEmail(to) : readPhone(to, country)
}

export function isUnreadable(read: Recipient | Unreadable): read is Unreadable {
  return read.kind === 'unreadable'
}

/** A stored address (E.164 or mail) back to a recipient; it was valid when it was stored. */
export function recipientOf(address: string, country: string | null): Recipient {
  return address.includes('@')
    ? { kind: 'email', address }
    : { kind: 'phone', address, country: country ?? '', type: null }
}

/** For certain: where a country's numbers may be either, as in North America, nobody knows. */
export function isLandline(recipient: Recipient): boolean {
  return recipient.kind === 'phone' && recipient.type === 'FIXED_LINE' // mutant: C50.maybe-mobile-allowed
}

export function defaultChannel(recipient: Recipient): Channel {
  return recipient.kind === 'phone' ? 'sms' : 'email'
}

export function channelFits(channel: Channel, recipient: Recipient): boolean {
  return (channel === 'email') === (recipient.kind === 'email')
}

/** The language most spoken in the number's country (CLDR likely subtags), as a BCP 47 tag. */
export function localeOf(recipient: Recipient): string | null {
  return recipient.kind === 'phone' ? localeOfCountry(recipient.country) : null
}

/** As many as there are countries: if each start asked Intl, it would pay 3 µs and more. */
const locales = new Map<string, string | null>()

function localeOfCountry(country: string): string | null {
  const known = locales.get(country)
  if (known !== undefined) return known
  const language = new Intl.Locale(`und-${country}`).maximize().language
  const locale = language === 'und' ? null : `${language}-${country}`
  locales.set(country, locale)
  return locale
}

/** The form that limits count: E.164, or the address as one person's; behind it what earlier versions counted. */
function budgetKeys(recipient: Recipient): readonly [key: string, ...previous: string[]] {
  return recipient.kind === 'phone' ? [recipient.address] : budgetForms(recipient.address)
}

export function budgetKey(recipient: Recipient): string {
  return budgetKeys(recipient)[0]
}

/** Under every key of the ring, current first: a new row takes the first. */
export function addressIndexes(keyring: Keyring, service: string, recipient: Recipient): Buffer[] {
  return keyring.macs('blind-index', ['address', service, recipient.address])
}

export function budgetIndexes(keyring: Keyring, service: string, recipient: Recipient): Buffer[] {
  return budgetKeys(recipient).flatMap(
    (key) => keyring.macs('blind-index', ['budget', service, key]), // mutant: I10.index-canonical-form
  )
}

/** The test recipient that this is at this time, if any (TEST_RECIPIENTS). */
export function testRecipientFor(
  service: ServicePolicy,
  recipient: Recipient,
  now: number,
): TestRecipient | undefined {
  return service.testRecipients.find(
    (test) =>
      now < test.untilMs && // mutant: C19.test-recipient-expiry
      (test.prefix ? recipient.address.startsWith(test.to) : recipient.address === test.to),
  )
}

/** A national number is one in a few countries at most, as long as the service's own comes first. */
const MAX_READINGS = 8
/** Perhaps a country code first, and the plus left out. */
const BARE_DIGITS = /^[1-9][\d\s.-]{7,22}$/

/** Of the service's language (CLDR likely subtags: `en` is US), then all others that it sends to. */
export function countriesOf({
  allowedCountries,
  locale,
}: Pick<ServicePolicy, 'allowedCountries' | 'locale'>): readonly string[] {
  const own = new Intl.Locale(locale).maximize().region
  if (allowedCountries === '*') return own ? [own] : []
  const isOwn = (country: string) => country === own
  return allowedCountries.toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a))) // mutant: C74.service-country-first
}

/**
 * Canonical, each once, the likeliest first. Empty: it is no phone number or address.
 * @param country that the reader named; null: `countries` are tried, in their order
 */
export function readingsOf(
  text: string,
  country: string | null,
  countries: Iterable<string>,
): Recipient[] {
  const whole = readRecipient(text, country)
  if (!isUnreadable(whole)) return [whole]
  if (country !== null) return []
  const readings = new Map<string, Recipient>()
  const add = (found: ReturnType<typeof readRecipient>) => {
    if (!isUnreadable(found) && readings.size < MAX_READINGS) readings.set(found.address, found)
  }
  for (const one of countries) add(readRecipient(text, one))
  if (BARE_DIGITS.test(text)) add(readRecipient(`+${text}`, null))
  return [...readings.values()]
}
