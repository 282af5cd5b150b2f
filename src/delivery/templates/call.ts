// What a call says, page by page: the request to press a key, then the code, one digit at a time. Spoken, so without marks.
// It must not say the code before a key was pressed: voicemail would keep it.

import type { MessageSettings } from '../ports.ts'
import { type Picked, pickTexts } from './languages.ts'
import { oneLine } from './mail.ts'
import { CALL_TEXTS } from './texts/calls.ts'

/** A comma is a short pause in every language, so that `482` is not read as a number. */
const spell = (code: string): string => [...code].join(', ')

export type SpokenCall = {
  /** BCP 47. */
  locale: string
  prompt: string
  /** @param code in digits */
  reading: (code: string) => string
  over: string
}

const FALLBACK = 'en'

function callIn({ tag, language }: Picked, brandName: string): SpokenCall {
  const { prompt, code, over } = CALL_TEXTS[language]
  const brand = oneLine(brandName)
  return {
    locale: tag,
    prompt: prompt.replace('{{brand}}', () => brand),
    reading: (digits) => code.replace('{{code}}', () => spell(digits)),
    over,
  }
}

/**
 * In the language of the message, else in the service's, else in English: the first that is spoken.
 * @param isSpoken undefined: each of them is
 */
export function composeCall(
  settings: MessageSettings,
  locale: string | null,
  isSpoken: (locale: string) => boolean = () => true,
): SpokenCall {
  const wanted = [locale, settings.locale].map((one) => pickTexts(settings, 'voice', [one]))
  const spoken = wanted.find(({ tag }) => isSpoken(tag))
  return callIn(spoken ?? pickTexts(settings, 'voice', [FALLBACK]), settings.brandName)
}
