// How long a code remains valid, in words: whole minutes, or seconds where less than one is left.
// It must never say more than is left.

import type { Forms } from './language-texts.ts'
import type { Picked } from './languages.ts'
import { type Language, TEXTS } from './texts.ts'

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
  const { [unit]: forms, short } = TEXTS[language]
  const long = inWords(forms, language, count)
  return { long, short: short?.[unit].replace('#', String(count)) ?? long, minutes: rounded }
}
