// The words of a message: language, brand, code, and the WebOTP line where a host is set.
// It must not take a caller's text: purpose and metadata never reach a message (C45).

import type { Channel } from '../../kernel/channel.ts'
import type { MessageSettings } from '../ports.ts'
import { layOutMail } from './html.ts'
import { type Picked, pickTexts } from './languages.ts'
import { measureSms } from './segments.ts'
import { type LanguageTexts, TEXTS } from './texts.ts'
import { describeValidity } from './validity.ts'

export type RenderInput = {
  settings: MessageSettings
  channel: Channel
  code: string
  /** BCP 47, as stored; anything that cannot be read falls back. */
  locale: string
  /** Until the expiry, at least 1. */
  seconds: number
}
/** `subject` and `html` for mail only. */
export type Rendered = { subject: string | null; text: string; html: string | null }

type Values = { code: string; brand: string; minutes: string; validity: string; short: string }

export function render(input: RenderInput): Rendered {
  const { settings, channel } = input
  const picked = pickTexts(settings, channel, [input.locale])
  const validity = describeValidity(picked, input.seconds)
  const values: Values = {
    code: input.code,
    brand: oneLine(settings.brandName),
    minutes: validity.minutes,
    validity: validity.long,
    short: validity.short,
  }
  if (channel === 'email') return renderMail(picked, values)
  const host = channel === 'sms' ? settings.originDomain : null
  const own = picked.override?.sms
  const candidates = own === undefined ? TEXTS[picked.language].sms : [own]
  return { subject: null, text: fitSms(candidates, values, host), html: null }
}

/** The first candidate that takes one segment; where none does, the shortest. */
function fitSms(candidates: readonly string[], values: Values, host: string | null): string {
  // Origin-bound one-time codes: the last line, exactly `@host #code` (WICG sms-one-time-codes §3).
  const lastLine = host === null ? '' : `\n\n@${host} #${values.code}`
  const texts = candidates.map((candidate) => fill(candidate, values) + lastLine)
  return texts.find((text) => measureSms(text).segments === 1) ?? texts.at(-1) ?? values.code
}

function renderMail({ tag, direction, language, override }: Picked, plain: Values): Rendered {
  const texts: LanguageTexts = TEXTS[language]
  // A left-to-right name in a right-to-left line would draw the code beside it into its own run.
  const foreign =
    direction === 'rtl' && /^[^\p{Script=Arabic}\p{Script=Hebrew}]+$/u.test(plain.brand)
  const values = foreign ? { ...plain, brand: `\u2068${plain.brand}\u2069` } : plain
  const subject = oneLine(fill(override?.emailSubject ?? texts.subject, values))
  const common = { language: tag, direction, subject, code: plain.code }
  if (override?.emailText !== undefined) {
    const text = fill(override.emailText, values)
    const [intro = '', ...notes] = text.split(/\n\s*\n/)
    // The service's text says the code where it wants it.
    return { subject, text, html: layOutMail({ ...common, code: null, intro, notes }) }
  }
  const intro = fill(texts.intro, values)
  const notes = [fill(texts.validity, values), fill(texts.warning, values)]
  return {
    subject,
    text: [intro, plain.code, ...notes].join('\n\n').concat('\n'),
    html: layOutMail({ ...common, intro, notes }),
  }
}

/** In one pass: a brand that is called `{{code}}` stays a brand. */
function fill(template: string, values: Values): string {
  return template.replace(
    /\{\{\s*(code|brand|minutes|validity|short)\s*\}\}/g,
    (_, name: keyof Values) => values[name],
  )
}

/** Control characters, line and paragraph separators would start a header or a line of their own (C28). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
