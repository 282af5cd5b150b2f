// Phone numbers: any spelling to E.164, its country and type.
// It must not decide which countries or types are wanted: that is a service's policy.

import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max'
import { oldFormDetail } from './old-numbers.ts'

export type Phone = { kind: 'phone'; address: string; country: string; type: string | null }
export type Unreadable = { kind: 'unreadable'; field: 'to' | 'country'; detail: string }

/** What nobody sees, around a copied number or in it: zero-width characters, marks of direction, variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu // mutant: C12.number-fillers
/** RFC 3966 §3: what a page links and a contact card holds. */
const TEL = /^tel:\s*/i
/** RFC 3966: `2671;phone-context=+1415555` is a whole number, and not the one that is written first. */
const PARAMETERS = /;(?!ext=)/i

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
  if (!number?.isValid() && international) number = parse(international, undefined)
  if (!number || PARAMETERS.test(text)) {
    return unreadable(
      region
        ? 'is not a phone number or an e-mail address'
        : 'is not an e-mail address or a phone number in E.164 form (+14155552671); a national number needs `country`',
    )
  }
  if (number.ext) return unreadable('has an extension: a code can only go to the number itself')
  if (!number.isValid()) {
    const { countryCallingCode, nationalNumber } = number
    return unreadable(
      oldFormDetail(countryCallingCode, nationalNumber) ?? 'is not a valid phone number',
    )
  }
  if (!number.country) return unreadable('is a number of no country')
  return {
    kind: 'phone',
    address: number.number,
    country: number.country,
    type: number.getType() ?? null,
  }
}
