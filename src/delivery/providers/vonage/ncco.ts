// What Vonage asks during a call, and the NCCO that it is answered with (developer.vonage.com/voice/voice-api/ncco-reference).

import { toObject } from '../../answers/coded-answer.ts'
import type { CallPage, CallReader } from '../../calls/ports.ts'
import { bodyOf } from '../../receipts/callbacks.ts'

/** By the language of a text: Vonage's spelling (TTSLanguages of @vonage/voice 1.21.0). Persian has none. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ar: 'ar',
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

/** How often the request for a key is spoken, and seconds of silence after it in which one may be pressed. */
const PROMPTS = 2
const LISTENS = 5

const talk = (text: string, locale: string) => ({
  action: 'talk',
  text,
  language: LANGUAGES[locale] ?? 'en-US',
})

/** After its last action a call ends. */
function actionsOf(page: CallPage): object[] {
  switch (page.kind) {
    case 'prompt':
      return [
        { ...talk(page.text, page.locale), bargeIn: true, loop: PROMPTS },
        {
          action: 'input',
          type: ['dtmf'],
          dtmf: { maxDigits: 1, timeOut: LISTENS },
          eventUrl: [page.url],
          eventMethod: 'POST',
        },
      ]
    case 'code':
      return page.texts.map((text) => talk(text, page.locale))
    case 'over':
      return [talk(page.text, page.locale)]
  }
}

export const vonageCall: CallReader = {
  speaks: (locale) => Object.hasOwn(LANGUAGES, locale),
  read(callback) {
    const { dtmf, uuid } = bodyOf(callback)
    if (typeof uuid !== 'string') return undefined
    if (dtmf === undefined) return 'answered'
    const { digits } = toObject(dtmf)
    return typeof digits === 'string' && digits !== '' ? 'key' : 'silence'
  },
  write: (page) => ({ type: 'application/json', body: JSON.stringify(actionsOf(page)) }),
}
