// Twilio itself, for verifications that were delegated to it: one request, one answer, and what is known if none came.
// It must not try twice: a repeated start may be another message, a repeated check another attempt.

import type { HttpAnswer, HttpClient } from '../../delivery/ports.ts'
import { NO_ANSWER, UNREACHABLE } from '../../verification/wire-ports.ts'
import { SETTINGS_RETRY_SECONDS, type TwilioError, twilioError, unavailable } from './errors.ts'

/** A login at Twilio: an account or an API key, and its secret. */
export type UpstreamLogin = { keySid: string; keySecret: string; baseUrl: string }

/**
 * `refused`: nothing was done, and that is Twilio's reason; `cause` is the same for the log. `unsent`: nothing was done, for it
 * was not reached. `lost`: it may have been done, and nobody knows.
 */
export type Asked =
  | { kind: 'answered'; body: Record<string, unknown> }
  | { kind: 'refused'; error: TwilioError; cause: string }
  | { kind: 'unsent' | 'lost' }

export type Upstream = {
  /** @param form of `handOn` */
  start(serviceSid: string, form: URLSearchParams): Promise<Asked>
  check(serviceSid: string, to: string, code: string): Promise<Asked>
  read(serviceSid: string, to: string): Promise<Asked>
  update(serviceSid: string, to: string, status: 'approved' | 'canceled'): Promise<Asked>
}

/** Under the deadline of a comparison (HASH_DEADLINE_MS), in which a check is committed. */
const DEADLINE_MS = 8_000

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

const MAX_MESSAGE = 500
/** Begins a `cause` that is our login's, or somebody's in between; theirs begin otherwise. */
const OF_OUR_LOGIN = 'http_'

function refused(status: number, { headers, body }: HttpAnswer): Asked {
  const { code, message } = readObject(body) ?? {}
  // Not the caller's login, but ours; or somebody in between.
  if (status === 401 || typeof code !== 'number' || typeof message !== 'string') {
    const detail = `Twilio refused this service with HTTP ${status}; see TWILIO_VERIFY_KEY_SID and TWILIO_VERIFY_BASE_URL`
    return {
      kind: 'refused',
      error: unavailable(detail, SETTINGS_RETRY_SECONDS),
      cause: `${OF_OUR_LOGIN}${status}`,
    }
  }
  const after = Number(headers['retry-after'])
  const retryAfter = Number.isFinite(after) && after > 0 ? after : undefined
  const known = status === 429 ? (retryAfter ?? 1) : retryAfter
  const error = twilioError(status, code, message.slice(0, MAX_MESSAGE), known)
  return { kind: 'refused', error, cause: `twilio_${code}` }
}

/** Why it was not done, or may not have been, as the log has it. Undefined: it was. */
export function causeOf(asked: Asked): string | undefined {
  if (asked.kind === 'answered') return undefined
  if (asked.kind === 'refused') return asked.cause
  return asked.kind === 'lost' ? NO_ANSWER : UNREACHABLE
}

/** What the operator should see: Twilio, or the login there, does not work. Undefined: it answered whoever asked. */
function troubleOf(asked: Asked): string | undefined {
  const cause = causeOf(asked)
  return asked.kind === 'refused' && !cause?.startsWith(OF_OUR_LOGIN) ? undefined : cause
}

function askedOf(answer: HttpAnswer): Asked {
  const { status, verdict, body } = answer
  if (status === null) return { kind: verdict.kind === 'temporary' ? 'unsent' : 'lost' }
  if (status >= 200 && status < 300) {
    const read = readObject(body)
    return read && typeof read.sid === 'string'
      ? { kind: 'answered', body: read }
      : { kind: 'lost' }
  }
  return status >= 500 ? { kind: 'lost' } : refused(status, answer)
}

export function createUpstream(
  { keySid, keySecret, baseUrl }: UpstreamLogin,
  {
    http,
    note,
    deadlineMs = DEADLINE_MS,
  }: {
    http: Pick<HttpClient, 'send'>
    /** Told of trouble that is not the caller's. */
    note: (error: string) => void
    deadlineMs?: number
  },
): Upstream {
  const authorization = `Basic ${Buffer.from(`${keySid}:${keySecret}`).toString('base64')}`
  const ask = async (method: 'GET' | 'POST', path: string, form?: URLSearchParams) => {
    const headers = {
      ...{ authorization, accept: 'application/json' },
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const request = { method, url: `${baseUrl}/v2/Services/${path}`, headers }
    const body = form?.toString() ?? ''
    const asked = askedOf(await http.send({ ...request, body }, AbortSignal.timeout(deadlineMs)))
    const trouble = troubleOf(asked)
    if (trouble !== undefined) note(trouble)
    return asked
  }
  const at = (serviceSid: string, to: string) =>
    `${serviceSid}/Verifications/${encodeURIComponent(to)}`
  return {
    start: (sid, form) => ask('POST', `${sid}/Verifications`, form),
    check: (sid, to, code) =>
      ask('POST', `${sid}/VerificationCheck`, new URLSearchParams({ To: to, Code: code })),
    read: (sid, to) => ask('GET', at(sid, to)),
    update: (sid, to, status) => ask('POST', at(sid, to), new URLSearchParams({ Status: status })),
  }
}
