import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BACKOFF_BASE_MS,
  BACKOFF_CAP_MS,
  backoffMs,
  decideSettlement,
  MAX_AMBIGUOUS_SENDS,
  MAX_TRIES_PER_DELIVERY,
  parseRetryAfter,
  RETRY_AFTER_CAP_MS,
} from '../../src/delivery/answers/backoff.ts'
import type { Fault, SendResult } from '../../src/delivery/ports.ts'
import type { NextProvider } from '../../src/delivery/routes/next-provider.ts'
import { MIN_REMAINING_TO_SEND_MS } from '../../src/kernel/channel.ts'
import { NOW } from './messages.ts'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const tryNumbers = fc.integer({ min: 1, max: MAX_TRIES_PER_DELIVERY })
const error = { code: 'http_500', message: 'the provider answered 500' }

describe('backoff', () => {
  it('C21: full jitter: anywhere from 0 up to the window of its try, and never past the cap', () => {
    fc.assert(
      fc.property(tryNumbers, random, (tryNumber, r) => {
        const window = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (tryNumber - 1))
        const wait = backoffMs(tryNumber, r)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(window)
        expect(Math.abs(wait - r * window)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it.each([
    [1, 999],
    [2, 1_999],
    [3, 3_999],
    [7, 59_999],
    [1_000, 59_999],
  ])('try %i waits at most %i ms', (tryNumber, longest) => {
    expect(backoffMs(tryNumber, 0)).toBe(0)
    expect(backoffMs(tryNumber, 1 - Number.EPSILON)).toBe(longest)
  })
})

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 7 ', 7_000],
    ['99999999', RETRY_AFTER_CAP_MS],
    ['999999999999999999999999', null],
    [new Date(NOW + 30_000).toUTCString(), 30_000],
    [new Date(NOW - 30_000).toUTCString(), 0],
    [new Date(NOW + 86_400_000).toUTCString(), RETRY_AFTER_CAP_MS],
    ['-5', null],
    ['1.5', null],
    ['1e3', null],
    ['0x10', null],
    ['soon', null],
    ['Mon, 99 Nov 2026 99:99:99 GMT', null],
    ['', null],
    [undefined, null],
  ])('%s is %s ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW)).toBe(expected)
  })

  it('whatever it says, it is null or within the cap', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const wait = parseRetryAfter(value, NOW)
        if (wait !== null) expect(wait >= 0 && wait <= RETRY_AFTER_CAP_MS).toBe(true)
      }),
    )
  })
})

/** The same provider again, in another round: the route has one. */
const CLAIM = { provider: 'acme', tryNumber: 1, ambiguous: 0, expiresAt: NOW + 600_000 }
const AGAIN = { provider: 'acme', tried: '', isNewRound: true, notBefore: 0, roundLength: 1 }

const results = fc.oneof(
  fc.constant<SendResult>({ kind: 'permanent', fault: 'account', error }),
  fc.constant<SendResult>({ kind: 'ambiguous', error }),
  fc
    .option(fc.integer({ min: 0, max: 10_000_000 }))
    .map((retryAfterMs): SendResult => ({ kind: 'temporary', error, retryAfterMs })),
)
const claims = fc.record({
  provider: fc.constant('acme'),
  tryNumber: tryNumbers,
  ambiguous: fc.integer({ min: 0, max: MAX_AMBIGUOUS_SENDS }),
  // Most of them close to the edge.
  expiresAt: fc.oneof(
    fc.integer({ min: NOW - 10_000, max: NOW + 60_000 }),
    fc.integer({ min: NOW, max: NOW + 3_600_000 }),
  ),
})

