// A mail as text and as HTML: the code early, and at the end the line by which Apple's mail fills it in.
// It must not show the code in the subject unless the service asked for that: a locked screen shows subjects.

import { layOutMail } from './html.ts'
import type { Picked } from './languages.ts'
import { TEXTS } from './texts.ts'

type MailInput = {
  picked: Picked
  /** Replaces the placeholders of a text. */
  fill: (template: string) => string
  code: string
  originDomain: string | null
  subjectShowsCode: boolean
}
export type Mail = { subject: string; text: string; html: string }

/** Control characters and line or paragraph separators would start a new header or line (C28). */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

export function composeMail(input: MailInput): Mail {
  const { picked, fill, code, originDomain, subjectShowsCode } = input
  const { tag, direction, language, override } = picked
  const texts = TEXTS[language]
  const builtIn = subjectShowsCode ? texts.subjectWithCode : texts.subject // mutant: C58.subject-without-code
  const subject = oneLine(fill(override?.emailSubject ?? builtIn))
  const bound = originDomain === null ? null : `@${originDomain} #${code}`
  const common = { language: tag, direction, subject, bound }
  const textOf = (parts: readonly string[]) =>
    [...parts, ...(bound === null ? [] : [bound])].join('\n\n')
  if (override?.emailText !== undefined) {
    const text = fill(override.emailText)
    const [intro = '', ...notes] = text.split(/\n\s*\n/)
    // The service's text contains the code in the place of its choice.
    const html = layOutMail({ ...common, code: null, preheader: null, intro, notes })
    return { subject, text: textOf([text]), html }
  }
  const intro = fill(texts.intro)
  const notes = [fill(texts.validity), fill(texts.warning)]
  return {
    subject,
    text: textOf([intro, code, ...notes]).concat('\n'),
    html: layOutMail({ ...common, code, preheader: fill(texts.sms[1]), intro, notes }),
  }
}
