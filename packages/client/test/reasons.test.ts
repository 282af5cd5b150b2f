// What the client makes of every error that the service has: a value with a reason, or thrown.
// It must not take its list from the client: the service's own table is what has to be covered.

import { describe, expect, it } from 'vitest'
import { problemBody } from '../../../src/http/problem.ts'
import { ERRORS, type ErrorSlug } from '../../../src/kernel/errors.ts'
import type { Refusal } from '../../../src/verification/api.ts'
import { Countersign, CountersignError, type Reason } from '../src/client.ts'

const THROWN = 'thrown'

const EXPECTED: Record<ErrorSlug, Reason | typeof THROWN> = {
  invalid_request: THROWN,
  unauthenticated: THROWN,
  scope_missing: THROWN,
  country_not_allowed: 'not_allowed',
  channel_not_available: 'not_allowed',
  challenge_required: 'challenge_required',
  number_type_not_allowed: 'not_allowed',
  recipient_blocked: 'blocked',
  client_blocked: 'blocked',
  view_taken: 'mismatch',
  view_without_actions: THROWN,
  origin_not_allowed: THROWN,
  not_found: THROWN,
  verification_not_found: 'not_found',
  approval_not_found: 'not_found',
  view_not_found: 'not_found',
  factor_not_found: 'not_found',
  webhook_not_found: THROWN,
  method_not_allowed: THROWN,
  request_timeout: 'unavailable',
  list_entry_exists: THROWN,
  too_many_list_entries: THROWN,
  verification_approved: 'already_used',
  verification_canceled: 'canceled',
  verification_closed: 'already_used',
  verified_elsewhere: THROWN,
  outcome_reported: THROWN,
  verification_mismatch: 'mismatch',
  approval_consumed: 'already_used',
  factor_confirmed: 'already_used',
  too_many_factors: 'exhausted',
  webhook_removed: THROWN,
  secret_already_shown: 'already_used',
  max_attempts_reached: 'exhausted',
  max_sends_reached: 'no_more_sends',
  no_next_step: 'no_more_sends',
  resend_too_late: 'no_more_sends',
  verification_expired: 'expired',
  payload_too_large: THROWN,
  unsupported_media_type: THROWN,
  channel_without_receipts: THROWN,
  approval_invalid: 'mismatch',
  code_incorrect: 'incorrect',
  recipient_suppressed: 'suppressed',
  idempotency_key_reused: THROWN,
  rate_limited: 'rate_limited',
  resend_too_early: 'rate_limited',
  headers_too_large: THROWN,
  internal_error: 'unavailable',
  overloaded: 'unavailable',
  store_unavailable: 'unavailable',
}

/** The service itself does not know then. */
const UNSURE: readonly ErrorSlug[] = ['internal_error', 'store_unavailable']

function over(body: object, status: number): Countersign {
  const answer = async () =>
    Response.json(body, { status, headers: { 'content-type': 'application/problem+json' } })
  return new Countersign({
    url: 'http://countersign.test',
    apiKey: 'a-key',
    fetch: answer,
    timeoutMs: 1500,
  })
}
function refusing(error: ErrorSlug, rest: Partial<Refusal> = {}): Countersign {
  const refusal: Refusal = { kind: 'refused', error, detail: 'the detail', ...rest }
  return over(problemBody(refusal, 'req_1'), ERRORS[error].status)
}
const CHECK = { id: 'vrf_1', code: '123456' }

describe('C91: errors of the service', () => {
  it.each(Object.entries(EXPECTED) as [ErrorSlug, Reason | typeof THROWN][])(
    '%s is %s',
    async (error, expected) => {
      const client = refusing(error, error === 'code_incorrect' ? { attemptsRemaining: 0 } : {})
      if (expected === THROWN) {
        const thrown = await client.check(CHECK).catch((fault: unknown) => fault)
        expect(thrown).toBeInstanceOf(CountersignError)
        expect(thrown).toMatchObject({ message: `${error}: the detail req_1`, problem: { error } })
        return
      }
      const attemptCharged = UNSURE.includes(error) ? 'unknown' : error === 'code_incorrect'
      const { status } = ERRORS[error]
      expect(await client.check(CHECK)).toMatchObject({
        ...{
          ok: false,
          reason: expected,
          attemptCharged,
          problem: { error, status, detail: 'the detail' },
        },
      })
      expect(await client.cancel({ id: 'vrf_1' })).toMatchObject({
        reason: expected,
        attemptCharged: false,
      })
    },
  )

  it.each(['to', 'country', 'code', 'challenge'])(
    'a field that somebody typed is a value: %s',
    async (field) => {
      const client = refusing('invalid_request', { errors: [{ field, detail: 'is wrong' }] })
      expect(await client.start({ to: '1' })).toMatchObject({
        reason: 'invalid',
        problem: { errors: [{ field }] },
      })
    },
  )

  it('a field of the program beside it is thrown, and named', async () => {
    const errors = ['to', 'client_ip'].map((field) => ({ field, detail: 'is wrong' }))
    await expect(refusing('invalid_request', { errors }).start({ to: '1' })).rejects.toThrow(
      'invalid_request: the detail (to is wrong; client_ip is wrong) req_1',
    )
  })

  it('an error that only a newer service has is never a yes', async () => {
    const body = (status: number) => ({
      error: 'of_tomorrow',
      status,
      title: '',
      type: '',
      instance: '',
      detail: '',
    })
    await expect(over(body(409), 409).check(CHECK)).rejects.toThrow(CountersignError)
    expect(await over(body(429), 429).check(CHECK)).toMatchObject({ reason: 'rate_limited' })
    expect(await over(body(507), 507).check(CHECK)).toMatchObject({
      reason: 'unavailable',
      attemptCharged: 'unknown',
    })
  })

  it.each([
    { id: 'vrf_1', status: 'pending', valid: true },
    { id: 'vrf_1', status: 'approved' },
    { id: 'vrf_1', status: 'approved', valid: 'true' },
    { status: 'approved', valid: true },
    { ok: true },
    [],
    null,
    'approved',
  ])('200 with anything but an approval lets nobody in: %j', async (body) => {
    expect(await over(body as object, 200).check(CHECK)).toMatchObject({
      ok: false,
      reason: 'unavailable',
    })
  })
})
