// The program of docs/login-flow.md, run: what it makes of every problem in the error table.

import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { problemBody } from '../../src/http/problem.ts'
import { ERRORS, type ErrorSlug } from '../../src/kernel/errors.ts'
import type { FieldError, Refusal } from '../../src/verification/api.ts'

type Next = Promise<{ next: string }>
type Program = {
  start(browser: object, to: string, challenge?: string): Next
  check(browser: object, code: string): Next
}

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/login-flow.md'), 'utf8')

/** The client's sources take the place of the package. */
async function loadProgram(): Promise<Program> {
  const code = /```ts\n(.*?)```/s.exec(PAGE)?.[1]
  if (!code) throw new Error('docs/login-flow.md has no program in TypeScript')
  const client = pathToFileURL(
    join(import.meta.dirname, '../../packages/client/src/client.ts'),
  ).href
  vi.stubEnv('API_KEY', 'key-of-the-example')
  const source = stripTypeScriptTypes(code)
    .replace("'@countersign/client'", `'${client}'`)
    // What is asked for again is not under test here.
    .replace('apiKey:', 'timeoutMs: 1500, apiKey:')
  const url = `data:text/javascript;base64,${Buffer.from(source).toString('base64')}`
  return await import(/* @vite-ignore */ url)
}
const program = await loadProgram()
const browser = () => ({ session: 'session-of-a-browser', clientIp: '203.0.113.7', id: 'vrf_1' })
const verify = {
  start: () => program.start(browser(), '+14155552671'),
  check: () => program.check(browser(), '123456'),
}

function answers(status: number, body: object): void {
  vi.stubGlobal('fetch', async () => Response.json(body, { status }))
}
function refuses(error: ErrorSlug, rest: Partial<Refusal> = {}): void {
  const refusal: Refusal = { kind: 'refused', error, detail: 'the detail', ...rest }
  answers(ERRORS[error].status, problemBody(refusal, 'req_1'))
}
afterEach(() => vi.unstubAllGlobals())

const THROWS = 'throws'
const OVER = 'start again'
const ANOTHER = 'give another number or address'
const WAIT = 'wait'
const SUPPORT = 'ask support'
const LATEST = 'type it, or start again'

const EXPECTED: Record<ErrorSlug, string> = {
  invalid_request: THROWS,
  unauthenticated: THROWS,
  scope_missing: THROWS,
  country_not_allowed: ANOTHER,
  channel_not_available: ANOTHER,
  number_type_not_allowed: ANOTHER,
  recipient_blocked: SUPPORT,
  client_blocked: SUPPORT,
  challenge_required: 'solve the challenge',
  view_taken: OVER,
  view_without_actions: THROWS,
  origin_not_allowed: THROWS,
  not_found: THROWS,
  verification_not_found: OVER,
  view_not_found: OVER,
  factor_not_found: OVER,
  webhook_not_found: THROWS,
  method_not_allowed: THROWS,
  request_timeout: WAIT,
  list_entry_exists: THROWS,
  too_many_list_entries: THROWS,
  verification_approved: OVER,
  verification_canceled: OVER,
  verification_closed: OVER,
  verified_elsewhere: THROWS,
  outcome_reported: THROWS,
  verification_mismatch: OVER,
  approval_not_found: OVER,
  approval_consumed: OVER,
  approval_invalid: OVER,
  factor_confirmed: OVER,
  too_many_factors: OVER,
  webhook_removed: THROWS,
  secret_already_shown: OVER,
  max_attempts_reached: OVER,
  max_sends_reached: LATEST,
  no_next_step: LATEST,
  resend_too_late: LATEST,
  verification_expired: OVER,
  payload_too_large: THROWS,
  unsupported_media_type: THROWS,
  channel_without_receipts: THROWS,
  code_incorrect: OVER,
  recipient_suppressed: ANOTHER,
  idempotency_key_reused: THROWS,
  rate_limited: WAIT,
  resend_too_early: WAIT,
  headers_too_large: THROWS,
  internal_error: WAIT,
  overloaded: WAIT,
  store_unavailable: WAIT,
}

async function nextAfter(path: 'start' | 'check'): Promise<string> {
  return verify[path]().then(
    ({ next }) => next,
    (error: Error) => {
      expect(error.message).toMatch(/^\w+: the detail .*req_1$/)
      return THROWS
    },
  )
}

describe('the program of docs/login-flow.md', () => {
  const errors: FieldError[] = [{ field: 'client_ip', detail: 'is required' }]
  const blocked = { reference: 'lst_1' }
  const refusedFields = {
    ...{ recipient_blocked: blocked, client_blocked: blocked },
    invalid_request: { errors },
    code_incorrect: { attemptsRemaining: 0 },
  }

  it.each(Object.entries(EXPECTED) as [ErrorSlug, string][])(
    'C35: %s is what it is: %s',
    async (error, expected) => {
      refuses(error, refusedFields[error as keyof typeof refusedFields])
      for (const path of ['start', 'check'] as const) expect(await nextAfter(path)).toBe(expected)
    },
  )

  it.each(['to', 'country', 'code'])(
    'a field that the user mistyped is typed again: %s',
    async (field) => {
      refuses('invalid_request', { errors: [{ field, detail: 'is wrong' }] })
      expect(await verify.start()).toEqual({ next: 'type it again' })
    },
  )

  it('a field of the program beside one of the person throws', async () => {
    refuses('invalid_request', { errors: [{ field: 'to', detail: 'is wrong' }, ...errors] })
    expect(await nextAfter('start')).toBe(THROWS)
    refuses('invalid_request')
    expect(await nextAfter('start')).toBe(THROWS)
    refuses('verification_mismatch', { errors: [{ field: 'to', detail: 'differs' }] })
    expect(await nextAfter('check')).toBe(OVER)
  })

  it('a wrong code with attempts left is typed again; a wait has its seconds', async () => {
    refuses('code_incorrect', { attemptsRemaining: 3 })
    expect(await nextAfter('check')).toBe('type it again')
    refuses('rate_limited', { retryAfterSeconds: 17 })
    expect(await verify.start()).toEqual({ next: WAIT, seconds: 17 })
  })

  it('a success goes on, and nothing but an approval lets anybody in', async () => {
    const opened = browser()
    answers(201, { id: 'vrf_2', resend_at: null })
    expect(await program.start(opened, '1')).toEqual({ next: 'enter the code', resendAt: null })
    expect(opened.id).toBe('vrf_2')
    answers(200, { id: 'vrf_1', status: 'approved', valid: true, to: '1' })
    expect(await verify.check()).toEqual({ next: 'come in', who: '1' })
    answers(200, { id: 'vrf_1', status: 'pending' })
    expect(await nextAfter('check')).toBe(WAIT)
  })
})
