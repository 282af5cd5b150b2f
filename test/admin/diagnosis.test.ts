// Why a code did not arrive or was not taken: one sentence for each state of a verification and its message.

import { describe, expect, it } from 'vitest'
import type { ListedVerification } from '../../src/admin/ports.ts'
import type { EventRecord } from '../../src/events/types.ts'
import { detailOf, diagnosed, eventOf, NOW } from '../console/shown.ts'

const EVENT = eventOf('delivery.sent')
const retrying = (at: number, waitMs: number): EventRecord =>
  eventOf('delivery.retrying', at, { error: 'http_503', retry_in_ms: waitMs })
const says = (row: Partial<ListedVerification>, events: EventRecord[] = []) =>
  diagnosed(detailOf(row, events)).diagnosis

describe('a diagnosis', () => {
  it.each<[string, Partial<ListedVerification>, RegExp, RegExp | null]>([
    ['opted out', { deliveryStatus: 'failed', errorCode: '21610' }, /opted out/, /START/],
    [
      'undelivered, by a receipt',
      { deliveryStatus: 'undelivered', errorCode: '30006' },
      /landline/,
      /mobile number/,
    ],
    [
      'too late to be sent',
      { deliveryStatus: 'failed', errorCode: 'expired_before_sent', provider: null },
      /about to expire/,
      /start over/,
    ],
    ['just queued', { deliveryStatus: 'queued' }, /is queued/, /Health/],
    ['at the provider', { deliveryStatus: 'sending' }, /handed to twilio now/, null],
    [
      'delivered',
      { deliveryStatus: 'delivered' },
      /reports that the message arrived/,
      /newest code/,
    ],
    ['replaced and nothing else', { deliveryStatus: 'canceled' }, /on its way/, /Send again/],
    ['approved', { status: 'approved' }, /code was correct/, null],
    ['canceled', { status: 'canceled' }, /^Canceled/, /start over/],
    ['guessed at', { status: 'max_attempts_reached' }, /Too many wrong codes/, /newest message/],
    ['expired, swept', { status: 'expired' }, /no correct code was entered in time/, /start over/],
    ['expired, not swept', { expiresAt: NOW }, /no correct code was entered in time/, /start over/],
    [
      'expired in the queue',
      { status: 'expired', deliveryStatus: 'canceled' },
      /before a provider accepted its message/,
      /Health/,
    ],
    [
      'expired after a failure',
      { status: 'expired', deliveryStatus: 'failed', errorCode: '21614' },
      /not a mobile number/,
      /start over.*mobile number/,
    ],
    ['an app', { channel: 'totp', deliveryStatus: null }, /no message belongs/i, /authenticator/],
    [
      'recovery codes, guessed at',
      { channel: 'recovery_code', deliveryStatus: null, status: 'max_attempts_reached' },
      /No message belonged/,
      /clock/,
    ],
    ['a decoy', { kind: 'decoy' }, /no such account/, null],
    ['a test recipient', { kind: 'test' }, /^A test recipient: .*accepted the message/, /./],
    [
      'a failure without a code',
      { deliveryStatus: 'failed', errorCode: null },
      /refused the message for good/,
      /list/,
    ],
  ])('%s', (_name, row, meaning, action) => {
    const found = says(row)
    expect(found.meaning).toMatch(meaning)
    if (action === null) expect(found.action).toBe(null)
    else expect(found.action).toMatch(action)
  })

  it('C50: says that the number is a landline, unless it is over or the provider gave a reason', () => {
    const started = eventOf('verification.started', NOW - 90_000, { number_type: 'landline' })
    const LANDLINE = /The number is a landline/
    for (const row of [{}, { status: 'expired' }, { deliveryStatus: 'queued' }] as const) {
      expect(says(row, [started]).meaning).toMatch(LANDLINE)
      expect(says(row, [started]).action).toMatch(/mobile number/)
    }
    expect(says({ status: 'approved' }, [started]).meaning).not.toMatch(LANDLINE)
    const failed = { deliveryStatus: 'failed', errorCode: '21211' } as const
    expect(says(failed, [started]).meaning).not.toMatch(LANDLINE)
    expect(says({}, [{ ...started, details: {} }]).meaning).not.toMatch(LANDLINE)
    // It arrived: the provider reports it, or the user typed what they were sent.
    for (const row of [
      { deliveryStatus: 'delivered' },
      { status: 'max_attempts_reached' },
    ] as const)
      expect(says(row, [started]).meaning).not.toMatch(LANDLINE)
  })

  it('C50: does not put another text to a landline first', () => {
    const started = eventOf('verification.started', NOW - 90_000, { number_type: 'landline' })
    for (const row of [{}, { deliveryStatus: 'canceled' }, { deliveryStatus: null }] as const) {
      const found = says(row, [started, EVENT])
      expect(found.resend).toBe('is useless')
      expect(found.action).not.toMatch(/send again/i)
      expect(says(row, [EVENT]).resend).toBe('helps')
    }
  })

  it('shows when the next try is', () => {
    const row = { deliveryStatus: 'queued', errorCode: 'http_503' } as const
    const found = says(row, [retrying(NOW - 9_000, 1_000), retrying(NOW - 3_000, 20_000)])
    expect(found).toMatchObject({ state: 'warn', at: NOW + 17_000 })
    expect(found.action).toBe('It will be retried automatically.')
    expect(says(row, []).at).toBe(null)
  })

  it('advises a minute’s wait after a sent message, then to send again', () => {
    expect(says({}, [{ ...EVENT, at: NOW - 5_000 }])).toMatchObject({ state: '' })
    const late = says({}, [EVENT])
    expect(late).toMatchObject({ state: 'warn' })
    expect(late.action).toMatch(/Send again/)
    expect(says({ channel: 'email' }, [EVENT]).action).toMatch(/spam/)
  })

  it('C53: says who did not take the message before the provider that did', () => {
    const row = { deliveryStatus: 'sent', provider: 'vonage' } as const
    const events = [
      eventOf('delivery.retrying', NOW - 200, { send: 1, provider: 'twilio', error: 'http_503' }),
      eventOf('delivery.sent', NOW - 100, { send: 1, provider: 'vonage' }),
    ]
    expect(says(row, events).meaning).toContain('accepted the message after twilio did not;')
  })

  const started = eventOf('verification.started', NOW - 40_000)
  const resent = eventOf('verification.resent', NOW - 20_000)
  const answered = (error?: string) =>
    eventOf('verification.delegated', NOW - 19_000, error === undefined ? {} : { error })
  const canceled = (error: string) => eventOf('verification.canceled', NOW, { error })
  it.each<[string, Partial<ListedVerification>, EventRecord[], RegExp, RegExp | null]>([
    ['was taken', {}, [started, answered()], /^Twilio accepted the message/, /newest code/],
    ['was not answered', {}, [started, answered('no_answer')], /^Nobody knows/, /start over/],
    ['lost its node', {}, [started], /^Nobody knows/, /same code again, or a new one/],
    ['lost its node later', {}, [started, answered(), resent], /^Nobody knows/, /connection/],
    [
      'was refused later',
      {},
      [started, answered('twilio_60203')],
      /again \(twilio_60203\)/,
      /enters/,
    ],
    ['is asked', {}, [{ ...started, at: NOW - 9_000 }], /is being asked/, null],
    [
      'expired',
      { expiresAt: NOW },
      [started, answered()],
      /Twilio accepted .* in time/,
      /start over/,
    ],
    ['expired, lost', { status: 'expired' }, [started], /^It expired. Nobody knows/, /connection/],
    [
      'is gone',
      { status: 'canceled' },
      [canceled('gone_at_twilio')],
      /no longer had it/,
      /start over/,
    ],
    [
      'was refused',
      { status: 'canceled' },
      [canceled('http_401')],
      /did not take it/,
      /login at Twilio/,
    ],
    [
      'was not reached',
      { status: 'canceled' },
      [canceled('unreachable')],
      /did not take it/,
      /connection to Twilio/,
    ],
  ])('C95: what Twilio sends, where it %s', (_name, row, events, meaning, action) => {
    const found = says({ checkedBy: 'twilio', deliveryStatus: null, ...row }, events)
    expect(found.meaning).toMatch(meaning)
    if (action === null) expect(found.action).toBe(null)
    else expect(found.action).toMatch(action)
    expect(found.resend).toBe('is useless')
  })
})
