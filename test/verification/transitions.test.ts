// The rules of a verification's life, as pure functions: no store, no clock.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applied, blankRecord } from '../../src/verification/applied.ts'
import type { Decision } from '../../src/verification/change.ts'
import { HASH_DEADLINE_MS } from '../../src/verification/policy.ts'
import { STATUSES, type VerificationRecord } from '../../src/verification/state.ts'
import {
  decideCancel,
  decideChargeOnly,
  decideCheck,
  decideContinue,
  decideResend,
  decideStart,
  decideSweep,
} from '../../src/verification/transitions.ts'
import { MINUTE, newVerification, T0 } from '../contract/rows.ts'

function recordOf(change: Partial<VerificationRecord> = {}): VerificationRecord {
  const given = newVerification({ createdAt: T0 })
  return { ...applied(blankRecord(given), decideStart(given, false)), ...change }
}

/** What a row may look like, sound or not. */
const anyRecord = fc
  .record({
    status: fc.constantFrom(...STATUSES),
    attempts: fc.integer({ min: 0, max: 6 }),
    failed: fc.integer({ min: 0, max: 6 }),
    maxAttempts: fc.integer({ min: 1, max: 5 }),
    sends: fc.integer({ min: 0, max: 5 }),
    expiresAt: fc.integer({ min: T0 - MINUTE, max: T0 + MINUTE }),
  })
  .map(recordOf)
const anyTime = fc.integer({ min: T0 - MINUTE, max: T0 + MINUTE })

type Answer = { valid: boolean; attempts: number }
const checkOf = (valid: boolean, admittedAt: number) =>
  decideCheck<Answer>({ valid, use: null }, admittedAt, (isValid, after) => ({
    valid: isValid,
    attempts: after.attempts,
  }))

function after<Result>(record: VerificationRecord, decision: Decision<Result>): VerificationRecord {
  if (decision.kind === 'refused') throw new Error(decision.refusal.error)
  return applied(record, decision.change)
}

const MAIL = { channel: 'email', provider: 'smtp' } as const

describe('check', () => {
  it('I2: whatever the row, the right code is refused where a wrong one is, in the same words', () => {
    fc.assert(
      fc.property(anyRecord, anyTime, anyTime, fc.boolean(), (record, admittedAt, now, isLate) => {
        const [right, wrong] = [true, false].map((valid) =>
          checkOf(valid, admittedAt)(record, now, isLate),
        )
        expect(right?.kind).toBe(wrong?.kind)
        if (right?.kind === 'refused') expect(right).toEqual(wrong)
      }),
    )
  })

  it('I2: each that is not refused costs one attempt, right or wrong, and never one too many', () => {
    fc.assert(
      fc.property(anyRecord, anyTime, fc.boolean(), (record, now, valid) => {
        const decision = checkOf(valid, now)(record, now)
        if (decision.kind === 'refused') return
        expect(record.attempts).toBeLessThan(record.maxAttempts)
        expect(after(record, decision).attempts).toBe(record.attempts + 1)
      }),
    )
  })

  it('I1: approves what is pending only, and erases code and hash', () => {
    fc.assert(
      fc.property(anyRecord, anyTime, (record, now) => {
        const decision = checkOf(true, now)(record, now)
        if (decision.kind === 'refused') return
        expect(record.status).toBe('pending')
        expect(after(record, decision)).toMatchObject({
          ...{ status: 'approved', endedAt: now, codeHash: null, codeSealed: null },
        })
      }),
    )
  })

  it('I3: ends with the last wrong one, whichever counter an older program has moved', () => {
    const wrong = (change: Partial<VerificationRecord>) => {
      const record = recordOf({ maxAttempts: 3, ...change })
      return after(record, checkOf(false, T0)(record, T0 + 1))
    }
    expect(wrong({ attempts: 2, failed: 2 }).status).toBe('max_attempts_reached')
    // Another is charged, and still being compared.
    expect(wrong({ attempts: 2, failed: 1 })).toMatchObject({ status: 'pending', failed: 2 })
  })

  it('I12: in time is what was admitted before the expiry, until the deadline of a hash', () => {
    const record = recordOf()
    const decision = checkOf(true, record.expiresAt - 1)(record, record.expiresAt + 5)
    expect(decision).toMatchObject({
      ...{ kind: 'change', notAfter: record.expiresAt - 1 + HASH_DEADLINE_MS },
    })
    const early = checkOf(true, T0 + 1)(record, T0 + 2)
    expect(early).toMatchObject({ kind: 'change', notAfter: record.expiresAt - 1 })
    const late = checkOf(true, record.expiresAt - 1)(record, record.expiresAt, true)
    expect(late).toMatchObject({ refusal: { error: 'verification_expired' } })
    const admittedLate = checkOf(true, record.expiresAt)(record, record.expiresAt)
    expect(admittedLate).toMatchObject({ refusal: { error: 'verification_expired' } })
  })

  it('C11: a right code whose factor was used before is charged as a wrong one', () => {
    const record = recordOf()
    const use = { type: 'recovery_codes', factorId: 'f', selector: 's', codesLeft: 1 } as const
    const answer = (valid: boolean) => valid
    const decision = decideCheck({ valid: true, use }, T0, answer)(record, T0 + 1)
    if (decision.kind === 'refused' || !decision.use) throw new Error('not decided')
    const { otherwise } = decision.use
    const wrong = checkOf(false, T0)(record, T0 + 1)
    expect(otherwise.change).toEqual(wrong.kind === 'change' && wrong.change)
    expect(otherwise.answer(record, null)).toBe(false)
  })

  it('I2: the charge alone moves nothing else, and not past max_attempts', () => {
    const record = recordOf({ maxAttempts: 1 })
    const decide = decideChargeOnly(record)
    const decision = decide(record, T0 + 1)
    expect(after(record, decision)).toEqual({ ...record, attempts: 1, lastAttemptAt: T0 + 1 })
    expect(decide(after(record, decision), T0 + 2).kind).toBe('refused')
  })

  it('I2: an attempt that was written with its wrong code is not charged again, any other is', () => {
    const record = recordOf({})
    const wrong = after(record, checkOf(false, T0)(record, T0 + 1))
    expect(decideChargeOnly(record)(wrong, T0 + 1).kind).toBe('refused')
    // That of another check, a moment before or after it; or another one charged alone at the same time.
    expect(decideChargeOnly(record)(wrong, T0 + 2).kind).toBe('change')
    expect(decideChargeOnly(wrong)(wrong, T0 + 1).kind).toBe('change')
    const alone = after(record, decideChargeOnly(record)(record, T0 + 1))
    expect(decideChargeOnly(record)(alone, T0 + 1).kind).toBe('change')
  })
})

