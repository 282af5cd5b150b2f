// The texts of a service's SMS with the place of the code left open: what the caller of another API may ask to be sent.
// It must not accept a text that the service does not have: nobody's free text is sent (C45).

import { readLanguageTag } from '../../kernel/language-tag.ts'
import type { MessageSettings } from '../ports.ts'
import { pickTexts } from './languages.ts'
import { render } from './message.ts'
import { LANGUAGES, TEXTS } from './texts.ts'

const OPEN = '{{code}}'
/** UAX #9: callers write none of these. */
const ISOLATES = /[\u2066-\u2069]/g

type Service = MessageSettings & { ttlSeconds: number }

/** Without the lines that are added for browsers and apps. */
function fillAllButCode(service: Service, locale: string, sms: string): string {
  const settings = {
    ...{ ...service, originDomain: null, androidAppHash: null },
    templates: { [locale]: { sms } },
  }
  const { text } = render({
    ...{ settings, locale, channel: 'sms', code: OPEN },
    seconds: service.ttlSeconds,
  })
  return text.replaceAll(ISOLATES, '')
}

/**
 * By text, the language in which it is sent: each template as it is written, and with name and time filled in. The service's
 * own language comes first.
 */
export function acceptedTexts(service: Service): ReadonlyMap<string, string> {
  const accepted = new Map<string, string>()
  for (const wanted of [service.locale, ...Object.keys(service.templates), ...LANGUAGES]) {
    const { tag, language, override } = pickTexts(service, 'sms', [wanted])
    const locale = readLanguageTag(tag) ?? tag
    const templates = override?.sms === undefined ? TEXTS[language].sms : [override.sms]
    for (const template of templates)
      for (const text of [fillAllButCode(service, locale, template), template])
        if (!accepted.has(text)) accepted.set(text, locale)
  }
  return accepted
}
