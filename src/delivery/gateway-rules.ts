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

function everyValue(value: string): Values {
  return Object.fromEntries(PLACEHOLDERS.map((name) => [name, value])) as Values
}

const LIST = PLACEHOLDERS.map((name) => `{{${name}}}`).join(' ')

/** @throws ProviderSettingError for a placeholder that would go out as it stands */
function checkNames(setting: string, template: string, known: readonly string[] = PLACEHOLDERS) {
  const unknown = findUnknown(template, known)
  if (unknown === undefined) return // mutant: C67.placeholder-known
  const listed = known === PLACEHOLDERS ? LIST : known.map((name) => `{{${name}}}`).join(' ')
  // What it names is no value of a secret but a word between braces; more than that is not repeated.
  const shown = /^\{\{\s*[\w-]{1,30}\s*\}\}$/.test(unknown) ? `${unknown}, which` : '{{, which'
  throw new ProviderSettingError(setting, `holds ${shown} is no placeholder: ${listed}`)
}

/** With user and password; NaN, which equals nothing, where a value breaks it. */
function originOf(url: string, value: string): string | number {
  const filled = fill(url, everyValue(value), encodeURIComponent)
  if (!URL.canParse(filled)) return Number.NaN
  const { protocol, username, password, host } = new URL(filled)
  return [protocol, username, password, host].join(' ')
}

/** Before the path a recipient would choose where the message goes. @throws ProviderSettingError */
export function checkUrlTemplate(setting: string, url: string): void {
  checkNames(setting, url)
  // Asked of the parser that the request is made by: it takes `https:{{to}}/` and `https:///{{to}}/` for hosts, too.
  // mutant: C67.fixed-host
  if (originOf(url, 'a.example') !== originOf(url, 'b.example'))
    throw new ProviderSettingError(setting, 'has a placeholder before its path: name the host')
}

/** @throws ProviderSettingError where a message would make it something else than its content-type says */
export function checkBodyTemplate(setting: string, body: string, contentType: string): void {
  checkNames(setting, body)
  if (!isJson(contentType)) return // mutant: C67.valid-json-body
  try {
    JSON.parse(fill(body, everyValue(SAMPLE), escapeFor(contentType)))
  } catch {
    throw new ProviderSettingError(
      setting,
      'is no JSON once a message is filled in: look for a comma, a bracket, or a placeholder that stands outside of quotes ' +
        '(for another format give its content-type in the headers)',
    )
  }
}

/** RFC 9110 §7.6.1 and §8.6: of the connection and the body as they are sent. With one of them nothing would go out. */
const OWN_HEADERS = ['content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade']

/** @throws ProviderSettingError */
export function checkHeaderTemplates(
  setting: string,
  headers: Readonly<Record<string, string>>,
): void {
  for (const value of Object.values(headers)) checkNames(setting, value, HEADER_PLACEHOLDERS)
  const own = OWN_HEADERS.find((name) => name in headers)
  // mutant: C67.bad-header-refused
  if (own !== undefined)
    throw new ProviderSettingError(setting, `holds ${own}, which is written with each request`)
  const key = headers['idempotency-key']
  if (key === undefined) return
  const names = namesIn(key)
  // mutant: C67.template-send-key
  if (!names.includes('delivery_id') || names.includes('attempt_id'))
    throw new ProviderSettingError(
      setting,
      'has an idempotency-key that is not one for each send: of two sends with one key only the first would go out, and with ' +
        'a key for each try one message could go out three times; leave it out, or write {{delivery_id}}',
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
  if (CONTENT[channel].some((name) => names.includes(name))) return [] // mutant: C67.code-in-request
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
      'What an answer 2xx has to hold to count as sent: a JSON pointer and its values (`/status=0`, `/status=queued|accepted`, `/id` alone for anything), or the text (`OK*`; what it says instead is shown to admins); `*` stands for any characters, a bar for "or"',
    optional: true,
    free: true as const,
  },
  {
    name: `${prefix}ERROR_POINTER`,
    description:
      'JSON pointer to the gateway’s own reason, like /error/message: shown to admins; without SUCCESS an answer 2xx that holds one is a refusal',
    optional: true,
  },
  {
    name: `${prefix}TEMPORARY`,
    description:
      'What a refusal (2xx or 4xx) holds that passes, as a throttle does, in the forms of SUCCESS (`/messages/0/status=1`): retried with backoff until the code expires. Only for answers that say nothing was sent',
    optional: true,
    free: true as const,
  },
]

/** @throws ProviderSettingError */
export function readAnswerRules(values: SettingValues, prefix: string): AnswerRules {
  return readEach({
    idPointer: () => readPointer(values, `${prefix}ID_POINTER`),
    errorPointer: () => readPointer(values, `${prefix}ERROR_POINTER`),
    success: () => readRule(values, `${prefix}SUCCESS`),
    temporary: () => readTemporary(values, `${prefix}TEMPORARY`),
  })
}

/** Of any answer at all it would say that nothing was sent: of half an answer, and of none. */
function readTemporary(values: SettingValues, name: string): SuccessRule | null {
  const rule = readRule(values, name)
  if (rule?.pointer === null && rule.patterns?.some((pattern) => /^\*+$/.test(pattern)))
    throw new ProviderSettingError(
      name,
      'matches every answer: name what the gateway says of a throttle',
    )
  return rule
}

const POINTER = /^(\/([^~/]|~[01])*)+$/

function readPointer(values: SettingValues, name: string): string | null {
  const pointer = values[name] || null
  if (pointer !== null && !POINTER.test(pointer))
    throw new ProviderSettingError(name, 'is not a JSON pointer like /id')
  return pointer
}

function readRule(values: SettingValues, name: string): SuccessRule | null {
  const text = values[name] || null
  if (text === null) return null
  if (!text.startsWith('/')) return { pointer: null, patterns: readPatterns(text, name) }
  const equals = text.indexOf('=')
  const pointer = equals === -1 ? text : text.slice(0, equals)
  if (!POINTER.test(pointer))
    throw new ProviderSettingError(name, 'is neither like /status=accepted nor a text like OK*')
  return { pointer, patterns: equals === -1 ? null : readPatterns(text.slice(equals + 1), name) }
}

function readPatterns(text: string, name: string): string[] {
  const patterns = text.split('|') // mutant: C67.several-success-values
  // mutant: C67.empty-not-success
  if (patterns.some((pattern) => pattern.trim() === ''))
    throw new ProviderSettingError(
      name,
      'has an empty value, which an empty answer would match: write what stands on both sides of = and of each bar',
    )
  return patterns
}
