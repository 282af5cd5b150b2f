// The texts of one service of SERVICES_FILE: what each must contain, and what it must not.

import { z } from 'zod'
import { languageKeys } from '../kernel/language-tag.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import { type Parser, parseLocale } from './parsers.ts'
import { without } from './without.ts'

const MAX_TEMPLATE_CHARACTERS = 2000
/** C45: a message without the code helps nobody; a line break in a one-line text is a phisher's tool. */
const template = z.string().min(1).max(MAX_TEMPLATE_CHARACTERS)
const hasLink = (text: string) => /\{\{\s*link\s*\}\}/.test(text)
const NO_LINK = 'must not contain {{link}}: it is for email_text'
const oneLine = template
  .refine((text) => !/\p{Cc}/u.test(text), 'must be one line')
  .refine((text) => !hasLink(text), NO_LINK)
const withCode = template.refine((text) => text.includes('{{code}}'), 'must contain {{code}}')
/** A mail without a link leaves its paragraph out. */
const mailText = withCode.refine(
  (text) => !text.split(/\n\s*\n/).some((one) => hasLink(one) && one.includes('{{code}}')),
  'must have {{link}} in another paragraph than {{code}}',
)

export const templates = z
  .record(
    parsedKey(parseLocale),
    z.strictObject({
      sms: withCode.refine((text) => !hasLink(text), NO_LINK).optional(),
      email_subject: oneLine.optional(),
      email_text: mailText.optional(),
    }),
  )
  .superRefine((all, context) => {
    // zh-TW and zh-Hant-TW have the same look-up key.
    const keys = Object.keys(all).map((tag) => languageKeys(tag)[0]) // mutant: C70.same-lookup-refused
    const twin = Object.keys(all).find((_, i) => keys.indexOf(keys[i]) !== i)
    if (twin !== undefined)
      context.addIssue({ code: 'custom', path: [twin], message: 'is listed twice' })
  })

function parsedKey(parse: Parser<string>) {
  return z.string().refine((text) => {
    try {
      return parse(text) !== ''
    } catch {
      return false
    }
  }, 'is not a language tag like en or pt-BR')
}

export function toTemplates(entry: z.output<typeof templates>): ServicePolicy['templates'] {
  return Object.fromEntries(
    Object.entries(entry).map(([locale, texts]) => [
      locale,
      without({ sms: texts.sms, emailSubject: texts.email_subject, emailText: texts.email_text }),
    ]),
  )
}
