// Tells the server's errors apart: done again at once, unavailable (503), and anything else (a bug).
// It must not let a server's message travel further than `cause`.

import { StoreUnavailableError } from './errors.ts'

/** postgresql.org/docs/current/errcodes-appendix.html: rolled back whole, and free to be tried again. */
const RETRYABLE = new Set([
  '40001',
  '40P01',
  // A prepared statement whose view the next version has just widened: refused before it ran, on this connection.
  '0A000',
])

/** Classes under which nobody can be served now: connection, resources, operator intervention, system, internal. */
const UNAVAILABLE_CLASSES = ['08', '53', '57', '58', 'XX', 'F0']
/** A lock or statement that took too long, a server that stops before its transaction ids wrap (54000), a standby or a read-only server, a role or database that is gone. */
const UNAVAILABLE = new Set([
  '54000',
  '55P03',
  '55000',
  '25006',
  '25P03',
  '28P01',
  '28000',
  '3D000',
  '42501',
  '40003',
  // A statement prepared on another connection: a pooler shares them, and DATABASE_POOLER does not say so.
  '26000', // mutant: C71.unknown-statement
  '42P05', // mutant: C71.duplicate-statement
])

/** Of the socket or the driver, before any answer of the server. */
const NO_ANSWER =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|ENOENT|ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO)/
const NO_ANSWER_TEXT =
  /timeout|Connection terminated|Client has encountered a connection error|not queryable|after calling end/i

function* causesOf(error: unknown): Generator<Error & { code?: unknown }> {
  for (let one = error; one instanceof Error; one = one.cause) {
    yield one
    if (one instanceof AggregateError) yield* one.errors
  }
}

function codeOf(error: unknown): string {
  for (const { code } of causesOf(error)) if (typeof code === 'string') return code
  return ''
}

export function isRetryable(error: unknown): boolean {
  return RETRYABLE.has(codeOf(error))
}

export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error)
  if (RETRYABLE.has(code) || UNAVAILABLE.has(code) || NO_ANSWER.test(code)) return true
  if (code.length === 5 && UNAVAILABLE_CLASSES.includes(code.slice(0, 2))) return true
  return [...causesOf(error)].some(({ message }) => code === '' && NO_ANSWER_TEXT.test(message))
}

/** drizzle's own error quotes the statement's parameters: only its cause goes on, never its text. */
export function toStoreError(error: unknown): unknown {
  const cause = [...causesOf(error)].at(-1) ?? error
  if (isUnavailable(error))
    return new StoreUnavailableError('the database cannot be used', { cause })
  return cause
}
