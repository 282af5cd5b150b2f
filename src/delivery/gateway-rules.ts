// The generic gateway's templates and the rules for its answers: read, and tried out before the first message.
// It must not repeat a template: it may hold a key of the operator's.

import type { AnswerRules, SuccessRule } from './providers/http/answer.ts'
import {
  escapeFor,
  fill,
  findUnknown,
  HEADER_PLACEHOLDERS,
  isJson,
  namesIn,
  PLACEHOLDERS,
  type Values,
} from './providers/http/template.ts'
import { ProviderSettingError, readEach, type SettingValues } from './setting-values.ts'

/** Breaks JSON wherever it does not stand between quotes, where escaping takes care of it. */
const SAMPLE = '0"\\ \n'
const SAMPLES = Object.fromEntries(PLACEHOLDERS.map((name) => [name, SAMPLE])) as Values

const LIST = PLACEHOLDERS.map((name) => `{{${name}}}`).join(' ')

/** @throws ProviderSettingError for a placeholder that would go out as it stands */
function checkNames(setting: string, template: string, known: readonly string[] = PLACEHOLDERS) {
  const unknown = findUnknown(template, known)
  if (unknown === undefined) return
  const listed = known === PLACEHOLDERS ? LIST : known.map((name) => `{{${name}}}`).join(' ')
  // What it names is no value of a secret but a word between braces; more than that is not repeated.
  const shown = /^\{\{\s*[\w-]{1,30}\s*\}\}$/.test(unknown) ? `${unknown}, which` : '{{, which'
  throw new ProviderSettingError(setting, `holds ${shown} is no placeholder: ${listed}`)
}

/** Before the path a recipient would choose where the message goes. @throws ProviderSettingError */
export function checkUrlTemplate(setting: string, url: string): void {
  checkNames(setting, url)
  const origin = /^[^:]+:\/\/[^/?#]*/.exec(url)?.[0] ?? ''
  if (origin.includes('{{'))
    throw new ProviderSettingError(setting, 'has a placeholder before its path: name the host')
}

/** @throws ProviderSettingError where a message would make it something else than its content-type says */
export function checkBodyTemplate(setting: string, body: string, contentType: string): void {
  checkNames(setting, body)
  if (!isJson(contentType)) return
  try {
    JSON.parse(fill(body, SAMPLES, escapeFor(contentType)))
  } catch {
    throw new ProviderSettingError(
      setting,
      'is no JSON once a message is filled in: look for a comma, a bracket, or a placeholder that stands outside of quotes ' +
        '(for another format give its content-type in the headers)',
    )
  }
}

/** @throws ProviderSettingError */
export function checkHeaderTemplates(
  setting: string,
  headers: Readonly<Record<string, string>>,
): void {
  for (const value of Object.values(headers)) checkNames(setting, value, HEADER_PLACEHOLDERS)
  const key = headers['idempotency-key']
  if (key !== undefined && namesIn(key).length === 0)
    throw new ProviderSettingError(
      setting,
      'gives every message the same idempotency-key, and only the first would go out: leave it out, or write {{delivery_id}}',
    )
}

/** What of a message holds its code. */
const CONTENT = { sms: ['text', 'code'], email: ['text', 'code', 'html', 'subject'] } as const

/** Right for a gateway that makes up a text of its own, and a slip for all others: nobody would get a code. */
export function warnOfContent(
  prefix: string,
  channel: 'sms' | 'email',
  { url, body }: { url: string; body: string },
): string[] {
  const names = namesIn(`${url} ${body}`)
  if (CONTENT[channel].some((name) => names.includes(name))) return []
  return [
    `${prefix}BODY: neither {{text}} nor {{code}} is in the request, so no message holds a code`,
  ]
}

/** The rows of the settings that say what an answer means. */
export const answerSettings = (prefix: string) => [
  {
    name: `${prefix}ID_POINTER`,
    description:
      'JSON pointer to the gateway’s id in its answer, like /messages/0/id; an answer without it is not taken for success',
    optional: true,
  },
  {
    name: `${prefix}SUCCESS`,
    description:
      'What an answer 2xx has to hold to count as sent: a JSON pointer and its values (`/status=0`, `/status=queued|accepted`, `/id` alone for anything), or the text (`OK*`); `*` stands for any characters, a bar for "or"',
    optional: true,
    free: true as const,
  },
  {
    name: `${prefix}ERROR_POINTER`,
    description:
      'JSON pointer to the gateway’s own reason, like /error/message: shown to admins; without SUCCESS an answer 2xx that holds one is a refusal',
    optional: true,
  },
]

/** @throws ProviderSettingError */
export function readAnswerRules(values: SettingValues, prefix: string): AnswerRules {
  return readEach({
    idPointer: () => readPointer(values, `${prefix}ID_POINTER`),
    errorPointer: () => readPointer(values, `${prefix}ERROR_POINTER`),
    success: () => readSuccess(values, `${prefix}SUCCESS`),
  })
}

const POINTER = /^(\/([^~/]|~[01])*)+$/

function readPointer(values: SettingValues, name: string): string | null {
  const pointer = values[name] || null
  if (pointer !== null && !POINTER.test(pointer))
    throw new ProviderSettingError(name, 'is not a JSON pointer like /id')
  return pointer
}

function readSuccess(values: SettingValues, name: string): SuccessRule | null {
  const text = values[name] || null
  if (text === null) return null
  if (!text.startsWith('/')) return { pointer: null, patterns: text.split('|') }
  const equals = text.indexOf('=')
  const pointer = equals === -1 ? text : text.slice(0, equals)
  if (!POINTER.test(pointer))
    throw new ProviderSettingError(name, 'is neither like /status=accepted nor a text like OK*')
  return { pointer, patterns: equals === -1 ? null : text.slice(equals + 1).split('|') }
}
