// Minutes and seconds in each language, in the case that the sentence of its `validity` asks for: plain data.
// It must not hold logic.

import type { Language } from './texts.ts'

/** By the category of CLDR's plural rules; `#` is the number. */
export type Forms = { other: string } & { [Category in Intl.LDMLPluralRule]?: string }

type Units = { minute: Forms; second: Forms; short: { minute: string; second: string } }

export const UNITS: Readonly<Record<Language, Units>> = {
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
