// What Vonage asks during a call, and the NCCO that it is answered with (developer.vonage.com/voice/voice-api/ncco-reference).

import { toObject } from '../../answers/coded-answer.ts'
import type { CallPage, CallReader } from '../../calls/ports.ts'
import { bodyOf } from '../../receipts/callbacks.ts'
import { LISTENS, PROMPTS, SPOKEN } from '../call/call.ts'

/** As TTSLanguages of @vonage/voice 1.21.0 has them. */
const LANGUAGES: typeof SPOKEN = { ...SPOKEN, ar: 'ar' }

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
