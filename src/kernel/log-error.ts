// An error as the log shows it: class, code, place, and of a system error where it arose.
// It must not pass on the digits of a foreign text: any of them could be a code.

import { isIP } from 'node:net'
import { StartupError } from './errors.ts'

const DIGITS = /\d[\d\s-]{2,}\d/g
const MAX_STACK_LINES = 8
/** Of an AggregateError: one for each address of a name. */
const MAX_ERRORS = 4
const MAX_PORT = 65_535

type Clean = { text(text: string): string; value(value: unknown): unknown; hidden: string }

/** The fields that Node sets on an error of the operating system (`errno` is negative there). */
type SystemError = { errno: number; syscall: string; endpoint: string | undefined }

const NAME = /^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/i

function endpointOf({ address, path, port }: Record<string, unknown>): string | undefined {
  const place = address ?? path
  if (typeof place !== 'string') return undefined
  if (port === undefined) return place.startsWith('/') ? place : undefined
  const isPort = Number.isInteger(port) && Number(port) >= 0 && Number(port) <= MAX_PORT
  return isPort && (isIP(place) !== 0 || NAME.test(place)) ? `${place}:${port}` : undefined
}

function readSystemError(error: Error): SystemError | undefined {
  const fields = error as Error & Record<string, unknown>
  const { errno, syscall } = fields
  if (!Number.isInteger(errno) || Number(errno) >= 0) return undefined
  if (typeof syscall !== 'string' || !/^[a-z]{2,20}$/.test(syscall)) return undefined
  return { errno: Number(errno), syscall, endpoint: endpointOf(fields) }
}

const escapePattern = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Node repeats the endpoint and errno in its message: they stay there, all other digits go. */
function cleanMessage(message: string, system: SystemError | undefined, clean: Clean): string {
  const cover = (text: string) => clean.text(text.replace(DIGITS, clean.hidden)) // mutant: I7.error-digits-cut
  if (!system) return cover(message)
  const kept = [system.endpoint, String(system.errno)].filter((part) => part !== undefined)
  const pattern = new RegExp(`(?<![\\w.:-])(${kept.map(escapePattern).join('|')})(?![\\w:-])`)
  return message
    .split(pattern)
    .map((part) => (kept.includes(part) ? part : cover(part))) // mutant: C69.system-error-details
    .join('')
}

/** SQLSTATE is five characters, often all digits; any other number as a code is a stranger's. */
function cleanCode(error: Error, clean: Clean): string | undefined {
  const { code, severity } = error as Error & Record<string, unknown>
  if (typeof code !== 'string') return undefined
  const isState = typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code)
  return isState ? code : clean.text(code.replace(/\d{4,}/g, clean.hidden)) // mutants: I7.error-code-hidden C69.sqlstate-logged
}

function messageOf(error: Error, system: SystemError | undefined, clean: Clean) {
  // It quotes what it could not read.
  if (error.name === 'SyntaxError') return undefined
  // Our own sentence, of settings and files, before there is any code.
  if (error instanceof StartupError) return clean.text(error.message) // mutant: C69.own-sentence-whole
  return cleanMessage(error.message, system, clean)
}

export function cleanError(error: Error, clean: Clean): Record<string, unknown> {
  const system = readSystemError(error)
  const places = error.stack?.split('\n').filter((line) => /^\s+at /.test(line))
  const errors = error instanceof AggregateError ? error.errors.slice(0, MAX_ERRORS) : undefined
  return {
    name: error.name,
    said: messageOf(error, system, clean),
    error_code: cleanCode(error, clean),
    ...system,
    at: places?.slice(0, MAX_STACK_LINES).map((line) => line.trim()),
    cause: error.cause === undefined ? undefined : clean.value(error.cause),
    errors: errors?.map(clean.value),
  }
}
