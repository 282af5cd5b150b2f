// What the person at the screen is told: without `authenticated` nothing that depends on what became of a message.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainToPerson } from '../../src/admin/advice/for-person.ts'
import {
  changesAt,
  isSameView,
  SENT_AFTER_MS,
  type ViewContext,
  viewFor,
} from '../../src/front/person-view.ts'
import type { StoredDeliveryStatus } from '../../src/kernel/channel.ts'
import type { FrontMessage, Opened } from '../../src/verification/front-ports.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import { newVerification, T0 } from '../contract/rows.ts'

const context: ViewContext = {
  ...{ brand: 'Example', party: '+14155552671', actions: true, explain: explainToPerson },
}
const message = (change: Partial<FrontMessage> = {}): FrontMessage => ({
  ...{ send: 1, channel: 'sms', status: 'queued', provider: 'twilio', errorCode: null },
  ...{ queuedAt: T0, sentAt: null, deliveredAt: null, timeoutMs: null },
  ...change,
})
function opened(
  messages: readonly FrontMessage[],
  change: Partial<VerificationRecord> = {},
): Opened {
  const sent = messages.filter(({ send }) => send > 0)
  const waiting = messages.findLast(({ status }) => status === 'waiting')
  const record = {
    ...{ ...newVerification(), status: 'pending', attempts: 0, failed: 0, lastAttemptAt: null },
    ...{ sends: sent.length, endedAt: null, reference: 'K7Q-42M' },
    channel: sent.at(-1)?.channel ?? 'sms',
    lastSendAt: Math.max(...sent.map(({ queuedAt }) => queuedAt)),
    deliveries: sent.map(({ send, status }) => ({ send, status, ambiguous: false })),
    nextStep: waiting ? { channel: waiting.channel, at: T0 + 35_000, timeoutMs: 20_000 } : null,
    ...change,
  } as VerificationRecord
  return { record, door: undefined, messages }
}
const at = (seconds: number) => T0 + seconds * 1000
const AUTHENTICATED = { authenticated: true }

/** Of one message, in the order of its life. */
const LIVES: readonly (readonly Partial<FrontMessage>[])[] = [
  [{ status: 'queued' }],
  [{ status: 'sent', sentAt: at(1) }],
  [{ status: 'delivered', sentAt: at(1), deliveredAt: at(4) }],
  [{ status: 'failed', errorCode: '30003' }],
  [{ status: 'undelivered', sentAt: at(1), errorCode: '30006' }],
]

describe('without authenticated', () => {
  it('C86: the view follows from the time alone, whatever became of the message', () => {
    const seconds = [0, 2.9, 3, 29.9, 30, 500, 539.9, 541, 600]
    const [first, ...others] = LIVES.map(([one]) =>
      seconds.map((second) => viewFor(opened([message(one)]), context, at(second))),
    )
    for (const other of others) expect(other).toEqual(first)
    expect(first?.map((view) => view.message?.state)).toEqual([
      ...['trying', 'trying', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'sent'],
    ])
    expect(first?.map(({ actions }) => actions.join())).toEqual([
      ...['check', 'check', 'check', 'check', 'check,resend', 'check,resend', 'check,resend'],
      ...['check', ''],
    ])
    expect(JSON.stringify(first)).not.toMatch(/"at":\d/)
  })

  it('C86: a chain shows its first channel, and sends again after its last step could have gone out, wherever it is', () => {
    const step = { channel: 'voice', timeoutMs: 20_000 } as const
    const waits = [message({ ...step, send: -1, status: 'waiting' }), message()]
    const ended = [
      message({ ...step, send: -1, status: 'canceled' }),
      message({ status: 'delivered', deliveredAt: at(4) }),
    ]
    const began = [
      message({ status: 'canceled' }),
      message({ ...step, send: 2, status: 'sending', queuedAt: at(35) }),
    ]
    const skipped = [
      message({ ...step, send: 2, status: 'failed', errorCode: '1', queuedAt: at(1) }),
      message({ status: 'failed' }),
    ]
    for (const second of [0, 5, 36, 74.9, 75, 300, 560])
      for (const messages of [ended, began, skipped.toReversed()])
        expect(viewFor(opened(messages), context, at(second))).toEqual(
          viewFor(opened(waits), context, at(second)),
        )
    expect(viewFor(opened(began), context, at(36))).toMatchObject({
      ...{ channel: 'sms', nextStep: null, resendAt: at(75), actions: ['check'] },
    })
  })

  it('C86: for any fate of its messages it is the same view', () => {
    const statuses: StoredDeliveryStatus[] = [
      ...(['queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled'] as const),
    ]
    const fate = fc.record({
      status: fc.constantFrom(...statuses),
      errorCode: fc.option(fc.constantFrom('30003', '21614', 'smtp_550_5.1.1')),
      sentAt: fc.option(fc.integer({ min: T0, max: at(600) })),
      deliveredAt: fc.option(fc.integer({ min: T0, max: at(600) })),
    })
    const sends = [message(), message({ send: 2, queuedAt: at(40) })]
    fc.assert(
      fc.property(fc.tuple(fate, fate), fc.integer({ min: 40, max: 899 }), (fates, second) => {
        const known = opened(sends.map((one, i) => ({ ...one, ...fates[i] })))
        const view = viewFor(known, context, at(second))
        expect(view).toEqual(viewFor(opened(sends), context, at(second)))
      }),
      { numRuns: 100 },
    )
  })
})

