// What Twilio asks during a call, and the TwiML that it is answered with (twilio.com/docs/voice/twiml).

import type { CallPage, CallReader } from '../../calls/ports.ts'
import { LISTENS, PROMPTS, SPOKEN } from '../call/call.ts'
import { fieldsOf } from './receipts.ts'

/** Each with a voice of Google's. */
const VOICES: typeof SPOKEN = { ...SPOKEN, ar: 'ar-XA' }

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
