// The built-in texts by language tag, gathered from the files of texts/. Their tags are canonical (BCP 47).

import type { LanguageTexts } from './language-texts.ts'
import { CYRILLIC_AND_GREEK } from './texts/cyrillic-and-greek.ts'
import { EAST_ASIAN } from './texts/east-asian.ts'
import { GERMANIC } from './texts/germanic.ts'
import { LATIN_SCRIPT } from './texts/latin-script.ts'
import { RIGHT_TO_LEFT } from './texts/right-to-left.ts'
import { ROMANCE } from './texts/romance.ts'
import { SOUTH_ASIAN } from './texts/south-asian.ts'

const ALL = {
  ...GERMANIC,
  ...ROMANCE,
  ...LATIN_SCRIPT,
  ...CYRILLIC_AND_GREEK,
  ...RIGHT_TO_LEFT,
  ...SOUTH_ASIAN,
  ...EAST_ASIAN,
}

export type Language = keyof typeof ALL

export const TEXTS: Readonly<Record<Language, LanguageTexts>> = ALL
export const LANGUAGES = (Object.keys(TEXTS) as Language[]).sort()
