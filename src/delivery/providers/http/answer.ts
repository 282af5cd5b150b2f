// The meaning of a gateway's answer beyond its status: its id, its own reason, and whether it accepted the message.
// It must not take silence for success where the operator has described success.

import {
  ambiguous,
  type Fault,
  type HttpAnswer,
  permanent,
  type Refusal,
  type SendResult,
  temporary,
} from '../../ports.ts'
import { readEach, type SettingValues, wrong } from '../../provider-entry.ts'

/** A value at a JSON pointer (RFC 6901), or the whole answer as text, and the patterns that mean "taken". */
export type SuccessRule = {
  /** null: the answer as a text. */
  pointer: string | null
  /** Each may contain * for any characters; null: anything that is there. */
  patterns: readonly string[] | null
}
export type AnswerRules = {
  /** Of the gateway's id. null: none is read. */
  idPointer: string | null
  /** Of its own reason, where it refuses. */
  errorPointer: string | null
  /** null: the status alone decides, and `errorPointer`. */
  success: SuccessRule | null
  /** Matches refusals for the moment only. null: none. */
  temporary: SuccessRule | null
  /** Matches refusals that are about the recipient. null: none. */
  recipient: SuccessRule | null
}

const BUSY = temporary('gateway_busy', 'the gateway refused the message for now')
const refused = (fault: Fault) =>
  permanent(fault, 'gateway_refused', 'the gateway refused the message')
const NOT_CONFIRMED = ambiguous('not_confirmed', 'the gateway did not confirm the message')

function withReason(refusal: Refusal, reason: string | null): Refusal {
  return reason === null ? refusal : { ...refusal, error: { ...refusal.error, message: reason } }
}

/** A reason may quote the message: it is masked and bounded before it is kept (delivery/answers/quoted-answer.ts). */
export function judge(answer: HttpAnswer, rules: AnswerRules): SendResult {
  const { verdict } = answer
  const json = readJson(answer.body)
  const reason = reasonIn(answer.body, json, rules)
  const success = succeeded(answer.body, json, rules.success)
  const isTaken = verdict.kind === 'accepted' && success === 'yes'
  // With a 5xx or half an answer the message may have been taken: it gets three tries and no more.
  const isWhole = verdict.kind === 'accepted' || verdict.kind === 'permanent'
  // mutants: C67.described-throttle C67.ambiguous-throttle
  if (isWhole && !isTaken && succeeded(answer.body, json, rules.temporary) === 'yes')
    return withReason(BUSY, reason)
  // mutant: C53.gateway-recipient-fault
  if (isWhole && !isTaken && succeeded(answer.body, json, rules.recipient) === 'yes')
    return withReason(
      verdict.kind === 'permanent' ? { ...verdict, fault: 'recipient' } : refused('recipient'),
      reason,
    )
  if (verdict.kind !== 'accepted') return withReason(verdict, reason)
  // mutant: C67.error-in-200
  if (success === 'no' || (success === 'unsaid' && reason !== null))
    return withReason(refused('message'), reason)
  if (success === 'unclear') return withReason(NOT_CONFIRMED, reason)
  if (rules.idPointer === null) return verdict
  const reference = valueAt(json, rules.idPointer)
  if (typeof reference === 'string' && reference !== '') return { kind: 'accepted', reference }
  if (typeof reference === 'number') return { kind: 'accepted', reference: String(reference) }
  return NOT_CONFIRMED // mutant: C67.id-required
}

/** `no`: the value is there and differs; `unclear`: the answer has another form. */
function succeeded(
  body: string,
  json: unknown,
  rule: SuccessRule | null,
): 'yes' | 'no' | 'unclear' | 'unsaid' {
  if (rule === null) return 'unsaid'
  const { pointer, patterns } = rule
  const found = pointer === null ? body.trim() : valueAt(json, pointer)
  if (found === undefined) return 'unclear' // mutant: C67.success-value-required
  if (patterns === null) return found === null ? 'unclear' : 'yes'
  const text = asText(found)
  if (patterns.some((pattern) => matches(text, pattern))) return 'yes'
  return pointer === null ? 'unclear' : 'no' // mutant: C67.success-value-match
}

/** Without a regular expression: an operator's could take minutes on a hostile answer. */
function matches(text: string, pattern: string): boolean {
  const [head = '', ...rest] = pattern.split('*')
  const tail = rest.pop()
  if (tail === undefined) return text === pattern // mutant: C67.whole-value-match
  if (!text.startsWith(head)) return false
  let at = head.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - tail.length >= at && text.endsWith(tail)
}

/** Values for "no error" from gateways that always send the field. */
const EMPTY = new Set(['', '0', 'false', 'null', '[]', '{}'])

