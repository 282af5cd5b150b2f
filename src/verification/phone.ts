// Phone numbers: any spelling to E.164, its country and type.
// It must not decide which countries or types are wanted: that is a service's policy.

import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max'

export type Phone = { kind: 'phone'; address: string; country: string; type: string | null }
export type Unreadable = { kind: 'unreadable'; field: 'to' | 'country'; detail: string }

/** Invisible characters around a copied number or in it: zero-width characters, marks of direction, variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu // mutant: C12.number-fillers
/** RFC 3966 §3: what a page links and a contact card holds. */
const TEL = /^tel:\s*/i
/** RFC 3966: `2671;phone-context=+1415555` is a whole number, and not the one that is written first. */
const PARAMETERS = /;(?!ext=)/i

/** With numbers of its own, in upper case: ISO 3166-1 alpha-2. */
export const isCountry = (code: string): boolean => isSupportedCountry(code)

/** For callers that have such a field. */
export const NEEDS_COUNTRY = '; a national number needs `country`'

function parse(text: string, country: CountryCode | undefined) {
  try {
    return parsePhoneNumberWithError(text, {
      ...(country ? { defaultCountry: country } : {}),
      extract: false,
    })
  } catch {
    return undefined
  }
}

function unreadable(detail: string, field: 'to' | 'country' = 'to'): Unreadable {
  return { kind: 'unreadable', field, detail }
}

/**
 * E.164, or national with `country` (ISO 3166-1 alpha-2). The number must be *valid*, not only
 * possible: with a letter in it libphonenumber reads a shorter, possible one.
 */
export function readPhone(to: string, country: string | null): Phone | Unreadable {
  const region = country?.toUpperCase()
  if (region !== undefined && !isSupportedCountry(region)) {
    return unreadable('is not a country code of ISO 3166-1 alpha-2, such as US', 'country')
  }
  const text = to.normalize('NFKC').replace(INVISIBLE, '').trim().replace(TEL, '') // mutants: C12.tel-prefix-dropped C12.number-invisibles
  const international = text.startsWith('00') ? `+${text.slice(2)}` : undefined
  let number = parse(text, region)
  // 00 is the way out of most countries, and what people write for `+` even where it is not.
  if (international && !number?.isValid()) number = parse(international, undefined)
  if (!number || PARAMETERS.test(text)) {
    return unreadable(
      region
        ? 'is not a phone number or an e-mail address'
        : `is not an e-mail address or a phone number in E.164 form (+14155552671)${NEEDS_COUNTRY}`,
    )
  }
  if (number.ext) return unreadable('has an extension: a code can only go to the number itself')
  // With the whole metadata a number is valid where it is of some type.
  const type = number.getType()
  if (type === undefined) {
    const { countryCallingCode, nationalNumber } = number
    return unreadable(
      oldFormDetail(countryCallingCode, nationalNumber) ?? 'is not a valid phone number',
    )
  }
  if (!number.country) return unreadable('is a number that belongs to no country')
  return { kind: 'phone', address: number.number, country: number.country, type }
}

type OldForm = { callingCode: string; national: RegExp; detail: string }

const OLD_FORMS: readonly OldForm[] = [
  {
    // Since 3 August 2019. Address books still hold the 1 after +52; libphonenumber calls such a number invalid.
    callingCode: '52',
    national: /^(?:1|01|044|045)\d{10}$/,
    detail:
      'is an old form of a Mexican number: since 2019 it is +52 and ten digits (+52 55 1234 5678), without 1, 01, 044 or 045 before them',
  },
  {
    callingCode: '54',
    national: /^\d{0,4}15\d{6,8}$/,
    detail:
      'is the domestic form of an Argentine mobile number: in E.164 form it is +54 9, the area code and the number, without 15',
  },
  {
    callingCode: '55',
    national: /^[1-9]\d[6-9]\d{7}$/,
    detail:
      'is an old form of a Brazilian mobile number: since 2016 it has nine digits, with a 9 after the area code (+55 11 9…)',
  },
  {
    callingCode: '225',
    national: /^\d{8}$/,
    detail: 'is an old form of an Ivorian number: since 31 January 2021 it has ten digits',
  },
  {
    callingCode: '229',
    national: /^\d{8}$/,
    detail:
      'is an old form of a Beninese number: since 30 November 2024 it has ten digits and begins with 01 (+229 01 …)',
  },
]

/** The fault of an invalid number, where a form that was given up explains it. */
function oldFormDetail(callingCode: string, national: string): string | undefined {
  return OLD_FORMS.find((old) => old.callingCode === callingCode && old.national.test(national)) // mutant: C12.old-number-refused
    ?.detail
}
