// How long a code remains valid, in words: whole minutes, or seconds where less than one is left.
// It must never say more than is left.

import type { Picked } from './languages.ts'
import type { Language } from './texts.ts'

/** By the category of CLDR's plural rules; `#` is the number. */
type Forms = { other: string } & { [Category in Intl.LDMLPluralRule]?: string }
type Units = { minute: Forms; second: Forms; short: { minute: string; second: string } }

/** In the grammatical case that the language's `validity` sentence needs. */
const UNITS: Readonly<Record<Language, Units>> = {
  en: {
    minute: { one: '# minute', other: '# minutes' },
    second: { one: '# second', other: '# seconds' },
    short: { minute: '# min', second: '# s' },
  },
  de: {
    minute: { one: '# Minute', other: '# Minuten' },
    second: { one: '# Sekunde', other: '# Sekunden' },
    short: { minute: '# Min', second: '# Sek' },
  },
  fr: {
    minute: { one: '# minute', other: '# minutes' },
    second: { one: '# seconde', other: '# secondes' },
    short: { minute: '# min', second: '# s' },
  },
  es: {
    minute: { one: '# minuto', other: '# minutos' },
    second: { one: '# segundo', other: '# segundos' },
    short: { minute: '# min', second: '# s' },
  },
  it: {
    minute: { one: '# minuto', other: '# minuti' },
    second: { one: '# secondo', other: '# secondi' },
    short: { minute: '# min', second: '# s' },
  },
  pt: {
    minute: { one: '# minuto', other: '# minutos' },
    second: { one: '# segundo', other: '# segundos' },
    short: { minute: '# min', second: '# s' },
  },
  nl: {
    minute: { one: '# minuut', other: '# minuten' },
    second: { one: '# seconde', other: '# seconden' },
    short: { minute: '# min', second: '# sec' },
  },
  pl: {
    minute: { one: '# minutę', few: '# minuty', many: '# minut', other: '# minuty' },
    second: { one: '# sekundę', few: '# sekundy', many: '# sekund', other: '# sekundy' },
    short: { minute: '# min', second: '# s' },
  },
  tr: {
    minute: { other: '# dakika' },
    second: { other: '# saniye' },
    short: { minute: '# dakika', second: '# saniye' },
  },
  ar: {
    minute: {
      one: 'دقيقة واحدة',
      two: 'دقيقتين',
      few: '# دقائق',
      many: '# دقيقة',
      other: '# دقيقة',
    },
    second: {
      one: 'ثانية واحدة',
      two: 'ثانيتين',
      few: '# ثوانٍ',
      many: '# ثانية',
      other: '# ثانية',
    },
    short: { minute: '# د', second: '# ث' },
  },
  he: {
    minute: { one: 'דקה אחת', two: 'שתי דקות', other: '# דקות' },
    second: { one: 'שנייה אחת', two: 'שתי שניות', other: '# שניות' },
    short: { minute: '# דק׳', second: '# שנ׳' },
  },
  ja: {
    minute: { other: '#分' },
    second: { other: '#秒' },
    short: { minute: '#分', second: '#秒' },
  },
  zh: {
    minute: { other: '#分钟' },
    second: { other: '#秒' },
    short: { minute: '#分钟', second: '#秒' },
  },
  'zh-hant': {
    minute: { other: '#分鐘' },
    second: { other: '#秒' },
    short: { minute: '#分鐘', second: '#秒' },
  },
}

const MINUTE_SECONDS = 60
/** Of each language and count: a code lives for an hour at most, so there are 60 counts. */
const plurals = new Map<string, Intl.LDMLPluralRule>()

function pluralOf(language: Language, count: number): Intl.LDMLPluralRule {
  const name = `${language} ${count}`
  const known = plurals.get(name) ?? new Intl.PluralRules(language).select(count)
  plurals.set(name, known)
  return known
}

function inWords(forms: Forms, language: Language, count: number): string {
  return (forms[pluralOf(language, count)] ?? forms.other).replace('#', String(count)) // mutant: C70.plural-category
}

export type Validity = {
  /** `10 minutes`, `45 seconds`. */
  long: string
  /** `10 min`, `45 s`. */
  short: string
  /** For `{{minutes}}` of a service's own text: rounded down, `<1` under one. */
  minutes: string
}

/** In a language without built-in texts: as CLDR has it, outside any sentence. */
function byCldr(tag: string, unit: 'minute' | 'second', count: number): string {
  const words = { style: 'unit', unit, unitDisplay: 'long', numberingSystem: 'latn' } as const
  return new Intl.NumberFormat(tag, words).format(count)
}

/** @param seconds until the expiry, at least 1 */
export function describeValidity(
  { units: language, tag }: Pick<Picked, 'units' | 'tag'>,
  seconds: number,
): Validity {
  const minutes = Math.floor(seconds / MINUTE_SECONDS) // mutant: C70.minutes-rounded-down
  const [unit, count] =
    minutes > 0 ? (['minute', minutes] as const) : (['second', seconds] as const) // mutant: C70.seconds-under-minute
  const rounded = minutes > 0 ? String(minutes) : '<1' // mutant: C70.own-minutes-floor
  if (language === null) {
    const words = byCldr(tag, unit, count)
    return { long: words, short: words, minutes: rounded }
  }
  const { [unit]: forms, short } = UNITS[language]
  return {
    long: inWords(forms, language, count),
    short: short[unit].replace('#', String(count)),
    minutes: rounded,
  }
}
