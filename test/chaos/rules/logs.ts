// What the nodes wrote: no bug, no error that is not known, no code; and none of them ended by itself.
// It must not print what it found of a code: a violation is read in a log, too.

import type { Rule, Violation } from '../record.ts'

/** Errors that a run may have, each with its reason. */
const KNOWN_ERRORS = new Set([
  // A drain is cut short while the database is away: the lease runs out, and another node sends.
  'a result could not be written and was dropped',
])
const LOUD = new Set(['error', 'fatal'])
/** Of Node or a library, outside of the logger. */
const STACK = /^\s+at .+:\d+:\d+\)?$/
const MAX_QUOTED_CHARACTERS = 300

type Line = { level?: string; event?: string }

function parse(line: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function faultOf(line: string): string | undefined {
  const parsed = parse(line)
  const isLoud = LOUD.has(parsed?.level ?? '') && !KNOWN_ERRORS.has(parsed?.event ?? '')
  return isLoud || STACK.test(line) ? line.trim().slice(0, MAX_QUOTED_CHARACTERS) : undefined
}

export const quietLogs: Rule = ({ logs, deaths }) => {
  const rule = 'quiet logs'
  const loud = logs.flatMap(({ node, text }) =>
    text.split('\n').flatMap((line): Violation[] => {
      const fault = faultOf(line)
      return fault ? [{ rule, said: `node ${node}: ${fault}` }] : []
    }),
  )
  return [...deaths.map((said) => ({ rule, said })), ...loud]
}

/** A run of digits as long as a code that stands by itself: not in an id, a time or a fraction. */
function standingNumbers(text: string, digits: number): Set<string> {
  const pattern = new RegExp(`(?<![\\w.])\\d{${digits}}(?!\\w)`, 'g')
  return new Set(text.match(pattern) ?? [])
}

export const noCodeInLogs: Rule = ({ rules, logs, messages }) => {
  const codes = new Map(messages.map(({ code, verification }) => [code, verification]))
  return logs.flatMap(({ node, text }) =>
    [...standingNumbers(text, rules.codeLength)]
      .filter((number) => codes.has(number))
      .map((number) => ({
        rule: 'no code in logs',
        said: `node ${node} wrote the code of ${codes.get(number)}`,
      })),
  )
}
