// What callers were told: nothing but what the contract has, the same under one key, and nothing that was not kept.
// It must take an unknown outcome for what it is: it may have had its effect, and owes nothing.

import { type Answered, answered, effective, type Rule, type Violation } from '../record.ts'

/**
 * Of any route: nothing was done, try again. (408: a connection that was opened and lay unused is ended so, and a
 * request that crosses that on its way takes it for its answer; RFC 9110 §15.5.9 lets it be sent again.)
 */
export const NOT_DONE: ReadonlySet<number> = new Set([408, 503])
const NOT_DONE_ANSWERS = ['503 store_unavailable', '503 overloaded', '408 request_timeout']

/** By route: statuses, or `status error`. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  start: ['201', '200', '429 rate_limited'],
  check: [
    ...['200', '422 code_incorrect', '409 verification_approved', '409 verification_canceled'],
    ...['409 max_attempts_reached', '410 verification_expired'],
  ],
  resend: [
    ...['200', '409 verification_approved', '409 verification_canceled'],
    ...['409 max_attempts_reached', '409 max_sends_reached', '409 resend_too_late'],
    ...['410 verification_expired', '429 resend_too_early', '429 rate_limited'],
  ],
  next: [
    ...['200', '409 no_next_step', '409 verification_approved', '409 verification_canceled'],
    ...['409 max_attempts_reached', '410 verification_expired'],
  ],
  cancel: ['200', '409 verification_approved'],
}

export function nameOf({ outcome }: Answered): string {
  return outcome.body?.error ? `${outcome.status} ${outcome.body.error}` : String(outcome.status)
}

export const expectedAnswers: Rule = ({ asked }) => {
  const rule = 'expected answers'
  return answered(asked).flatMap((one) => {
    const { route, logical, outcome } = one
    const name = nameOf(one)
    const found: Violation[] = []
    const isExpected = EXPECTED[route]?.includes(name) || NOT_DONE_ANSWERS.includes(name)
    if (!isExpected) found.push({ rule, said: `${route} ${logical}: ${name}` })
    const mustWait = outcome.status === 429 || outcome.status === 503
    if (mustWait && !/^[1-9]\d*$/.test(outcome.retryAfter ?? ''))
      found.push({ rule, said: `${route} ${logical}: ${name} without Retry-After` })
    return found
  })
}

/** `instance` is each request's own. */
function contentOf({ outcome }: Answered): string {
  const { instance: _own, ...rest } = outcome.body
  return JSON.stringify([outcome.status, rest])
}

/** Under one Idempotency-Key: one answer, also where the repetition came when nothing else could be answered. */
export const oneAnswerAKey: Rule = ({ asked, tables }) => {
  const rule = 'one answer a key'
  const found: Violation[] = []
  const keyed = answered(asked.filter(({ hasKey }) => hasKey))
  for (const [logical, own] of Map.groupBy(keyed, (one) => one.logical)) {
    const kept = effective(own)
    const contents = new Set(kept.map(contentOf))
    if (contents.size > 1) found.push({ rule, said: `${logical}: ${[...contents].join(' and ')}` })
    const answeredBy = Math.min(...kept.map(({ ended }) => ended))
    const otherwise = own.find((one) => {
      const isLater = one.began > answeredBy && !kept.includes(one)
      return isLater && !NOT_DONE.has(one.outcome.status)
    })
    if (otherwise) found.push({ rule, said: `${logical}: later ${nameOf(otherwise)}` })
  }
  // One request makes one verification, though its first answer was lost and it was asked again elsewhere.
  for (const [request, rows] of Map.groupBy(tables.verifications, (row) => row.request))
    if (rows.length > 1) found.push({ rule, said: `${request} made ${rows.length} verifications` })
  return found
}

/** In the scripts a session does nothing but start: whatever was told of it is one verification. */
export const oneVerificationASession: Rule = ({ asked }) => {
  const starts = answered(asked).filter(({ session, outcome }) => session && outcome.status < 300)
  return [...Map.groupBy(starts, ({ session }) => session).values()].flatMap((own) => {
    const ids = new Set(own.map(({ outcome }) => outcome.body.id))
    return ids.size > 1 ? [{ rule: 'one verification a session', said: [...ids].join(', ') }] : []
  })
}

const FINAL_STATUSES = new Set(['approved', 'canceled', 'max_attempts_reached'])
const FINAL_ERRORS: Readonly<Record<string, string>> = {
  verification_approved: 'approved',
  verification_canceled: 'canceled',
}

/**
 * The final status that an answer tells, if any. `expired` and the error `max_attempts_reached` are no promise: a
 * check that was charged in time may still be compared, and be right (I3).
 */
function finalStatus({ outcome }: Answered): string | undefined {
  const { body } = outcome
  const told = body.error ? FINAL_ERRORS[body.error] : body.status
  const status = told ?? body.verification?.status
  return FINAL_STATUSES.has(status) ? status : undefined
}

/** A 2xx is on the disk, and an end that was told is the end: restarts of the database take nothing back. */
export const toldIsKept: Rule = ({ asked, tables }) => {
  const rule = 'told is kept'
  const byId = new Map(tables.verifications.map((row) => [row.id, row]))
  const resent = Map.groupBy(
    tables.events.filter(({ type }) => type === 'verification.resent'),
    ({ verification }) => verification,
  )
  const found: Violation[] = []
  for (const one of answered(asked)) {
    const { route, logical, outcome } = one
    if (route === 'start' && outcome.status >= 300) continue
    const id = one.verification ?? outcome.body.id
    const row = byId.get(id)
    if (!row) {
      found.push({ rule, said: `${route} ${logical}: ${id} is not in the database` })
      continue
    }
    const status = finalStatus(one)
    if (status && status !== row.status)
      found.push({ rule, said: `${route} ${logical}: ${id} was told ${status}, is ${row.status}` })
  }
  const resends = effective(asked).filter(({ route }) => route === 'resend')
  for (const [id, own] of Map.groupBy(resends, ({ verification }) => verification)) {
    const told = new Set(own.map(({ logical }) => logical)).size
    const logged = resent.get(id)?.length ?? 0
    if (told > logged) found.push({ rule, said: `${id}: ${told} resends told, ${logged} logged` })
  }
  return found
}
