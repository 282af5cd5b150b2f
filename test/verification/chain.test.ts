// A chain as it is asked for, and what the calls of a login flow do to the step that waits. No store, no clock.

import { describe, expect, it } from 'vitest'
import type { Channel } from '../../src/kernel/channel.ts'
import { applied, blankRecord } from '../../src/verification/applied.ts'
import { planChain, waitingSteps } from '../../src/verification/chain.ts'
import type { Decision } from '../../src/verification/change.ts'
import type { ChainStep } from '../../src/verification/policy.ts'
import { recipientOf } from '../../src/verification/recipient.ts'
import type { VerificationRecord } from '../../src/verification/state.ts'
import {
  decideAdvance,
  decideCancel,
  decideResend,
  decideStart,
} from '../../src/verification/transitions.ts'
import { viewOf } from '../../src/verification/view.ts'
import { newVerification, T0 } from '../contract/rows.ts'
import { createWorld, testService } from './world.ts'

const PHONE = recipientOf('+14155550100', 'US')
const MAIL = recipientOf('ada@example.com', null)
const step = (channel: Channel, change: Partial<ChainStep> = {}): ChainStep => ({
  ...{ channel, timeoutSeconds: null, blind: false },
  ...change,
})
const plan = (
  channels: ChainStep[] | null,
  {
    to = PHONE,
    chain = [],
    reported = true,
    channel = null,
  }: {
    to?: typeof PHONE
    chain?: ChainStep[]
    reported?: boolean
    channel?: Channel | null
  } = {},
) =>
  planChain(
    { hasPages: true, hasReceipts: () => reported },
    testService({
      chain,
      channels: ['sms', 'email', 'whatsapp', 'voice'],
      voiceCountries: ['DE'],
    }),
    to,
    { channel, channels, codeLength: null },
    false,
  )

describe('a chain', () => {
  it('of one channel is a start by it', () => {
    expect(plan([step('sms')])).toMatchObject({ channel: 'sms', rest: [] })
    expect(plan(null)).toEqual({ channel: 'sms', rest: [], first: null })
  })

  it('of the service is for the recipients that it reaches, and starts that name no channel', () => {
    const chain = [step('sms', { timeoutSeconds: 11 })]
    expect(plan(null, { chain })).toMatchObject({ first: { timeoutSeconds: 11 } })
    expect(plan(null, { chain, to: MAIL })).toEqual({ channel: 'email', rest: [], first: null })
    expect(plan(null, { chain, channel: 'sms' })).toMatchObject({ first: null })
  })

  it.each([
    ['another kind of recipient', [step('sms'), step('email')], 'email does not reach a phone'],
    ['a channel twice', [step('sms'), step('sms')], 'sms twice'],
  ])('of %s is refused by name', (_, channels, detail) => {
    const refused = plan(channels)
    expect(refused).toMatchObject({ error: 'invalid_request', errors: [{ field: 'channels' }] })
    expect((refused as { detail: string }).detail).toContain(detail)
  })

  it('whose first deliveries nobody reports is refused, unless it says that it is blind', () => {
    const quick = [step('whatsapp'), step('sms')]
    expect(plan(quick, { reported: false })).toMatchObject({
      error: 'channel_without_receipts',
      detail: expect.stringContaining('by whatsapp arrived'),
    })
    const blind = [step('whatsapp', { blind: true }), step('sms')]
    for (const chain of [plan(quick), plan(blind, { reported: false })])
      expect(chain).toMatchObject({ channel: 'whatsapp', rest: [{ channel: 'sms' }] })
    expect(plan([step('whatsapp'), step('email')])).toMatchObject({ error: 'invalid_request' })
    expect(plan([step('telegram'), step('sms')])).toMatchObject({ error: 'channel_not_available' })
  })

  it('C50: names the channel or country that it cannot be served in: voice', () => {
    const refusal = {
      error: 'country_not_allowed',
      detail: expect.stringContaining('VOICE_COUNTR'),
    }
    for (const chain of [[step('voice')], [step('sms'), step('voice')]])
      expect(plan(chain)).toMatchObject(refusal)
    const german = recipientOf('+4915123456789', 'DE')
    const calls = { channel: 'sms', rest: [{ channel: 'voice' }] }
    expect(plan([step('sms'), step('voice')], { to: german })).toMatchObject(calls)
  })

  it('each step waits for as long as the one before it may take', () => {
    const first = step('sms', { timeoutSeconds: 25 })
    const chain = { channel: first.channel, first, rest: [step('email'), step('sms')] }
    expect(waitingSteps(chain, () => 'acme')).toEqual([
      { send: -1, channel: 'email', provider: 'acme', timeoutMs: 25_000 },
      { send: -2, channel: 'sms', provider: 'acme', timeoutMs: 60_000 },
    ])
  })
})

