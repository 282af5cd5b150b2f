// Every refusal and exception as the wire tells it: one problem, nothing from inside.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  ERRORS,
  type ErrorSlug,
  OverloadedError,
  StoreUnavailableError,
} from '../../src/kernel/errors.ts'
import { UnknownKeyError } from '../../src/kernel/keyring.ts'
import { type Client, createClient } from './client.ts'
import { type Double, ID, KEY, startDouble, VIEW } from './double.ts'

let double: Double
let client: Client
beforeAll(async () => {
  double = await startDouble()
  client = await createClient(double.server.url, KEY)
})
afterAll(() => double.close())
beforeEach(() => {
  double.lines.length = 0
  double.refusals.length = 0
})

describe('refusals', () => {
  const OF_CHECK: ErrorSlug[] = [
    'verification_not_found',
    'verification_approved',
    'verification_canceled',
    'verification_mismatch',
    'max_attempts_reached',
    'verification_expired',
    'code_incorrect',
    'idempotency_key_reused',
    'rate_limited',
    'overloaded',
  ]
  it.each(OF_CHECK)(
    'check answers %s as a problem, never 2xx, and records nothing twice',
    async (error) => {
      double.answer('check', { kind: 'refused', error, detail: 'Told.', retryAfterSeconds: 7 })
      const { status, body, headers } = await client.post('/verify/check', {
        id: ID,
        code: '123456',
      })
      expect(status).toBe(ERRORS[error].status)
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(body).toMatchObject({
        type: `/docs#${error}`,
        title: ERRORS[error].title,
        status,
        detail: 'Told.',
        instance: headers.get('x-request-id'),
        error,
      })
      expect(headers.get('retry-after')).toBe([429, 503].includes(status) ? '7' : null)
      expect(double.refusals).toEqual([])
    },
  )

  it('reports a wrong code with the remainder, and marks the replay', async () => {
    double.answer('check', {
      kind: 'refused',
      error: 'code_incorrect',
      detail: 'Wrong.',
      attemptsRemaining: 0,
      verification: {
        ...VIEW,
        status: 'max_attempts_reached',
        resendAt: null,
        resendInSeconds: null,
      },
      replayed: true,
    })
    const { body, headers } = await client.post('/verify/check', { id: ID, code: '000000' })
    expect(body).toMatchObject({
      attempts_remaining: 0,
      verification: { status: 'max_attempts_reached', resend_at: null },
    })
    expect(headers.get('idempotency-replayed')).toBe('true')
  })

  it.each([
    [
      'the store is away',
      () => new StoreUnavailableError('SQLITE_BUSY at /data/x.db'),
      'store_unavailable',
    ],
    ['a key is not here', () => new UnknownKeyError('abcdef01'), 'store_unavailable'],
    ['the hasher was too slow', () => new OverloadedError('hash took 10 s'), 'overloaded'],
  ] as const)(
    '503 with Retry-After where %s, without internal details',
    async (_name, make, slug) => {
      double.answer('check', () => {
        throw make()
      })
      const { status, body, headers, text } = await client.post('/verify/check', {
        id: ID,
        code: '123456',
      })
      expect([status, body.error]).toEqual([503, slug])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(text).not.toMatch(/SQLITE|data|abcdef01|hash took/)
    },
  )

  it('500 with a fixed body for a bug, logged once under the request id', async () => {
    double.answer('start', () => {
      throw new Error('SELECT secret FROM codes failed')
    })
    const { status, body, text, headers } = await client.post('/verify/start', {
      to: '+14155552671',
    })
    expect([status, body.error]).toEqual([500, 'internal_error'])
    expect(text).not.toContain('SELECT')
    const errors = double.lines.filter(
      (line) => line.includes('"error"') && line.includes('request failed'),
    )
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(headers.get('x-request-id'))
    expect(errors[0]).not.toContain('4155552671')
  })
})

describe('every answer', () => {
  it('carries an id of our own and the headers that keep it to itself', async () => {
    for (const path of ['/healthz', `/verify/${ID}`, '/nothing/here', '/verify/start']) {
      const { headers } = await client.get(path, { 'x-request-id': 'theirs-1' })
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-v]{32}$/)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    expect(double.lines.some((line) => line.includes('theirs-1'))).toBe(true)
  })
})
