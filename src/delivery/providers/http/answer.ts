// What a gateway's answer means beyond its status: its id, its own reason, and whether it says that it took the message.
// It must not take silence for success where the operator has said what success looks like.

import type { HttpAnswer, SendResult } from '../../ports.ts'

/** A value at a JSON pointer (RFC 6901), or the whole answer as text, and the patterns that mean "taken". */
export type SuccessRule = {
  /** null: the answer as text. */
  pointer: string | null
  /** Each may hold * for any characters; null: anything that is there. */
  patterns: readonly string[] | null
}
export type AnswerRules = {
  /** To the gateway's id. null: none is read. */
  idPointer: string | null
  /** To its own reason, where it refuses. */
  errorPointer: string | null
  /** null: the status alone decides, and `errorPointer`. */
  success: SuccessRule | null
  /** What an answer holds that refuses for the moment only. null: no refusal of the gateway's own words is one. */
  temporary: SuccessRule | null
}

const BUSY: Refusal = {
  kind: 'temporary',
  error: { code: 'gateway_busy', message: 'the gateway refused the message for the moment' },
  retryAfterMs: null,
}
const NOT_CONFIRMED: Refusal = {
  kind: 'ambiguous',
  error: { code: 'not_confirmed', message: 'the gateway did not confirm the message' },
}

type Refusal = Exclude<SendResult, { kind: 'accepted' }>

function withReason(refusal: Refusal, reason: string): SendResult {
  return { ...refusal, error: { code: refusal.error.code, message: reason } }
}

/** A reason may quote the message: attempt.ts masks that, and bounds it. */
export function judge(answer: HttpAnswer, rules: AnswerRules): SendResult {
  const { verdict } = answer
  const json = readJson(answer.body)
  const reason = reasonIn(answer.body, json, rules)
  const success = succeeded(answer.body, json, rules.success)
  const isTaken = verdict.kind === 'accepted' && success === 'yes'
  // A 5xx or half an answer may have been taken: whatever it holds, it gets three tries and no more.
  const isWhole = verdict.kind === 'accepted' || verdict.kind === 'permanent'
  // mutants: C67.described-throttle C67.ambiguous-throttle
  if (isWhole && !isTaken && succeeded(answer.body, json, rules.temporary) === 'yes')
    return reason === null ? BUSY : withReason(BUSY, reason)
  if (verdict.kind !== 'accepted') return reason === null ? verdict : withReason(verdict, reason)
  // mutant: C67.error-in-200
  if (success === 'no' || (success === 'unsaid' && reason !== null))
    return {
      kind: 'permanent',
      error: { code: 'gateway_refused', message: reason ?? 'the gateway refused the message' },
    }
  if (success === 'unclear')
    return reason === null ? NOT_CONFIRMED : withReason(NOT_CONFIRMED, reason)
  if (rules.idPointer === null) return verdict
  const reference = valueAt(json, rules.idPointer)
  if (typeof reference === 'string' && reference !== '') return { kind: 'accepted', reference }
  if (typeof reference === 'number') return { kind: 'accepted', reference: String(reference) }
  return NOT_CONFIRMED // mutant: C67.id-required
}

/** `no`: the value is there and is another; `unclear`: an answer of another form. */
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

/** By hand: a regular expression of the operator's could take minutes for a hostile answer. */
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

/** What stands for "no error" where a gateway always has the field. */
const EMPTY = new Set(['', '0', 'false', 'null', '[]', '{}'])

/** Where success is described as a text the whole answer is one: `ERR 105 no credit`. A page is none. */
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
 * A pointer finds nothing in anything else. The error of JSON.parse for each empty answer, with its stack, was a
 * hundredth of a login flow.
 */
const OBJECT_OR_LIST = /^\s*[{[]/ // mutant: C67.json-bom-trimmed

/** Undefined: this is no JSON, or not all of it. */
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
    // An array's length is its own, too.
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(key)) return undefined // mutant: C67.array-elements-only
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
