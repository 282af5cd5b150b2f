// What calls by every provider have in common: their languages, how long they last, and what their end reports.
// It must not know a provider's form, nor a code.

import type { Codes } from '../../answers/coded-answer.ts'
import { undeliveredOf } from '../../receipts/callbacks.ts'
import type { Receipt } from '../../receipts/ports.ts'

/** How often the request for a key is spoken, and seconds of silence after it in which one may be pressed. */
export const PROMPTS = 2
export const LISTENS = 5

/** Seconds: before it is answered (voicemail mostly answers within 30), and in all, which bounds the price. */
export const RINGS = 40
export const LASTS = 120

/** By the language of a text: the speech of a country, as providers spell it. Arabic each spells its own way; Persian none has. */
export const SPOKEN: Readonly<Record<string, string>> = {
  bg: 'bg-BG',
  bn: 'bn-IN',
  cs: 'cs-CZ',
  da: 'da-DK',
  de: 'de-DE',
  el: 'el-GR',
  en: 'en-US',
  es: 'es-ES',
  fi: 'fi-FI',
  fr: 'fr-FR',
  he: 'he-IL',
  hi: 'hi-IN',
  hu: 'hu-HU',
  id: 'id-ID',
  it: 'it-IT',
  ja: 'ja-JP',
  ko: 'ko-KR',
  nb: 'nb-NO',
  nl: 'nl-NL',
  pl: 'pl-PL',
  pt: 'pt-PT',
  'pt-BR': 'pt-BR',
  ro: 'ro-RO',
  ru: 'ru-RU',
  sv: 'sv-SE',
  th: 'th-TH',
  tr: 'tr-TR',
  uk: 'uk-UA',
  vi: 'vi-VN',
  'zh-Hans': 'cmn-CN',
  'zh-Hant': 'cmn-TW',
}

/** Else the code was spoken, and this says less than is known. */
const NO_KEY = { code: 'completed', message: 'no key was pressed' }

/**
 * The last status of a call. Of one that was answered the fault is nobody's.
 * @returns undefined: it is not the last one, and says no more than the answer to the request
 */
export function receiptOfEnd(
  status: string,
  codes: Codes,
  about: Parameters<typeof undeliveredOf>[2],
): Receipt | undefined {
  const isAnswered = status === NO_KEY.code
  if (!isAnswered && !Object.hasOwn(codes, status)) return undefined
  const receipt = undeliveredOf(status, codes, about)
  return isAnswered ? { ...receipt, error: NO_KEY, fault: null } : receipt
}
