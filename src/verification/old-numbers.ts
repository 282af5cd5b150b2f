// Forms of phone numbers that a country has given up, but that people still have in their address books.
// It must not correct them: a number that was converted wrongly is somebody else's.

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

/** What is wrong with an invalid number, where a form that was given up explains it. */
export function oldFormDetail(callingCode: string, national: string): string | undefined {
  return OLD_FORMS.find((old) => old.callingCode === callingCode && old.national.test(national)) // mutant: C12.old-number-refused
    ?.detail
}
