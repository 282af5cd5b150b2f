// The steps of a chain, case by case: when the next one is due, and what becomes of one that is. No store, no clock.

import { describe, expect, it } from 'vitest'
import type { LoadedDelivery } from '../../src/delivery/change.ts'
import type { ClaimedDelivery, Plan, StepAdmission } from '../../src/delivery/outbox-ports.ts'
import type { ReceiptState } from '../../src/delivery/receipts/ports.ts'
import { decideReceipt, type ReportedDelivery } from '../../src/delivery/receipts/receipts.ts'
import { decideSettled } from '../../src/delivery/settling.ts'
import { decideBegun, decideStepDue } from '../../src/delivery/steps.ts'
import { decideClaim } from '../../src/delivery/transitions.ts'
import { dueOf } from '../../src/kernel/steps.ts'

const NOW = 1_000_000
const MIN_MS = 20_000
const ERROR = { code: 'no_provider', message: 'no provider serves this channel' }
const SEND: Plan<string> = { kind: 'send', provider: 'acme', prepared: 'ready' }

function row(change: Partial<LoadedDelivery> = {}): LoadedDelivery {
  return {
    ...{ verificationId: 'vrf_00000000000000000000000000', service: 'default', kind: 'real' },
    ...{ verificationStatus: 'pending', sends: 1, maxSends: 5, hasNext: true },
    ...{ send: -1, channel: 'sms', status: 'waiting', provider: 'acme', tries: 0, ambiguous: 0 },
    ...{ recipientSealed: new Uint8Array([1]), codeSealed: new Uint8Array([2]), locale: 'en' },
    link: null,
    ...{ expiresAt: NOW + 600_000, wordedAt: null, tried: '', country: 'US' },
    ...{ authenticated: false, clientIp: null, mayHaveGone: 0 },
    ...change,
  }
}

const claiming = (plan: () => Plan<unknown>) => ({
  ...{ now: NOW, leaseMs: 30_000, minRemainingMs: MIN_MS, token: 'mine', plan },
})
const due = (change: Partial<LoadedDelivery> = {}, plan: Plan<unknown> = SEND) =>
  decideStepDue(
    row(change),
    claiming(() => plan),
  )
const AT_ONCE = { at: NOW, plusTimeout: false, restarts: false }

describe('a step that is due', () => {
  it('is leased: nothing has gone out, and no send is counted', () => {
    const { change, claimed } = due()
    expect(change).toEqual({
      set: { token: 'mine', dueAt: NOW + 30_000, provider: 'acme' },
      stamp: { verificationStatus: 'pending', sends: 1 },
      notAfter: NOW + 600_000 - MIN_MS,
      ...{ at: NOW, events: [], eraseIfUnsendable: false },
    })
    expect(claimed).toMatchObject({ sendNumber: -1, lane: 'acme', prepared: 'ready' })
  })

  it.each([
    ['of an ended one', { verificationStatus: 'approved' }, SEND, 'delivery.canceled', 'approved'],
    ['of one without sends', { sends: 5 }, SEND, 'delivery.skipped', 'max_sends_reached'],
    ['too late', { expiresAt: NOW + 19_999 }, SEND, 'delivery.skipped', 'expired_before_sent'],
    ['without a code', { codeSealed: null }, SEND, 'delivery.skipped', 'expired_before_sent'],
    ['nobody serves', {}, { kind: 'fail', error: ERROR }, 'delivery.skipped', 'no_provider'],
  ] as const)('I17: %s does not go out', (_, change, plan, type, word) => {
    const { change: made, claimed } = due(change, plan)
    expect(claimed).toBeUndefined()
    expect(made.set).toMatchObject({ status: 'canceled', dueAt: null, token: null })
    const [event] = made.events
    expect(event).toMatchObject({ type, details: { channel: 'sms', step: 2 } })
    expect(Object.values(event?.details ?? {})).toContain(word)
    // Only where it is left out the one after it follows.
    expect(made.steps).toEqual(type === 'delivery.skipped' ? { next: AT_ONCE } : undefined)
    expect(made.eraseIfUnsendable).toBe(true)
  })

  it('that goes to another lane, or is not for this node, still waits', () => {
    const moved = due({}, { kind: 'move', provider: 'other', tried: 'acme', delayMs: 5 })
    expect(moved).toEqual({
      change: expect.objectContaining({
        set: { token: null, dueAt: NOW + 5, provider: 'other', tried: 'acme' },
      }),
    })
    expect(due({}, { kind: 'give_back', delayMs: 2_000 }).change.set).toEqual({
      token: null,
      dueAt: NOW + 2_000,
    })
  })
})

