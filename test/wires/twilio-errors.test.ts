// C94: every refusal of the domain is one of Twilio's errors, and none repeats a number or is in our own shape.

import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorSlug } from '../../src/kernel/errors.ts'
import { LIMIT_NAMES } from '../../src/verification/policy.ts'
import { errorOf } from '../../src/wires/twilio/errors.ts'

const SLUGS = Object.keys(ERRORS) as ErrorSlug[]
const of = (error: ErrorSlug, rest = {}) =>
  errorOf({ kind: 'refused', error, detail: 'why', ...rest }, '/Services/VA1/Verifications')

describe('C94: errors', () => {
  it.each(SLUGS)('%s has a code of theirs, and says when to come back where that helps', (slug) => {
    const { status, code, message, retryAfter } = of(slug)
    expect(String(code)).toMatch(/^(?:20\d{3}|60\d{3})$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(message.length).toBeGreaterThan(2)
    expect(retryAfter !== undefined).toBe(status === 429 || status === 503)
  })

  it.each(LIMIT_NAMES)('%s is a 429 with the time that is left', (name) => {
    const limit = { name, limit: { max: 1, windowSeconds: 60 } }
    expect(of('rate_limited', { limit, retryAfterSeconds: 41.2 })).toMatchObject({
      ...{ status: 429, retryAfter: 42 },
    })
  })

  it('names the parameter as its caller gave it', () => {
    const errors = [{ field: 'metadata.a', detail: 'is too long' }]
    expect(of('invalid_request', { errors }).message).toBe('Invalid parameter `Tags`: is too long')
  })

  it('hands on what Twilio itself has said', () => {
    const elsewhere = { status: 403, code: 60410, message: 'blocked' }
    expect(of('invalid_request', { elsewhere })).toBe(elsewhere)
  })
})