/** Where success is described as a text, the whole answer is one: `ERR 105 no credit`. An HTML page is not. */
function reasonIn(body: string, json: unknown, rules: AnswerRules): string | null {
  if (rules.errorPointer !== null) return readReason(valueAt(json, rules.errorPointer))
  const isText = rules.success?.pointer === null && !body.trimStart().startsWith('<')
  return isText ? readReason(body) : null // mutant: C67.text-answer-reason
}

function readReason(found: unknown): string | null {
  if (found === undefined) return null
  const text = asText(found)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim()
  return EMPTY.has(text) ? null : text
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A reviver: an id beyond 2^53 keeps its digits. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value)
    ? (context?.source ?? value)
    : value
}

/**
 * A pointer finds nothing in anything else. The exception of JSON.parse for each empty answer took a hundredth of a login
 * flow.
 */
const OBJECT_OR_LIST = /^\s*[{[]/ // mutant: C67.json-bom-trimmed

/** Undefined: it is not JSON, or not all of it. */
function readJson(body: string): unknown {
  if (!OBJECT_OR_LIST.test(body)) return undefined
  try {
    return JSON.parse(body.replace(/^\ufeff/, ''), keepDigits)
  } catch {
    return undefined
  }
}

/** RFC 6901 §4; undefined: nothing is there. */
function valueAt(json: unknown, pointer: string): unknown {
  let value = json
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    // The length of an array is a property of its own as well.
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(key)) return undefined // mutant: C67.array-elements-only
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** Settings that say what an answer means. */
export const answerRows = (prefix: string) => [
  {
    name: `${prefix}ID_POINTER`,
    description:
      'JSON pointer to the gateway’s id in its answer, like /messages/0/id; an answer without it is not taken for success',
    optional: true,
  },
  {
    name: `${prefix}SUCCESS`,
    description:
      'What a 2xx answer must contain to count as sent: a JSON pointer and its values (`/status=0`, `/status=queued|accepted`, `/id` alone for anything), or the text (`OK*`; what it says instead is shown to admins); `*` stands for any characters, a bar for "or"',
    optional: true,
    free: true as const,
  },
  {
    name: `${prefix}ERROR_POINTER`,
    description:
      'JSON pointer to the gateway’s own reason, like /error/message: shown to admins; without SUCCESS a 2xx answer that contains one is a refusal',
    optional: true,
  },
  {
    name: `${prefix}TEMPORARY`,
    description:
      'What a temporary refusal (2xx or 4xx), like a throttle, contains, in the forms of SUCCESS (`/messages/0/status=1`): retried with backoff until the code expires. Only for answers which mean that nothing was sent',
    optional: true,
    free: true as const,
  },
  {
    name: `${prefix}RECIPIENT`,
    description:
      'What a refusal (2xx or 4xx) that is about the recipient contains, in the forms of SUCCESS (`/code=105|106`): a number that does not exist, one that opted out. No other provider is tried then. Only for answers which mean that nothing was sent',
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
    temporary: () => readRefusal(values, `${prefix}TEMPORARY`, 'when it throttles'),
    recipient: () => readRefusal(values, `${prefix}RECIPIENT`, 'about such a recipient'),
  })
}

/** A pattern for every answer would also mean "not sent" for half an answer, or none. */
function readRefusal(values: SettingValues, name: string, about: string): SuccessRule | null {
  const rule = readRule(values, name)
  if (rule?.pointer === null && rule.patterns?.some((pattern) => /^\*+$/.test(pattern)))
    throw wrong(name, `matches every answer: give what the gateway answers ${about}`)
  return rule
}

const POINTER = /^(\/([^~/]|~[01])*)+$/

function readPointer(values: SettingValues, name: string): string | null {
  const pointer = values[name] || null
  if (pointer !== null && !POINTER.test(pointer))
    throw wrong(name, 'is not a JSON pointer like /id')
  return pointer
}

function readRule(values: SettingValues, name: string): SuccessRule | null {
  const text = values[name] || null
  if (text === null) return null
  if (!text.startsWith('/')) return { pointer: null, patterns: readPatterns(text, name) }
  const equals = text.indexOf('=')
  const pointer = equals === -1 ? text : text.slice(0, equals)
  if (!POINTER.test(pointer))
    throw wrong(name, 'is neither like /status=accepted nor a text like OK*')
  return { pointer, patterns: equals === -1 ? null : readPatterns(text.slice(equals + 1), name) }
}

function readPatterns(text: string, name: string): string[] {
  const patterns = text.split('|') // mutant: C67.several-success-values
  // mutant: C67.empty-not-success
  if (patterns.some((pattern) => pattern.trim() === ''))
    throw wrong(
      name,
      'has an empty value, which an empty answer would match: write a value on both sides of = and of each bar',
    )
  return patterns
}
