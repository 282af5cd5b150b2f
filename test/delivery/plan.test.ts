import { describe, expect, it } from 'vitest'
import { MAX_AMBIGUOUS_SENDS } from '../../src/delivery/backoff.ts'
import type { DueDelivery } from '../../src/delivery/outbox-ports.ts'
import { createPlan, createRouter } from '../../src/delivery/plan.ts'
import { createInboxProvider } from '../../src/delivery/providers/inbox.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { fixedClock, NOW } from './messages.ts'

const ID = 'vrf_0123456789abcdefghijklmnopqrstuv'
const keyring = createKeyring([Buffer.alloc(32, 1)])
const stranger = createKeyring([Buffer.alloc(32, 2)])
const inbox = createInboxProvider({ channels: ['sms'], clock: fixedClock })
const plan = createPlan({
  keyring,
  router: createRouter([inbox]),
  knowsService: (name) => name === 'default',
})

function due(change: Partial<DueDelivery> = {}): DueDelivery {
  return {
    verificationId: ID,
    service: 'default',
    sendNumber: 1,
    sends: 1,
    channel: 'sms',
    kind: 'real',
    tries: 0,
    ambiguous: 0,
    recipientSealed: keyring.seal('+14155552671', `${ID}:recipient`),
    codeSealed: keyring.seal('123456', `${ID}:code`),
    locale: 'en',
    expiresAt: NOW + 600_000,
    reclaimed: false,
    wordedAt: null,
    ...change,
  }
}

describe('what to do with a due delivery', () => {
  it.each([
    ['real', false],
    ['decoy', true],
    ['test', true],
  ] as const)('%s: by the router’s provider, silent %s', (kind, silent) => {
    expect(plan(due({ kind }))).toEqual({
      kind: 'send',
      provider: 'inbox',
      prepared: { silent, to: '+14155552671', code: '123456' },
    })
  })

  it('C41: a key this node does not know gives the row back', () => {
    const codeSealed = stranger.seal('123456', `${ID}:code`)
    expect(plan(due({ codeSealed }))).toMatchObject({ kind: 'give_back' })
  })

  it('a service this node does not know gives the row back', () => {
    expect(plan(due({ service: 'other' }))).toMatchObject({ kind: 'give_back' })
  })

  it.each([
    ['the code of another row', { codeSealed: keyring.seal('123456', 'vrf_other:code') }],
    [
      'the recipient of another row',
      { recipientSealed: keyring.seal('+1', 'vrf_other:recipient') },
    ],
    ['a recipient in the code’s place', { codeSealed: keyring.seal('+1', `${ID}:recipient`) }],
    ['nothing', { codeSealed: new Uint8Array() }],
  ])('%s fails as unreadable, without the reason of a library', (_, change) => {
    expect(plan(due(change))).toEqual({
      kind: 'fail',
      error: { code: 'unreadable', message: 'the stored message could not be opened' },
    })
  })

  it('C24: no more than three sends that may have gone out, leases that ran out included', () => {
    expect(plan(due({ ambiguous: MAX_AMBIGUOUS_SENDS - 1 })).kind).toBe('send')
    expect(plan(due({ ambiguous: MAX_AMBIGUOUS_SENDS }))).toMatchObject({
      kind: 'fail',
      error: { code: 'too_many_sends' },
    })
  })

  it('a channel without a provider fails, a decoy’s too', () => {
    for (const kind of ['real', 'decoy'] as const)
      expect(plan(due({ kind, channel: 'email' }))).toMatchObject({
        kind: 'fail',
        error: { code: 'no_provider' },
      })
  })
})
