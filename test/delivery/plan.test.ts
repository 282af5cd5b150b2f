import { describe, expect, it } from 'vitest'
import { MAX_AMBIGUOUS_SENDS } from '../../src/delivery/answers/backoff.ts'
import type { DueDelivery } from '../../src/delivery/outbox-ports.ts'
import { createPlan } from '../../src/delivery/plan.ts'
import { permanent, type SendResult, temporary } from '../../src/delivery/ports.ts'
import { createInboxProvider } from '../../src/delivery/providers/inbox.ts'
import { createChooser } from '../../src/delivery/routes/chooser.ts'
import { createRests } from '../../src/delivery/routes/rests.ts'
import { createRouting } from '../../src/delivery/routes/routing.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { fixedClock, NOW } from './messages.ts'

const ID = 'vrf_0123456789abcdefghijklmnopqrstuv'
const keyring = createKeyring([Buffer.alloc(32, 1)])
const stranger = createKeyring([Buffer.alloc(32, 2)])
const inbox = createInboxProvider({ channels: ['sms'], clock: fixedClock })
const rests = createRests()
const routing = createRouting([inbox])
const plan = createPlan({
  keyring,
  chooser: createChooser({ routing, rests, clock: fixedClock, random: () => 0 }),
  ...{ rests, clock: fixedClock },
  knowsService: (name) => name === 'default',
  mayCall: () => true,
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
    link: null,
    expiresAt: NOW + 600_000,
    reclaimed: false,
    wordedAt: null,
    ...{ provider: 'inbox', tried: '', country: 'US' },
    ...{ authenticated: false, clientIp: null, mayHaveGone: change.ambiguous ?? 0 },
    ...{ maxSends: 5, hasNext: false },
    ...change,
  }
}

describe('what to do with a due delivery', () => {
  it.each([
    ['real', false],
    ['decoy', true],
    ['test', true],
  ] as const)('%s: by the row’s provider, silent %s', (kind, silent) => {
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

  it('I18: no more than five messages of a verification, doubles and resends included', () => {
    const tooMany = { kind: 'fail', error: { code: 'too_many_sends' } }
    for (const ambiguous of [0, 1]) {
      expect(plan(due({ ambiguous, mayHaveGone: 4 })).kind).toBe('send')
      expect(plan(due({ ambiguous, mayHaveGone: 5 }))).toMatchObject(tooMany)
    }
    // The operator allows more sends: a double is none of them.
    const many = { maxSends: 10, mayHaveGone: 9 }
    expect(plan(due({ ...many, ambiguous: 0 })).kind).toBe('send')
    expect(plan(due({ ...many, ambiguous: 1 }))).toMatchObject(tooMany)
    expect(plan(due({ ...many, ambiguous: 0, mayHaveGone: 10 }))).toMatchObject(tooMany)
  })

  it('a channel without a provider fails, a decoy’s too', () => {
    for (const kind of ['real', 'decoy'] as const)
      expect(plan(due({ kind, channel: 'email' }))).toMatchObject({
        kind: 'fail',
        error: { code: 'no_provider' },
      })
  })

  describe('with two providers', () => {
    const FAILED: SendResult = permanent('account', '20003', 'refused')
    const make = () => {
      const made = createRests()
      const two = createRouting(['a', 'b'].map((name) => ({ ...inbox, name })))
      const chooser = createChooser({
        routing: two,
        rests: made,
        clock: fixedClock,
        random: () => 0,
      })
      const knowsService = () => true
      const all = {
        ...{ keyring, chooser, rests: made, clock: fixedClock, knowsService },
        mayCall: () => true,
      }
      return { rests: made, plan: createPlan(all) }
    }

    it('C53: goes to the other one while one rests, and back where that was its turn', () => {
      const { rests: made, plan: planned } = make()
      expect(planned(due({ provider: 'b', tried: 'a' }))).toMatchObject({ provider: 'b' })
      made.record({ channel: 'sms', provider: 'a', country: 'US' }, FAILED, NOW)
      expect(planned(due({ provider: 'a' }))).toEqual({
        ...{ kind: 'move', provider: 'b', tried: '', delayMs: 0 },
      })
    })

    it('C53: goes to one that rests where nobody else is awake', () => {
      const { rests: made, plan: planned } = make()
      for (const name of ['a', 'b'])
        made.record({ channel: 'sms', provider: name, country: 'US' }, FAILED, NOW)
      expect(planned(due({ provider: 'a' }))).toMatchObject({ kind: 'send', provider: 'a' })
      expect(planned(due({ provider: 'b', tried: 'a' }))).toMatchObject({
        kind: 'send',
        provider: 'b',
      })
    })

    it('C53: waits for one that asked for a pause three times where nobody else is left', () => {
      const { rests: made, plan: planned } = make()
      for (const provider of ['a', 'b', 'a', 'b', 'a', 'b'])
        made.record(
          { channel: 'sms', provider, country: 'US' },
          temporary('http_429', 'slow down', 4_000),
          NOW,
        )
      expect(planned(due({ provider: 'a' }))).toMatchObject({ kind: 'move', delayMs: 4_000 })
    })

    it('C53: a decoy is nobody’s probe', () => {
      const { rests: made, plan: planned } = make()
      made.record({ channel: 'sms', provider: 'a', country: 'US' }, FAILED, NOW - 15_000)
      expect(planned(due({ provider: 'a', kind: 'decoy' }))).toMatchObject({ kind: 'send' })
      expect(planned(due({ provider: 'a' }))).toMatchObject({ kind: 'send', provider: 'a' })
      expect(planned(due({ provider: 'a' }))).toMatchObject({ kind: 'move', provider: 'b' })
    })

    it('a row without a provider, or with one that nobody has, goes to the first of its route', () => {
      for (const provider of [null, 'gone'])
        expect(make().plan(due({ provider }))).toEqual({
          ...{ kind: 'move', provider: 'a', tried: '', delayMs: 0 },
        })
    })
  })
})
