// Tells the engine's errors apart: busy (try again soon), broken (refuse all), and anything else (a bug).
// It must not let an engine's message travel further than `cause`.

import { StoreUnavailableError } from '../../kernel/errors.ts'

/** Primary result codes (sqlite.org/rescode.html) under which nobody can be served now. */
const BROKEN = [
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_READONLY',
  'SQLITE_CORRUPT',
  'SQLITE_CANTOPEN',
  'SQLITE_NOTADB',
  'SQLITE_NOMEM',
  'SQLITE_PROTOCOL',
  'SQLITE_PERM',
  'SQLITE_INTERRUPT',
  'SQLITE_ABORT',
]

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return typeof code === 'string' ? code : ''
}

const belongsTo = (code: string, primary: string) =>
  code === primary || code.startsWith(`${primary}_`)

/** Another connection holds the lock; extended codes (SQLITE_BUSY_SNAPSHOT, …) too. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error)
  return belongsTo(code, 'SQLITE_BUSY') || belongsTo(code, 'SQLITE_LOCKED')
}

/** The fault is in the file, disk or engine, not in the statement. */
export function isBroken(error: unknown): boolean {
  const code = codeOf(error)
  return BROKEN.some((primary) => belongsTo(code, primary))
}

export function unavailable(what: string, cause?: unknown): StoreUnavailableError {
  return new StoreUnavailableError(what, cause === undefined ? undefined : { cause })
}
