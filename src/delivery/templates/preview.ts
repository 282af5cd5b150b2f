// Every text of a service as it would be sent, for people who choose or check them. Its code is of no verification.

import type { Channel } from '../../kernel/channel.ts'
import type { MessageSettings, TextPreview } from '../ports.ts'
import { pickTexts } from './languages.ts'
import { loginLink, pageLink } from './link-url.ts'
import { render } from './message.ts'
import { LANGUAGES } from './texts.ts'

const DIGITS = '4829130756'

/** Of no verification. */
export const previewCode = (length: number) => DIGITS.slice(0, length)

/** As long as a real one. */
const NO_LINK = `lnk_${'0'.repeat(48)}`
const NO_ORIGIN = 'https://verify.example.com'

/** Of no verification, too. */
export const previewLink = (
  { linkUrl }: Pick<MessageSettings, 'linkUrl'>,
  publicUrl: string | null,
): string =>
  linkUrl === null ? pageLink(publicUrl ?? NO_ORIGIN, NO_LINK) : loginLink(linkUrl, NO_LINK)

type Previewed = MessageSettings & { codeLength: number; ttlSeconds: number }

/**
 * By language, the service's own texts among the built-in ones.
 * @param wanted a language as a request gives it, with the fallbacks of a message; null: all that have a text
 * @param link of mails; null: they have none
 */
export function previewTexts(
  service: Previewed,
  channel: Channel,
  wanted: string | null,
  link: string | null = null,
): TextPreview[] {
  const asked = wanted === null ? [...LANGUAGES, ...Object.keys(service.templates)] : [wanted]
  const picked = asked.map((tag) => pickTexts(service, channel, [tag]))
  const each = new Map(picked.map((one) => [one.tag, one]))
  const sorted = [...each.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1))
  return sorted.map(({ tag: locale, direction, override }) => {
    const code = previewCode(service.codeLength)
    const message = render({
      settings: service,
      channel,
      code,
      locale,
      seconds: service.ttlSeconds,
      link: channel === 'email' ? link : null,
    })
    return { locale, direction, channel, isOwn: override !== undefined, ...message }
  })
}
