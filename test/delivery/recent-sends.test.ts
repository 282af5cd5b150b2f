import { describe, expect, it } from 'vitest'
import type { SendResult } from '../../src/delivery/ports.ts'
import { createRecentSends } from '../../src/delivery/recent-sends.ts'

const ERROR = { code: 'connection_refused', message: 'nobody listens' }
const accepted: SendResult = { kind: 'accepted', reference: 'their-id' }
const away: SendResult = { kind: 'temporary', error: ERROR, retryAfterMs: null }

describe('recent sends', () => {
  it('C49: a decoy takes as long as a recent send, and has no reference', () => {
    const recent = createRecentSends()
    expect(recent.imitate('sms', 0, 0)).toEqual({
      durationMs: 300,
      result: { kind: 'accepted', reference: null },
    })
    recent.record('sms', { durationMs: 40, result: accepted }, 0)
    recent.record('sms', { durationMs: 90, result: accepted }, 0)
    expect(recent.imitate('sms', 0, 0).durationMs).toBe(40)
    expect(recent.imitate('sms', 0.99, 0).durationMs).toBe(90)
    expect(recent.imitate('email', 0, 0).durationMs).toBe(300)
  })

  it('C49: while the provider is away a decoy fails like the others, and recovers with them', () => {
    const recent = createRecentSends()
    recent.record('sms', { durationMs: 40, result: accepted }, 0)
    recent.record('sms', { durationMs: 3, result: away }, 1_000)
    expect(recent.imitate('sms', 0, 2_000)).toEqual({ durationMs: 3, result: away })
    recent.record('sms', { durationMs: 50, result: accepted }, 3_000)
    expect(recent.imitate('sms', 0.9, 3_000).result.kind).toBe('accepted')
  })

  it('one recipient that was refused says nothing about the next', () => {
    const recent = createRecentSends()
    recent.record('sms', { durationMs: 3, result: { kind: 'permanent', error: ERROR } }, 0)
    expect(recent.imitate('sms', 0, 0).result.kind).toBe('accepted')
  })

  it('an outage that nobody saw for two minutes is forgotten', () => {
    const recent = createRecentSends()
    recent.record('sms', { durationMs: 3, result: away }, 0)
    expect(recent.imitate('sms', 0, 119_999).result.kind).toBe('temporary')
    expect(recent.imitate('sms', 0, 120_000).result.kind).toBe('accepted')
  })
})
