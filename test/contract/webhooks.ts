// What every store keeps for webhooks: messages are written with their cause, leased, settled by their token, erased with the person.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { InvalidCursorError } from '../../src/kernel/errors.ts'
import type { WebhookKey } from '../../src/kernel/ids.ts'
import type { Store } from '../../src/storage/store.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import type {
  ClaimedWebhook,
  WebhookSettlement,
  WebhookState,
  WebhookSwitch,
} from '../../src/webhooks/ports.ts'
import { AUDIT, LOGIN, woken } from './hooked.ts'
import {
  claim as claimDue,
  claimOne,
  ERROR,
  emptyOutbox,
  sendAll,
  settlement,
} from './outbox-steps.ts'
import { ACTOR, HOUR, MINUTE, newVerification, T0 } from './rows.ts'
import { guess, keyOf, type Stores, start } from './stores.ts'

const LEASE_MS = 30_000
const DELIVERED: WebhookSettlement = { state: 'delivered', dueAfterMs: null, error: null }

export function describeWebhooks(factory: () => Stores & Store): void {
  const claim = (destination: string, now = T0 + MINUTE, limit = 50) =>
    factory().webhooks.claim({ destination, now, limit, leaseMs: LEASE_MS })
  const ofVerification = (claims: readonly ClaimedWebhook[], { id }: VerificationRecord) =>
    claims.filter(({ verificationId }) => verificationId === id)
  const keyOfMessage = ({ verificationId, destination, sequence }: WebhookKey) => ({
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

    it('C62: a person with many messages goes in small steps, and nobody else’s go with them', async () => {
      const recipient = newVerification()
      const { budgetIndex } = recipient
      const mine: VerificationRecord[] = []
      for (let n = 0; n < 12; n += 1) {
        const record = await start(factory(), { service: 'hooked', budgetIndex })
        await factory().steps.cancel({ ...keyOf(record), now: T0 + 2 })
        mine.push(record)
      }
      const other = await approve()
      const removed: number[] = []
      for (let n = 1; n > 0; ) {
        const erased = await factory().retention.erase({
          ...{ budgetIndexes: [budgetIndex], now: T0 + MINUTE, actor: ACTOR, limit: 5 },
        })
        n = erased.verifications
        removed.push(n)
      }
      expect(removed).toEqual([5, 5, 2, 0])
      const left = await factory().webhooks.list({
        ...{ destinations: [AUDIT], states: ['queued'], cursor: null, limit: 500 },
      })
      const ids = new Set(left.items.map(({ verificationId }) => verificationId))
      expect(mine.filter(({ id }) => ids.has(id))).toEqual([])
      expect(ids).toContain(other.id)
    })

    it('one that is given back is due again with as many tries as before', async () => {
      const record = await approve()
      const [held] = ofVerification(await claim(LOGIN), record)
      const back = { state: 'queued', dueAfterMs: 1_000, error: 'unknown_key' } as const
      await settle(held as ClaimedWebhook, { ...back, isUncounted: true })
      const [again] = ofVerification(await claim(LOGIN, T0 + MINUTE + 1_000), record)
      expect(again).toMatchObject({ tries: 1, sequence: held?.sequence })
    })
  })

  describe('webhooks, for people', () => {
    const list = (states: readonly WebhookState[], limit = 50, cursor: string | null = null) =>
      factory().webhooks.list({ destinations: [LOGIN, AUDIT], states, cursor, limit })
    const ALL = ['queued', 'sending', 'delivered', 'dead'] as const

    it('are listed newest first, page by page, each once, whatever they share', async () => {
      for (let n = 0; n < 3; n += 1) await approve()
      const { items: whole } = await list(ALL, 500)
      const seen: string[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await list(ALL, 3, cursor ?? null)
        seen.push(...page.items.map((one) => JSON.stringify(keyOfMessage(one))))
        cursor = page.nextCursor
      }
      expect(seen).toEqual(whole.map((one) => JSON.stringify(keyOfMessage(one))))
      expect(new Set(seen).size).toBe(seen.length)
      expect(whole.map(({ at }) => at)).toEqual(whole.map(({ at }) => at).sort((a, b) => b - a))
      await expect(list(ALL, 3, 'nonsense')).rejects.toThrow(InvalidCursorError)
    })

    it('are counted and found by destination and state; a destination of earlier settings is known', async () => {
      const record = await approve()
      const [held] = ofVerification(await claim(LOGIN), record)
      await settle(held as ClaimedWebhook, { state: 'dead', dueAfterMs: null, error: 'http_500' })
      const { webhooks } = factory()
      const found = await webhooks.find(keyOfMessage(held as ClaimedWebhook))
      expect(found).toMatchObject({ state: 'dead', error: 'http_500', tries: 1, dueAt: null })
      expect(
        await webhooks.find({ verificationId: record.id, destination: AUDIT, sequence: 9 }),
      ).toBeUndefined()
      const known = await webhooks.known()
      expect(known.toSorted((a, b) => (a.destination < b.destination ? -1 : 1))).toEqual(
        [AUDIT, LOGIN].sort().map((destination) => ({ destination, service: 'hooked' })),
      )
      const { items: dead } = await list(['dead'], 500)
      const [login, audit] = await webhooks.counts([LOGIN, AUDIT], 1_000)
      expect(login?.dead).toBe(dead.length)
      expect(audit).toMatchObject({ destination: AUDIT, dead: 0 })
      expect((await webhooks.counts([AUDIT], 1))[0]?.pending).toBe(1)
    })

    it('a dead one that is replayed is due as if it were new; one that is being sent stays', async () => {
      const record = await approve()
      const [held] = ofVerification(await claim(LOGIN), record)
      const key = keyOfMessage(held as ClaimedWebhook)
      const { webhooks } = factory()
      expect(await webhooks.replay(key, T0 + MINUTE)).toBe('sending')
      expect(await settle(held as ClaimedWebhook, DELIVERED)).toBe('settled')
      expect(await webhooks.replay(key, T0 + HOUR)).toBe('delivered')
      const [again] = ofVerification(await claim(LOGIN, T0 + HOUR), record)
      expect(again).toMatchObject({ sequence: held?.sequence, tries: 1 })
      await settle(again as ClaimedWebhook, { state: 'dead', dueAfterMs: null, error: 'http_410' })
      await webhooks.replayDead({ destination: LOGIN, now: T0 + HOUR, limit: 100 })
      expect((await list(['dead'])).items).toEqual([])
      expect(ofVerification(await claim(LOGIN, T0 + HOUR), record)).toHaveLength(1)
      expect(await webhooks.replay({ ...key, sequence: 99 }, T0)).toBeUndefined()
    })

    it('C57: a switch is turned once, with its event, from what it was', async () => {
      const { webhooks, events } = factory()
      const destination = 'whd_00000000000f'
      const ON = { failingSince: null, offSince: null }
      const OFF = { failingSince: T0, offSince: T0 + HOUR }
      const event = {
        ...{ ...ACTOR, service: 'switched', at: T0, type: 'webhook.switched_off' as const },
        ...{ verificationId: null, budgetIndex: null, details: { destination } },
      }
      const turn = (from: WebhookSwitch, to: WebhookSwitch) =>
        webhooks.turn({ destination, from, to, event })
      const turns = await Promise.all([turn(ON, OFF), turn(ON, OFF), turn(ON, OFF)])
      expect(turns.filter(Boolean)).toHaveLength(1)
      expect(await webhooks.switches([destination, LOGIN])).toEqual(new Map([[destination, OFF]]))
      const query = { service: 'switched', cursor: null, limit: 10 }
      const { items } = await events.list(query)
      expect(items).toMatchObject([
        { type: 'webhook.switched_off', details: { destination }, keyId: ACTOR.keyId },
      ])
      expect(await webhooks.turn({ destination, from: OFF, to: ON, event: null })).toBe(true)
      expect((await events.list(query)).items).toHaveLength(1)
    })
  })
}