describe('with authenticated', () => {
  const shown = (one: Partial<FrontMessage>, second = 8, party = '+14155552671') =>
    viewFor(opened([message(one)], AUTHENTICATED), { ...context, party }, at(second)).message

  it('tells what became of the message, and why where the person can help it', () => {
    expect(LIVES.map(([one]) => shown(one ?? {}))).toEqual([
      { state: 'trying', text: 'The text message is being sent.', reason: null, at: null },
      { state: 'sent', text: 'The text message was sent.', reason: null, at: at(1) },
      { state: 'delivered', text: 'Delivered 4 s ago.', reason: null, at: at(4) },
      {
        ...{ state: 'failed', reason: 'unreachable', at: null },
        text: 'The text message did not arrive. The phone could not be reached: it is switched off, without a signal, or abroad.',
      },
      {
        ...{ state: 'failed', reason: 'no_texts', at: null },
        text: 'The text message did not arrive. This number cannot receive texts. Use a mobile number.',
      },
    ])
  })

  it('says that a number is a landline, until a message arrived all the same', () => {
    const landline = '+442079460018'
    expect(shown({ status: 'sent', sentAt: at(1) }, 8, landline)).toMatchObject({
      ...{ state: 'sent', reason: 'landline' },
      text: 'The text message was sent. This number is a landline: most landlines cannot receive texts.',
    })
    const arrived = { status: 'delivered', deliveredAt: at(4) } as const
    expect(shown(arrived, 8, landline)?.reason).toBeNull()
  })

  it('has the next step of a chain, and its message again at once where the last one failed', () => {
    const step = message({ send: -1, channel: 'voice', status: 'waiting', timeoutMs: 20_000 })
    const chain = opened([step, message({ status: 'sent' })], AUTHENTICATED)
    expect(viewFor(chain, context, at(5))).toMatchObject({
      ...{ nextStep: { channel: 'voice', at: at(35) }, actions: ['check', 'next'] },
    })
    const failed = opened([message({ status: 'failed', errorCode: '1' })], AUTHENTICATED)
    expect(viewFor(failed, context, at(5)).actions).toEqual(['check', 'resend'])
  })
})

describe('a view', () => {
  it('masks the recipient, and shows no id of a user; without actions nothing can be done', () => {
    const view = viewFor(opened([message()]), { ...context, actions: false }, at(40))
    expect([view.recipient, view.codeLength, view.actions]).toEqual(['+141•••71', 6, []])
    const factor = opened([], { channel: 'totp', codeLength: 0 })
    expect(viewFor(factor, { ...context, party: 'user-8e03978e' }, at(1))).toMatchObject({
      ...{ recipient: null, codeLength: null, message: null, resendAt: null, actions: ['check'] },
    })
  })

  it('is new for a reader where more than seconds differ', () => {
    const sent = opened([message({ status: 'sent', sentAt: at(1) })], AUTHENTICATED)
    const view = (second: number, from = sent) => viewFor(from, context, at(second))
    expect(isSameView(view(5), view(9))).toBe(true)
    expect(isSameView(view(29), view(30))).toBe(false)
    const arrived = message({ status: 'delivered', deliveredAt: at(4) })
    const after = { ...sent, messages: [arrived] }
    expect(isSameView(view(5), view(5, after))).toBe(false)
    expect(isSameView(view(5, after), view(9, after))).toBe(true)
  })

  it('changes by itself when it is sent, may be sent again, and expires', () => {
    const waiting = opened([message()])
    const next = (second: number) =>
      changesAt(waiting, viewFor(waiting, context, at(second)), at(second))
    expect([0, 3, 30, 600].map(next)).toEqual([...[T0 + SENT_AFTER_MS, at(30), at(540) + 1, null]])
  })
})