const CHAIN = [
  { send: -1, channel: 'email', provider: 'acme', timeoutMs: 20_000 },
  { send: -2, channel: 'sms', provider: 'acme', timeoutMs: 40_000 },
] as const

function started(): VerificationRecord {
  const given = newVerification({ createdAt: T0 })
  return applied(blankRecord(given), decideStart(given, false, null, CHAIN))
}
function after<Result>(record: VerificationRecord, decision: Decision<Result>) {
  if (decision.kind === 'refused') throw new Error(decision.refusal.error)
  return applied(record, decision.change)
}
const none = () => null

describe('the step that waits', () => {
  it('is due a time-out after 15 s at the latest, and is told', () => {
    const record = started()
    expect(record.nextStep).toEqual({ channel: 'email', at: T0 + 35_000, timeoutMs: 20_000 })
    const { nextStep } = viewOf(record, '+14155550100', T0 + 1)
    expect(nextStep).toEqual({ channel: 'email', at: T0 + 35_000 })
    expect(viewOf(record, '+14155550100', record.expiresAt).nextStep).toBeNull()
  })

  it('waits again after a resend, which repeats the step before it', () => {
    const record = started()
    const to = { channel: 'sms', provider: 'acme' } as const
    const now = T0 + 30_000
    const resent = after(record, decideResend(1, to, none)(record, now))
    expect(resent).toMatchObject({ sends: 2, nextStep: { channel: 'email', at: now + 35_000 } })
  })

  it('is due at once where that is asked for, and gone with the end', () => {
    const record = started()
    const moved = after(record, decideAdvance(1, none)(record, T0 + 5))
    expect(moved).toMatchObject({ sends: 1, nextStep: { channel: 'email', at: T0 + 5 } })
    const canceled = decideCancel(none)(record, T0 + 5)
    expect(canceled).toMatchObject({ change: { steps: { cancel: 'canceled' } } })
    expect(after(record, canceled).nextStep).toBeNull()
  })

  it('C54: a call for the next one that finds it gone out moves no other', () => {
    const record = { ...started(), sends: 2 }
    expect(decideAdvance(1, none)(record, T0 + 5)).toMatchObject({
      kind: 'change',
      change: { events: [], set: {} },
    })
    expect(decideAdvance(2, none)({ ...record, nextStep: null }, T0 + 5)).toMatchObject({
      kind: 'refused',
      refusal: { error: 'no_next_step' },
    })
    const late = decideAdvance(2, none)(record, record.expiresAt)
    expect(late).toMatchObject({ refusal: { error: 'verification_expired' } })
  })
})

it('C54: a start in the same session does not send while a step waits', async () => {
  const nextStep = { channel: 'sms', at: 0, timeoutMs: 1 } as const
  let waits = true
  const world = await createWorld({
    wrapPorts: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        async findContinuable(slot, now) {
          const found = await ports.store.findContinuable(slot, now)
          return found && waits ? { ...found, nextStep } : found
        },
      },
    }),
  })
  const given = { to: '+14155550100', session: 'session-of-a-browser', purpose: 'login' }
  const again = () => world.start({ ...given, decoy: false, ttlSeconds: 600 })
  await again()
  await world.deliver()
  world.moveWall(31_000)
  expect(await again()).toMatchObject({ kind: 'continued', verification: { sendsRemaining: 4 } })
  waits = false
  expect(await again()).toMatchObject({ kind: 'continued', verification: { sendsRemaining: 3 } })
  await world.close()
})
