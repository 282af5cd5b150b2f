// What Twilio asks during a call, and the TwiML that it is answered with (twilio.com/docs/voice/twiml).

import type { CallPage, CallReader } from '../../calls/ports.ts'
import { fieldsOf } from './receipts.ts'

/** By the language of a text: Twilio's spelling, and a voice of Google's. Persian has none. */
const VOICES: Readonly<Record<string, string>> = {
  ar: 'ar-XA',
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

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}
const escapeXml = (text: string) => text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one)

function say(text: string, locale: string, loop = 1): string {
  const language = VOICES[locale] ?? ''
  const times = loop === 1 ? '' : ` loop="${loop}"`
  return `<Say voice="Google.${language}-Standard-A" language="${language}"${times}>${escapeXml(text)}</Say>`
}

function verbsOf(page: CallPage): string {
  switch (page.kind) {
    case 'prompt':
      // Without a key the document ends after it, and the call with it.
      return `<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="${LISTENS}" action="${escapeXml(page.url)}" method="POST">${say(page.text, page.locale, PROMPTS)}</Gather>`
    case 'code':
      return page.texts
        .map((text) => say(text, page.locale))
        .join('<Pause length="1"/>')
        .concat('<Hangup/>')
    case 'over':
      return `${say(page.text, page.locale)}<Hangup/>`
  }
}

export const twilioCall: CallReader = {
  speaks: (locale) => Object.hasOwn(VOICES, locale),
  read(callback) {
    const fields = fieldsOf(callback)
    if (!fields.has('CallSid')) return undefined
    return fields.get('Digits') ? 'key' : 'answered'
  },
  write: (page) => ({
    type: 'text/xml; charset=utf-8',
    body: `<?xml version="1.0" encoding="UTF-8"?><Response>${verbsOf(page)}</Response>`,
  }),
}
