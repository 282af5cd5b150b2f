// The words of a message: language, brand, code, and the WebOTP line where a host is set.
// It must not take a caller's text: purpose and metadata never reach a message (C45).

import type { Channel } from '../../kernel/channel.ts'
import type { MessageSettings } from '../ports.ts'
import { layOutMail } from './html.ts'
import { measureSms } from './segments.ts'
import { type Language, type LanguageTexts, TEXTS } from './texts.ts'

export type RenderInput = {
  settings: MessageSettings
  channel: Channel
  code: string
  /** BCP 47, as stored; anything that can't be read falls back. */
  locale: string
  /** Until the expiry, at least 1. */
  minutes: number
}
/** `subject` and `html` for mail only. */
export type Rendered = { subject: string | null; text: string; html: string | null }

type Override = MessageSettings['templates'][string] | undefined
type Values = { code: string; brand: string; minutes: string }

export function render(input: RenderInput): Rendered {
  const { settings } = input
  const { language, override } = pickTexts(settings, input.locale)
  const values: Values = {
    code: input.code,
    brand: oneLine(settings.brandName),
    minutes: String(input.minutes),
  }
  if (input.channel === 'email') return renderMail(language, values, override)
  const host = input.channel === 'sms' ? settings.originDomain : null
  const candidates = override?.sms === undefined ? TEXTS[language].sms : [override.sms]
  return { subject: null, text: fitSms(candidates, values, host), html: null }
}

/** The first candidate that takes one segment; where none does, the shortest. */
function fitSms(candidates: readonly string[], values: Values, host: string | null): string {
  // Origin-bound one-time codes: the last line, exactly `@host #code` (WICG sms-one-time-codes §3).
  const lastLine = host === null ? '' : `\n\n@${host} #${values.code}`
  const texts = candidates.map((candidate) => fill(candidate, values) + lastLine)
  return texts.find((text) => measureSms(text).segments === 1) ?? texts.at(-1) ?? values.code
}

function renderMail(language: Language, plain: Values, override: Override): Rendered {
  const texts: LanguageTexts = TEXTS[language]
  const { direction } = texts
  // A left-to-right name in a right-to-left line would draw the code beside it into its own run.
  const foreign =
    direction === 'rtl' && /^[^\p{Script=Arabic}\p{Script=Hebrew}]+$/u.test(plain.brand)
  const values = foreign ? { ...plain, brand: `\u2068${plain.brand}\u2069` } : plain
  const subject = oneLine(fill(override?.emailSubject ?? texts.subject, values))
  const common = { language: tagOf(language), direction, subject, code: plain.code }
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
    /\{\{\s*(code|brand|minutes)\s*\}\}/g,
    (_, name: keyof Values) => values[name],
  )
}

/** Control characters, line and paragraph separators would start a header or a line of their own (C28). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

/**
 * The verification's locale, then the service's, then English: the first that has texts of the
 * service's own or built-in ones. What an override leaves out is built in, in its language or English.
 */
function pickTexts(
  settings: MessageSettings,
  locale: string,
): { language: Language; override: Override } {
  for (const candidate of [locale, settings.locale, 'en']) {
    const override = findOverride(settings.templates, candidate)
    const language = languageOf(candidate)
    if (override || language) return { language: language ?? 'en', override }
  }
  return { language: 'en', override: undefined }
}

function languageOf(locale: string): Language | undefined {
  const [language = '', ...rest] = locale.toLowerCase().split(/[-_]/)
  // Taiwan, Hong Kong and Macao write the traditional script unless they say otherwise.
  if (language === 'zh' && !rest.includes('hans') && rest.some((part) => HANT.has(part)))
    return 'zh-hant'
  const name = language === 'iw' ? 'he' : language
  return Object.hasOwn(TEXTS, name) ? (name as Language) : undefined
}
const HANT: ReadonlySet<string> = new Set(['hant', 'tw', 'hk', 'mo'])

/** BCP 47 for the lang attribute. */
function tagOf(language: Language): string {
  return language === 'zh-hant' ? 'zh-Hant' : language
}

/** By the full locale, then by its language. */
function findOverride(templates: MessageSettings['templates'], locale: string): Override {
  const keys = new Map(Object.keys(templates).map((key) => [key.toLowerCase(), key]))
  const lower = locale.toLowerCase().replaceAll('_', '-')
  const key = keys.get(lower) ?? keys.get(lower.split('-')[0] ?? '')
  return key === undefined ? undefined : templates[key]
}
