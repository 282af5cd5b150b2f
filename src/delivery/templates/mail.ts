// A mail as text and as HTML: the code early, a link beside it where one was asked for, and at the end the line by which
// Apple's mail fills the code in.
// It must not show the code in the subject unless the service asked for that: a locked screen shows subjects.

import { layOutMail } from './html.ts'
import type { Picked } from './languages.ts'
import { TEXTS } from './texts.ts'

type MailInput = {
  picked: Picked
  /** Replaces the placeholders of a text. */
  fill: (template: string) => string
  code: string
  /** Null: it has none. */
  link: string | null
  originDomain: string | null
  subjectShowsCode: boolean
}
export type Mail = { subject: string; text: string; html: string }

/** Control characters and line or paragraph separators would start a new header or line (C28). */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

const PLACE = /\{\{\s*link\s*\}\}/
const paragraphsOf = (text: string) => text.split(/\n\s*\n/)

/** A service's own text with the link in its place, else below it; without a link, the paragraph of its place is left out. */
function placeLink(text: string, { link, picked }: Pick<MailInput, 'link' | 'picked'>): string {
  const hasPlace = PLACE.test(text)
  if (link === null && !hasPlace) return text
  if (link === null)
    return paragraphsOf(text)
      .filter((one) => !PLACE.test(one))
      .join('\n\n')
  return hasPlace ? text : [text, TEXTS[picked.language].link, '{{link}}'].join('\n\n')
}

export function composeMail(input: MailInput): Mail {
  const { picked, fill, code, link, originDomain, subjectShowsCode } = input
  const { tag, direction, language, override } = picked
  const texts = TEXTS[language]
  const builtIn = subjectShowsCode ? texts.subjectWithCode : texts.subject // mutant: C58.subject-without-code
  const subject = oneLine(fill(override?.emailSubject ?? builtIn))
  const bound = originDomain === null ? null : `@${originDomain} #${code}`
  const common = { language: tag, direction, subject, link, bound }
  const textOf = (parts: readonly string[]) =>
    [...parts, ...(bound === null ? [] : [bound])].join('\n\n')
  if (override?.emailText !== undefined) {
    const text = fill(placeLink(override.emailText, input))
    const [intro = '', ...notes] = paragraphsOf(text)
    // The service's text contains the code in the place of its choice.
    const html = layOutMail({ ...common, code: null, preheader: null, intro, notes })
    return { subject, text: textOf([text]), html }
  }
  const intro = fill(texts.intro)
  // Alone on its line: programs that make links of texts find its end.
  const linked = link === null ? [] : [fill(texts.link), link]
  const notes = [fill(texts.validity), fill(texts.warning), ...linked]
  return {
    subject,
    text: textOf([intro, code, ...notes]).concat('\n'),
    html: layOutMail({ ...common, code, preheader: fill(texts.sms[1]), intro, notes }),
  }
}
