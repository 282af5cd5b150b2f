// The page's words in the language that a person reads: the message's own, else one of the browser's, else the service's, else English.
// It must not put anything into a text: fill.ts does.

import { directionOf, languageKeys } from '../../kernel/language-tag.ts'
import type { PageTexts } from './page-texts.ts'
import { CYRILLIC_AND_GREEK } from './texts/cyrillic-and-greek.ts'
import { EAST_ASIAN } from './texts/east-asian.ts'
import { GERMANIC } from './texts/germanic.ts'
import { LATIN_SCRIPT } from './texts/latin-script.ts'
import { RIGHT_TO_LEFT } from './texts/right-to-left.ts'
import { ROMANCE } from './texts/romance.ts'
import { SOUTH_ASIAN } from './texts/south-asian.ts'
import { SOUTH_EAST_ASIAN } from './texts/south-east-asian.ts'

export const PAGE_TEXTS: Readonly<Record<string, PageTexts>> = {
  ...GERMANIC,
  ...ROMANCE,
  ...LATIN_SCRIPT,
  ...CYRILLIC_AND_GREEK,
  ...RIGHT_TO_LEFT,
  ...SOUTH_ASIAN,
  ...SOUTH_EAST_ASIAN,
  ...EAST_ASIAN,
}

const BY_KEY = new Map(Object.keys(PAGE_TEXTS).map((tag) => [languageKeys(tag)[0] ?? tag, tag]))
/** Of a browser: more than anybody reads. */
const MAX_LANGUAGES = 10
const MAX_HEADER_CHARACTERS = 255

export type Words = { texts: PageTexts; tag: string; direction: 'ltr' | 'rtl' }

/** @param wanted language tags, the first that has texts wins */
export function pickWords(wanted: readonly string[]): Words {
  const keys = wanted.flatMap((tag) => languageKeys(tag))
  const tag = keys.map((key) => BY_KEY.get(key)).find((found) => found !== undefined) ?? 'en'
  return { texts: PAGE_TEXTS[tag] ?? GERMANIC.en, tag, direction: directionOf(tag) }
}

/** By the weights of Accept-Language (RFC 9110 §12.5.4). */
export function languagesOf(header: string | undefined): string[] {
  const ranges = (header ?? '').slice(0, MAX_HEADER_CHARACTERS).split(',').slice(0, MAX_LANGUAGES)
  return ranges
    .map((range) => {
      const [tag = '', ...rest] = range.split(';').map((part) => part.trim())
      const weight = rest.find((part) => part.startsWith('q='))?.slice(2)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => /^[a-z]/i.test(tag) && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
}
