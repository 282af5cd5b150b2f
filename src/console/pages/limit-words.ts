// The limits in plain words.
// It must not say a number: those are settings.

import { LIMIT_NAMES, type LimitName } from '../../verification/policy.ts'

export const LIMIT_WORDS: Readonly<Record<LimitName, string>> = {
  sends_per_number_burst: 'Messages to this recipient, within minutes',
  sends_per_number_day: 'Messages to this recipient, in a day',
  sends_per_ip_burst: 'Messages from one address, within minutes',
  sends_per_ip_day: 'Messages from one address, in a day',
  sends_per_prefix_hour: 'Messages to numbers like this one, in an hour',
  sends_per_country_hour: 'Messages to this country, in an hour',
  sends_per_service_hour: 'Messages of the whole service, in an hour',
  factor_starts_per_ip: 'Starts with an app or a recovery code, from one address',
  check_per_ip: 'Codes typed, from one address',
  check_per_number: 'Codes typed for this recipient',
  guesses_per_number_hour: 'Guesses at this recipient’s codes, in an hour',
  guesses_per_number_day: 'Guesses at this recipient’s codes, in a day',
}

export function limitNamed(text: string | undefined): LimitName | undefined {
  return LIMIT_NAMES.find((name) => name === text)
}