describe('a leased step', () => {
  const claim = due().claimed as ClaimedDelivery<unknown>
  const begun = (admission: StepAdmission, change: Partial<LoadedDelivery> = {}) =>
    decideBegun(row(change), claim, { now: NOW + 7, admission })

  it('that is admitted is a send: counted, numbered, and the next one waits from here', () => {
    const { change, begun: sent } = begun('admitted', { sends: 2 })
    expect(change).toMatchObject({
      set: { status: 'sending', token: 'mine', tries: 1 },
      // A lease of its own: asking the limits took of the first one.
      dueAfterMs: 30_000,
      stamp: { verificationStatus: 'pending', sends: 2 },
      newTry: { tryNumber: 1, provider: 'acme' },
      events: [{ type: 'delivery.attempted', details: { send: 3, step: 2, attempt: 1 } }],
      steps: {
        begin: { step: -1, send: 3, channel: 'sms' },
        next: { at: NOW + 7 + 15_000, plusTimeout: true, restarts: true },
      },
    })
    const leased = { startedAt: NOW + 7, leaseUntil: NOW + 7 + 30_000 }
    expect(sent).toMatchObject({ sendNumber: 3, sends: 3, tryNumber: 1, ...leased })
    expect(sent?.tryId).not.toBe(claim.tryId)
  })

  it.each([
    ['a limit refuses it', 'refused', {}, 'delivery.skipped'],
    ['its recipient is suppressed', 'suppressed', {}, 'delivery.skipped'],
    ['the sends ran out meanwhile', 'admitted', { sends: 5 }, 'delivery.skipped'],
    ['it is too late meanwhile', 'admitted', { expiresAt: NOW + 10_000 }, 'delivery.skipped'],
    ['it ended meanwhile', 'admitted', { verificationStatus: 'canceled' }, 'delivery.canceled'],
  ] as const)('does not go out where %s', (_, admission, change, type) => {
    const made = begun(admission, change)
    expect(made.begun).toBeUndefined()
    expect(made.change).toMatchObject({ set: { status: 'canceled' }, events: [{ type }] })
  })

  it('waits 30 s where the limits cannot be reached', () => {
    expect(begun('unavailable')).toEqual({
      change: {
        ...{ set: { token: null }, dueAfterMs: 30_000, at: NOW + 7 },
        ...{ events: [], eraseIfUnsendable: false },
      },
    })
  })
})

const SENT = { kind: 'sent', reference: null } as const
const FAILED = { kind: 'failed', error: ERROR, fault: 'recipient', ambiguous: false } as const
const RETRY = {
  ...({ kind: 'retry', at: NOW + 5, provider: 'acme', tried: '' } as const),
  ...{ error: ERROR, fault: null, ambiguous: false },
}

describe('the message before it', () => {
  const settled = (
    result: typeof SENT | typeof FAILED | typeof RETRY,
    change: Partial<LoadedDelivery>,
  ) =>
    decideSettled(row({ send: 1, status: 'sending', tries: 1, ...change }), {
      ...{ now: NOW, durationMs: 1, result },
    })

  it.each([
    ['handed over: its time-out begins', SENT, {}, { ...AT_ONCE, plusTimeout: true }],
    ['failed for good: at once', FAILED, {}, AT_ONCE],
    ['to be retried: nothing', RETRY, {}, undefined],
    ['without a chain', SENT, { hasNext: false }, undefined],
    ['replaced', SENT, { sends: 2 }, undefined],
    ['of an ended one', FAILED, { verificationStatus: 'approved' }, undefined],
  ] as const)('%s', (_, result, change, next) => {
    const made = settled(result, change)
    expect(made.steps?.next).toEqual(next)
    // Else the time of a step after another one would be moved.
    if (next) expect(made.stamp).toEqual({ verificationStatus: 'pending', sends: 1 })
  })

  it('that nobody can send at all makes the next one due at once, too', () => {
    const lost = decideClaim(
      row({ send: 1, status: 'queued' }),
      claiming(() => ({ kind: 'fail', error: ERROR })),
    )
    expect(lost.change.steps).toEqual({ next: AT_ONCE })
  })
})

describe('a receipt of the message before it', () => {
  const receive = (state: ReceiptState, change: Partial<ReportedDelivery> = {}) =>
    decideReceipt(
      {
        ...row({ send: 1, status: 'sent', tries: 1 }),
        ...{ sentAt: NOW - 9, tryNumber: 1, tryProvider: 'acme', tryStartedAt: NOW - 10 },
        ...{ tryResult: 'sent', receipt: null, ...change },
      },
      { state, error: null, fault: null, at: null },
      () => undefined,
      NOW,
    )?.change.steps

  it.each([
    ['delivered: the chain has ended', 'delivered', {}, { cancel: 'delivered' }],
    ['delivered, of an earlier step', 'delivered', { sends: 2 }, { cancel: 'delivered' }],
    ['undelivered: at once', 'undelivered', {}, { next: AT_ONCE }],
    ['undelivered, of an earlier step', 'undelivered', { sends: 2 }, undefined],
    ['sent: nothing', 'sent', {}, undefined],
    ['delivered, without a chain', 'delivered', { hasNext: false }, undefined],
  ] as const)('%s', (_, state, change, steps) => {
    expect(receive(state, change)).toEqual(steps)
  })
})

describe('the time of a step', () => {
  it.each([
    ['with its time-out', { at: 100, plusTimeout: true, restarts: false }, null, 140],
    ['not later than before', { at: 100, plusTimeout: true, restarts: false }, 120, 120],
    ['sooner than before', { at: 100, plusTimeout: false, restarts: false }, 120, 100],
    ['later, where it restarts', { at: 100, plusTimeout: true, restarts: true }, 120, 140],
  ] as const)('%s', (_, next, before, at) => {
    expect(dueOf(next, 40, before)).toBe(at)
  })
})
