// What is wrong with a request, field by field, in words of our own.
// It must not repeat a value: it may be a code. (The library's own messages are not used.)

import type { z } from '@hono/zod-openapi'
import type { FieldError } from '../../verification/api.ts'

/** A name a stranger chose is told back, but not at any length. */
const MAX_FIELD_LENGTH = 80

type RawIssue = z.core.$ZodRawIssue

const KINDS: Record<string, string> = {
  string: 'must be a string',
  boolean: 'must be true or false',
  number: 'must be a number',
  int: 'must be a whole number',
  object: 'must be an object',
  record: 'must be an object',
  array: 'must be an array',
}

function describeSize(issue: RawIssue & { code: 'too_small' | 'too_big' }): string {
  const least = issue.code === 'too_small'
  const bound = String(least ? issue.minimum : issue.maximum)
  if (issue.origin === 'string') {
    if (least && bound === '1') return 'must not be empty'
    return `must have at ${least ? 'least' : 'most'} ${bound} characters`
  }
  const noun = issue.origin === 'array' ? 'have at' : 'be at'
  return `must ${noun} ${least ? 'least' : 'most'} ${bound}`
}

/** For `safeParse`'s `error`; a message that a field's own schema gives comes before it. */
export function describeIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required'
      return KINDS[issue.expected] ?? 'has another type'
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`
    case 'unrecognized_keys':
      return 'is not a known field'
    case 'too_small':
    case 'too_big':
      return describeSize(issue as RawIssue & { code: 'too_small' | 'too_big' })
    default:
      return 'is not valid'
  }
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, MAX_FIELD_LENGTH)
}

/** One entry a field, with the first thing that is wrong with it. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  const seen = new Set<string>()
  return error.issues
    .flatMap(toFieldErrors)
    .filter(({ field }) => !seen.has(field) && seen.add(field))
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      detail: issue.message,
    }))
  // A record's key: its own issues say what is wrong with it.
  if (issue.code === 'invalid_key')
    return issue.issues.map((inner) => ({
      field: fieldOf(issue.path),
      detail: `its name ${inner.message}`,
    }))
  return [{ field: fieldOf(issue.path), detail: issue.message }]
}
