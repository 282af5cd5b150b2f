// What a delivery becomes, case by case.

import { describe, expect, it } from 'vitest'
import type { LoadedDelivery } from '../../src/delivery/change.ts'
import type { Plan, SettleDelivery } from '../../src/delivery/outbox-ports.ts'
import { decideReleased, decideSettled } from '../../src/delivery/settling.ts'
import { decideClaim } from '../../src/delivery/transitions.ts'

const NOW = 1_000_000
const MIN_MS = 20_000
const ERROR = { code: 'http_500', message: 'the provider answered 500' }
const SEND: Plan<string> = { kind: 'send', provider: 'acme', prepared: 'ready' }

function row(change: Partial<LoadedDelivery> = {}): LoadedDelivery {
  return {
    verificationId: 'vrf_00000000000000000000000000',
    service: 'default',
    verificationStatus: 'pending',
    sends: 1,
    maxSends: 5,
    hasNext: false,
    send: 1,
    channel: 'sms',
    kind: 'real',
    status: 'queued',
    provider: null,
    tries: 0,
    ambiguous: 0,
    recipientSealed: new Uint8Array([1]),
    codeSealed: new Uint8Array([2]),
    locale: 'en',
    link: null,
    expiresAt: NOW + 600_000,
    wordedAt: null,
    ...{ tried: '', country: 'US', authenticated: false, clientIp: null, mayHaveGone: 0 },
    ...change,
  }
}

const decide = (change: Partial<LoadedDelivery>, plan: () => Plan<unknown> = () => SEND) =>
  decideClaim(row(change), {
    ...{ now: NOW, leaseMs: 30_000, minRemainingMs: MIN_MS, token: 'mine', plan },
  })
const typesOf = ({ events }: { events: readonly { type: string }[] }) =>
  events.map(({ type }) => type)

describe('a claim', () => {
  it.each([
    ['is taken', {}, SEND, 'sending', ['delivery.attempted']],
    ['ended', { verificationStatus: 'approved' }, SEND, 'canceled', ['delivery.canceled']],
    ['was replaced', { sends: 2 }, SEND, 'canceled', ['delivery.canceled']],
    ['is too late', { expiresAt: NOW + MIN_MS - 1 }, SEND, 'failed', ['delivery.failed']],
    ['is just in time', { expiresAt: NOW + MIN_MS }, SEND, 'sending', ['delivery.attempted']],
    ['has no code', { codeSealed: null }, SEND, 'failed', ['delivery.failed']],
    ['fails', {}, { kind: 'fail', error: ERROR }, 'failed', ['delivery.failed']],
    ['is given back', {}, { kind: 'give_back', delayMs: 0 }, 'queued', []],
  ] as const)('of a row that %s', (_, change, plan, status, types) => {
    const { change: made, claimed } = decide(change, () => plan)
    expect(made.set.status).toBe(status)
    expect(typesOf(made)).toEqual(types)
    expect(claimed !== undefined).toBe(status === 'sending')
    expect(made.newTry !== undefined).toBe(status === 'sending')
    expect(made.eraseIfUnsendable).toBe(status === 'failed' || status === 'canceled')
    const again = decide({ ...change, status: 'sending', provider: 'acme' }, () => plan).change
    expect(typesOf(again)).toEqual(['delivery.reclaimed', ...types])
    expect(again.set.ambiguous).toBe(1)
  })

  it('holds until too little time is left, and for the verification that it was decided on', () => {
    expect(decide({}).change).toMatchObject({
      stamp: { verificationStatus: 'pending', sends: 1 },
      notAfter: NOW + 600_000 - MIN_MS,
      set: { dueAt: NOW + 30_000, token: 'mine', provider: 'acme', tries: 1 },
    })
  })

  it('a plan that throws fails its row, and what it threw is dropped', () => {
    const { change } = decide({}, () => {
      throw new Error('the code is 987654')
    })
    expect(change.set).toMatchObject({ status: 'failed', errorCode: 'plan_failed' })
    expect(JSON.stringify(change)).not.toContain('987654')
  })
})

const settle = (change: Partial<LoadedDelivery>, result: SettleDelivery['result']) =>
  decideSettled(row({ status: 'sending', tries: 1, provider: 'acme', ...change }), {
    ...{ now: NOW, durationMs: 120, result },
  })
const retry = (at: number, ambiguous = false) =>
  ({
    ...({ kind: 'retry', at, provider: 'acme', tried: '' } as const),
    ...{ error: ERROR, fault: null, ambiguous },
  }) as const

describe('a settled try', () => {
  it.each([
    ['sent', {}, { kind: 'sent', reference: null }, 'sent'],
    [
      'sent after the end',
      { verificationStatus: 'approved' },
      { kind: 'sent', reference: null },
      'sent',
    ],
    ['failed', {}, { kind: 'failed', error: ERROR, fault: null, ambiguous: true }, 'failed'],
    ['to be retried', {}, retry(NOW + 5), 'queued'],
    ['to be retried after the end', { verificationStatus: 'expired' }, retry(NOW + 5), 'canceled'],
    ['to be retried after a resend', { sends: 2 }, retry(NOW + 5), 'canceled'],
    ['to be retried too late', {}, retry(NOW + 600_000 - MIN_MS + 1), 'failed'],
    ['to be retried just in time', {}, retry(NOW + 600_000 - MIN_MS), 'queued'],
  ] as const)('%s', (_, change, result, status) => {
    const made = settle(change, result)
    expect(made.set).toMatchObject({ status, token: null })
    expect(made.eraseIfUnsendable).toBe(status !== 'queued')
    expect(made.dueAfterMs === undefined).toBe(status !== 'queued')
  })

  it.each([
    ['failed', 'delivery.failed', 'recipient'],
    ['retry', 'delivery.retrying', 'account'],
    ['failed', 'delivery.failed', null],
  ] as const)(
    'C53: a try that %s says in its event, %s, whose fault it is: %s',
    (kind, type, fault) => {
      const about = { error: ERROR, fault, ambiguous: false }
      const next = { at: NOW + 5, provider: 'acme', tried: '' }
      const result = kind === 'retry' ? { kind, ...next, ...about } : { kind, ...about }
      const [event] = settle({}, result).events
      expect(event?.type).toBe(type)
      expect(event?.details.fault).toBe(fault ?? undefined)
    },
  )

  it('counts one that may have gone out', () => {
    expect(settle({ ambiguous: 1 }, retry(NOW + 5, true)).set.ambiguous).toBe(2)
    expect(settle({ ambiguous: 1 }, retry(NOW + 5)).set.ambiguous).toBe(1)
  })

  it('released: due at once, its try not counted', () => {
    expect(decideReleased(3)).toMatchObject({
      ...{ set: { status: 'queued', dueAt: 0, tries: 2 }, removed: 3, events: [] },
    })
  })
})

describe('I6: for an ended or replaced verification', () => {
  it('nothing is sent, and nothing is planned', () => {
    for (const status of ['queued', 'sending'] as const)
      for (const verificationStatus of ['pending', 'approved', 'canceled', 'expired'])
        for (const sends of [1, 2])
          for (const left of [0, MIN_MS, 600_000])
            for (const tries of [0, 1, 5]) {
              if (verificationStatus === 'pending' && sends === 1) continue
              const given = { status, verificationStatus, sends, tries, expiresAt: NOW + left }
              expect(decide(given)).not.toHaveProperty('claimed')
              expect(settle(given, retry(NOW)).set).toMatchObject({
                status: 'canceled',
                dueAt: null,
              })
            }
  })
})