describe('the others', () => {
  it('C50: a start tells what it is of, and of a landline', () => {
    const record = newVerification()
    const { channel, purpose, country, kind, authenticated } = record
    const details = { channel, purpose, country, kind, authenticated }
    expect(decideStart(record, false)).toMatchObject({
      set: { sends: 1 },
      delivery: { send: 1, channel: 'sms' },
      events: [{ type: 'verification.started', details }],
    })
    const landline = { ...details, number_type: 'landline' }
    expect(decideStart(record, true).events[0]?.details).toEqual(landline)
    const silent = decideStart({ ...record, codeSealed: null }, false)
    expect(silent).toMatchObject({ set: { sends: 0 }, delivery: null })
  })

  it('I4: a resend renews neither expiry nor attempts, and replaces what waits', () => {
    const record = recordOf({ attempts: 2, failed: 2 })
    const resent = after(record, decideResend(1, MAIL, () => null)(record, T0 + MINUTE))
    expect(resent).toEqual({
      ...record,
      ...{ sends: 2, lastSendAt: T0 + MINUTE, channel: 'email' },
      deliveries: [
        { send: 1, status: 'canceled', ambiguous: false },
        { send: 2, status: 'queued', ambiguous: false },
      ],
    })
    const other = decideResend(2, MAIL, () => null)(record, T0 + MINUTE)
    expect(other).toMatchObject({ refusal: { error: 'overloaded' } })
  })

  it('I1: a cancel leaves what has ended, or expired, as it is, and refuses what was approved', () => {
    const cancel = decideCancel((record) => record.status)
    for (const status of STATUSES.filter((one) => one !== 'pending' && one !== 'approved')) {
      const record = recordOf({ status })
      expect(after(record, cancel(record, T0 + 1))).toEqual(record)
    }
    const expired = recordOf()
    expect(after(expired, cancel(expired, expired.expiresAt))).toEqual(expired)
    expect(cancel(recordOf({ status: 'approved' }), T0)).toMatchObject({ kind: 'refused' })
    const open = recordOf()
    expect(after(open, cancel(open, T0 + 1)).status).toBe('canceled')
  })

  it('a continuation changes nothing but the log', () => {
    const record = recordOf()
    expect(after(record, decideContinue(() => null)(record, T0))).toEqual(record)
  })

  it('I3: the sweeper ends neither before its grace', () => {
    const spent = recordOf({ attempts: 5, lastAttemptAt: T0 })
    const statusAt = (record: VerificationRecord, now: number) =>
      applied(record, decideSweep(record, now, 10_000)).status
    expect(statusAt(spent, T0 + 9_999)).toBe('pending')
    expect(statusAt(spent, T0 + 10_000)).toBe('max_attempts_reached')
    const open = recordOf()
    expect(statusAt(open, open.expiresAt + 9_999)).toBe('pending')
    expect(statusAt(open, open.expiresAt + 10_000)).toBe('expired')
    expect(statusAt(recordOf({ status: 'approved' }), open.expiresAt + 10_000)).toBe('approved')
  })
})
