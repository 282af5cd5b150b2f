// JSON lines on standard output. What must not be read there is cut out on the way, at every depth.
// It must not be given a body or a message of a verification: redaction is the second fence, not the first.

import { pino } from 'pino'
import { cleanError } from './log-error.ts'
import { createLogOutput } from './log-output.ts'

/** Keys whose value never reaches a line, however deep it lies. Compared in lower case, without - and _. */
const HIDDEN_KEYS = new Set(
  (
    'code codes otp to recipient recipients address phone email subject session ' +
    'secret secretkey password pass token authtoken apikey adminkey authorization cookie setcookie ' +
    'body text html message codehash codesealed recipientsealed prepared'
  ).split(' '),
)

const HIDDEN = '[hidden]'
const TOO_DEEP = '[deep]'
const CUT = '…'
const MAX_DEPTH = 6
const MAX_ITEMS = 50
/** A line stays a line: what a stranger sends may be long. */
const MAX_TEXT_CHARACTERS = 1000

/** A number in E.164 or an address, anywhere in a text. */
const NUMBER = /\+\d[\d ()-]{5,20}\d/g
const BARE_NUMBER = /\b\d{8,15}\b/g
const MAIL_ADDRESS = /[^\s<>"'(),:;[\]\\@]{1,64}@[^\s<>"'(),:;[\]\\@]{1,255}/g

function cleanText(text: string): string {
  const cut =
    text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}${CUT}` : text
  // Most texts have neither of the two: looking for one character costs a tenth of the pattern.
  const withoutNumbers = cut.includes('+') ? cut.replace(NUMBER, HIDDEN) : cut
  const withoutBare = withoutNumbers.replace(BARE_NUMBER, HIDDEN)
  return withoutBare.includes('@') ? withoutBare.replace(MAIL_ADDRESS, HIDDEN) : withoutBare
}

function clean(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return TOO_DEEP
  const inner = (item: unknown) => clean(item, depth + 1)
  if (value instanceof Error)
    return cleanError(value, { text: cleanText, value: inner, hidden: HIDDEN })
  if (ArrayBuffer.isView(value)) return HIDDEN
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(inner)
  if (value instanceof Map) return clean(Object.fromEntries(value), depth)
  if (value instanceof Set) return clean([...value], depth)
  const entries = Object.entries(value).slice(0, MAX_ITEMS)
  return Object.fromEntries(
    entries.map(([key, item]) => {
      const plainKey = key.toLowerCase().replaceAll(/[-_]/g, '')
      return HIDDEN_KEYS.has(plainKey) ? [key, HIDDEN] : [cleanText(key), inner(item)] // mutant: I7.redact-deep-keys
    }),
  )
}

export type LogFields = Readonly<Record<string, unknown>>
type Write = (fields: LogFields, event: string) => void

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** `event` is a fixed sentence; what varies goes into `fields`, where it is cleaned. */
export type Logger = Record<(typeof LEVELS)[number], Write> & {
  /** The same with `fields` in each line. */
  child(fields: LogFields): Logger
}

/** Where lines go; standard output unless a test listens. */
export type LogSink = { write(line: string): void }

/** @param level one of pino's: trace, debug, info, warn, error, fatal, silent */
export function createLogger(options: { level: string; sink?: LogSink }): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'event',
  }
  return wrap(pino(settings, options.sink ?? createLogOutput()), {})
}

/** The part of pino's logger that is used. */
type PinoLogger = Pick<import('pino').Logger<never>, 'isLevelEnabled' | (typeof LEVELS)[number]>

function wrap(target: PinoLogger, bound: LogFields): Logger {
  const withBound = (fields: LogFields) => ({ ...bound, ...(clean(fields) as LogFields) })
  const writers = LEVELS.map((level): [string, Write] => [
    level,
    (fields, event) => {
      if (target.isLevelEnabled(level)) target[level](withBound(fields), cleanText(event))
    },
  ])
  const child = (fields: LogFields) => wrap(target, withBound(fields))
  return { ...(Object.fromEntries(writers) as Omit<Logger, 'child'>), child }
}