describe('decisions on an answer', () => {
  it('C25: no retry is planned past the expiry less the time a message needs, nor before now', () => {
    fc.assert(
      fc.property(claims, results, random, (claim, result, r) => {
        const decided = decideSettlement(claim, result, AGAIN, NOW, r)
        if (decided.kind !== 'retry') return
        expect(decided.at).toBeGreaterThanOrEqual(NOW)
        expect(claim.expiresAt - decided.at).toBeGreaterThan(MIN_REMAINING_TO_SEND_MS)
      }),
    )
  })

  it('C21: a Retry-After is a floor', () => {
    const asked = fc.integer({ min: 0, max: RETRY_AFTER_CAP_MS })
    fc.assert(
      fc.property(tryNumbers, asked, random, (tryNumber, retryAfterMs, r) => {
        const claim = { ...CLAIM, tryNumber, expiresAt: NOW + 3_600_000 }
        const result = { kind: 'temporary', error, retryAfterMs } as const
        const decided = decideSettlement(claim, result, AGAIN, NOW, r)
        expect(decided.kind).toBe(tryNumber < MAX_TRIES_PER_DELIVERY ? 'retry' : 'failed')
        if (decided.kind !== 'retry') return
        const wait = decided.at - NOW
        expect(wait).toBeGreaterThanOrEqual(retryAfterMs)
        expect(wait).toBeLessThanOrEqual(retryAfterMs + BACKOFF_BASE_MS)
      }),
    )
  })

  it('C24: at most three sends that may have gone out', () => {
    let ambiguous = 0
    let sends = 0
    for (;;) {
      sends += 1
      const claim = { ...CLAIM, tryNumber: sends, ambiguous, expiresAt: NOW + 3_600_000 }
      const decided = decideSettlement(claim, { kind: 'ambiguous', error }, AGAIN, NOW, 0.5)
      if (decided.kind === 'failed') break
      ambiguous += 1
    }
    expect(sends).toBe(MAX_AMBIGUOUS_SENDS)
  })

  it('C53: what an answer means for the other providers of the route', () => {
    const other = { ...AGAIN, provider: 'other', tried: 'acme', isNewRound: false, roundLength: 2 }
    const permanent = (fault: Fault): SendResult => ({ kind: 'permanent', fault, error })
    const temporary: SendResult = { kind: 'temporary', error, retryAfterMs: 90_000 }
    const cases: [SendResult, NextProvider | undefined, object][] = [
      [{ kind: 'accepted', reference: 'x' }, other, { kind: 'sent', reference: 'x' }],
      [permanent('recipient'), other, { kind: 'failed', error, ambiguous: false }],
      [permanent('message'), other, { kind: 'retry', at: NOW, provider: 'other', tried: 'acme' }],
      [permanent('destination'), other, { kind: 'retry', at: NOW, provider: 'other' }],
      [permanent('account'), other, { kind: 'retry', at: NOW, provider: 'other' }],
      [permanent('account'), undefined, { kind: 'failed', error }],
      [{ kind: 'ambiguous', error }, other, { kind: 'retry', at: NOW, ambiguous: true }],
      // It slows the one that asked for it.
      [temporary, other, { kind: 'retry', at: NOW, provider: 'other' }],
      [temporary, { ...other, isNewRound: true }, { kind: 'retry', at: NOW + 500 }],
      [temporary, AGAIN, { kind: 'retry', at: NOW + 90_500 }],
      [temporary, { ...other, notBefore: NOW + 4_000 }, { kind: 'retry', at: NOW + 4_000 }],
    ]
    for (const [result, next, decided] of cases)
      expect(decideSettlement(CLAIM, result, next, NOW, 0.5)).toMatchObject(decided)
  })

  it('C53: the backoff grows with the round, not with the try', () => {
    const next = { ...AGAIN, roundLength: 3 }
    const waits = [1, 3, 4, 6, 7].map((tryNumber) => {
      const result: SendResult = { kind: 'temporary', error, retryAfterMs: null }
      const decided = decideSettlement({ ...CLAIM, tryNumber }, result, next, NOW, 0.5)
      return decided.kind === 'retry' && decided.at - NOW
    })
    expect(waits).toEqual([500, 500, 1_000, 1_000, 2_000])
  })
})
