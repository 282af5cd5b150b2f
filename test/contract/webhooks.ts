// What every store keeps for webhooks: messages are written with their cause, leased, settled by their token, erased with the person.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import type { ClaimedWebhook, WebhookSettlement } from '../../src/webhooks/ports.ts'
import { AUDIT, LOGIN, woken } from './hooked.ts'
import {
  claim as claimDue,
  claimOne,
  ERROR,
  emptyOutbox,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { ACTOR, HOUR, MINUTE, T0 } from './rows.ts'
import { guess, keyOf, type Stores, start } from './stores.ts'

const LEASE_MS = 30_000
const DELIVERED: WebhookSettlement = { state: 'delivered', dueAfterMs: null, error: null }

export function describeWebhooks(factory: () => Stores & Store): void {
  const claim = (destination: string, now = T0 + MINUTE, limit = 50) =>
    factory().webhooks.claim({ destination, now, limit, leaseMs: LEASE_MS })
  const ofVerification = (claims: readonly ClaimedWebhook[], { id }: VerificationRecord) =>
    claims.filter(({ verificationId }) => verificationId === id)
  const keyOfMessage = ({ verificationId, destination, sequence }: ClaimedWebhook) => ({
    verificationId,
    destination,
    sequence,
  })
  const settle = (claimed: ClaimedWebhook, result: WebhookSettlement, now = T0 + MINUTE) =>
    factory().webhooks.settle({
      key: keyOfMessage(claimed),
      token: claimed.token,
      now,
      settlement: result,
    })
  const approve = async () => {
    const record = await start(factory(), { service: 'hooked', metadata: { order: '7' } })
    await factory().steps.check({ ...keyOf(record), ...guess(true) })
    return record
  }

  describe('webhooks', () => {
    it('an approval writes a message for each destination that hears of it, with what it says', async () => {
      woken.length = 0
      const record = await approve()
      expect(woken).toEqual([LOGIN, AUDIT])
      const [message, ...others] = ofVerification(await claim(LOGIN), record)
      expect(others).toEqual([])
      expect(message).toMatchObject({
        verificationId: record.id,
        destination: LOGIN,
        sequence: 1,
        service: 'hooked',
        type: 'verification.approved',
        at: T0 + 2,
        details: { status: 'approved', channel: 'sms' },
        reference: record.reference,
        purpose: 'login',
        kind: 'real',
        metadata: { order: '7' },
        tries: 1,
      })
      expect(Buffer.from(message?.recipientSealed ?? [])).toEqual(
        Buffer.from(record.recipientSealed),
      )
      expect(ofVerification(await claim(AUDIT), record)).toHaveLength(1)
      // The event itself says nothing of them.
      const { items } = await factory().events.list({
        service: null,
        verificationId: record.id,
        cursor: null,
        limit: 10,
      })
      expect(items.find(({ type }) => type === 'verification.approved')?.details).toEqual({})
    })

    it('a wrong code, and a service without webhooks, write none', async () => {
      const record = await start(factory(), { service: 'hooked' })
      await factory().steps.check({ ...keyOf(record), ...guess(false) })
      const other = await start(factory())
      await factory().steps.check({ ...keyOf(other), ...guess(true) })
      const claims = [...(await claim(LOGIN)), ...(await claim(AUDIT))]
      expect([...ofVerification(claims, record), ...ofVerification(claims, other)]).toEqual([])
    })

    it('a delivery that was sent or failed, and an expiry, are numbered in their order', async () => {
      const { outbox, verifications } = factory()
      await emptyOutbox(factory())
      const record = await start(factory(), { service: 'hooked' })
      const sent = await claimOne(factory(), T0)
      await outbox.settle(settlement(sent, T0 + 500, { kind: 'sent', reference: 'SM1' }))
      await factory().steps.resend({
        ...{ ...keyOf(record), now: T0 + MINUTE, expectedSends: 1 },
        ...{ channel: 'email', actor: ACTOR },
      })
      const [failed] = await claimDue(factory(), T0 + MINUTE, sendAll, 'email')
      if (!failed) throw new Error('nothing was due')
      const refused = { kind: 'failed', error: ERROR, fault: 'message', ambiguous: false } as const
      await outbox.settle(settlement(failed, T0 + MINUTE + 500, refused))
      await verifications.sweep({ now: T0 + HOUR, graceMs: 0, limit: 100 })
      const messages = ofVerification(await claim(LOGIN, T0 + HOUR), record)
      expect(
        messages.map(({ sequence, type, details }) => [sequence, type, details.status]),
      ).toEqual([
        [1, 'delivery.sent', 'pending'],
        [2, 'delivery.failed', 'pending'],
        [3, 'verification.expired', 'expired'],
      ])
      expect(messages[0]?.details).toEqual({
        ...{ status: 'pending', channel: 'sms', provider: sent.provider },
        ...{ send: 1, attempt: 1 },
      })
      expect(messages[1]?.details).toMatchObject({ channel: 'email', error: ERROR.code })
    })

    it('a cancel under another hand writes once: one message for one ending', async () => {
      const record = await start(factory(), { service: 'hooked' })
      const cancel = () => factory().steps.cancel({ ...keyOf(record), now: T0 + 2 })
      await Promise.all([cancel(), cancel(), cancel()])
      expect(ofVerification(await claim(AUDIT), record)).toHaveLength(1)
    })

    it('is leased: nobody else has it meanwhile, and afterwards it comes again with the same number', async () => {
      const record = await approve()
      const [first] = ofVerification(await claim(LOGIN), record)
      expect(ofVerification(await claim(LOGIN), record)).toEqual([])
      const dueAt = await factory().webhooks.dueAt([LOGIN, AUDIT, 'whd_000000000000'])
      expect([...dueAt.keys()].sort()).toEqual([AUDIT, LOGIN].sort())
      const [again] = ofVerification(await claim(LOGIN, T0 + MINUTE + LEASE_MS), record)
      expect(again).toMatchObject({ sequence: first?.sequence, tries: 2 })
      expect(await settle(first as ClaimedWebhook, DELIVERED)).toBe('fenced')
      expect(await settle(again as ClaimedWebhook, DELIVERED)).toBe('settled')
      expect(ofVerification(await claim(LOGIN, T0 + HOUR), record)).toEqual([])
    })

    it('one that was not taken is due again after its wait; one that is dead never', async () => {
      const record = await approve()
      const [first] = ofVerification(await claim(LOGIN), record)
      const later = { state: 'queued', dueAfterMs: 5_000, error: 'http_500' } as const
      await settle(first as ClaimedWebhook, later)
      expect(ofVerification(await claim(LOGIN, T0 + MINUTE + 4_999), record)).toEqual([])
      const [again] = ofVerification(await claim(LOGIN, T0 + MINUTE + 5_000), record)
      await settle(again as ClaimedWebhook, { state: 'dead', dueAfterMs: null, error: 'http_410' })
      expect(ofVerification(await claim(LOGIN, T0 + 1000 * HOUR), record)).toEqual([])
    })

    it('C62: goes with the person: a queued one is not sent, one that is being sent is not settled', async () => {
      const record = await approve()
      const [held] = ofVerification(await claim(LOGIN), record)
      await factory().retention.erase({
        ...{ budgetIndexes: [record.budgetIndex], now: T0 + MINUTE, actor: ACTOR, limit: 10 },
      })
      expect(ofVerification(await claim(AUDIT), record)).toEqual([])
      expect(await settle(held as ClaimedWebhook, DELIVERED)).toBe('fenced')
    })
  })
}
