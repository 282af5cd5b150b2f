// A recipient as somebody reads it out or copies it: every number or address that the text may mean to a service.
// It must not be used to send: a login flow says the country, and one text is one recipient there.

import type { ServicePolicy } from './policy.ts'
import { isUnreadable, type Recipient, readRecipient } from './recipient.ts'

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
