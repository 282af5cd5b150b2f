// C74: what support reads names no action that the page does not have: every outcome with every state of the message and
// every fault, for every reader. (It said "send again" of an expired verification, after 29 tries, beside no button.)

import { describe, expect, it } from 'vitest'
import type { ListedVerification } from '../../src/admin/ports.ts'
import { type Channel, DELIVERY_STATUSES } from '../../src/kernel/channel.ts'
import { STATUSES } from '../../src/verification/state.ts'
import {
  type About,
  detailOf,
  diagnosed,
  eventOf,
  NOW,
  shownPage,
  textOf,
} from '../console/shown.ts'
import { LONGEST } from '../long.ts'

/** One of each kind of advice, and one that nobody knows. */
const FAULTS: readonly (readonly [string, string | null])[] = [
  ...(['21614', '21610', '21211', '21408', '30003', '30004', '30007', '30008'] as const).map(
    (code) => ['twilio', code] as const,
  ),
  ...(['http_401', 'http_403', 'http_429', 'http_503', 'nobody knows it'] as const).map(
    (code) => ['http', code] as const,
  ),
  ...(['smtp_550_5.1.1', 'smtp_452_4.2.2', 'smtp_550_5.7.1'] as const).map(
    (code) => ['smtp', code] as const,
  ),
  ...(
    ['timeout', 'no_provider', 'expired_before_sent', 'too_many_sends', 'unreadable'] as const
  ).map((code) => ['http', code] as const),
  ...(
    ['quoted', 'invalid_address', 'plan_failed', 'not_confirmed', 'http_409', 'http_504'] as const
  ).map((code) => ['http', code] as const),
  ...(['connection_closed', 'provider_error'] as const).map((code) => ['http', code] as const),
  ['twilio', null],
]

/** Not sent through by any provider yet: what the page does where there is a second way. */
const CALL = 'call' as string as Channel

/** And whether the domain would send: what it refuses, whatever the moment, has no button. */
const READERS: readonly (readonly [string, Partial<ListedVerification>, About, boolean])[] = [
  ['may act', {}, {}, true],
  ['has a second channel', {}, { channels: ['sms', CALL] }, true],
  ['has another channel only', {}, { channels: [CALL] }, true],
  ['has no channel any more', {}, { channels: [] }, false],
  ['has no channel for such a code', { codeLength: 9 }, { channels: ['telegram'] }, false],
  ['may look only', {}, { mayAct: false }, false],
  ['may look only, and nobody could send', { sends: 5 }, { mayAct: false }, false],
  ['may look only, and it is too late', { expiresAt: NOW + 59_999 }, { mayAct: false }, false],
  ['may look only, and no channel is left', {}, { mayAct: false, channels: [] }, false],
  ['has one message left', { sends: 4 }, {}, true],
  ['has no message left', { sends: 5 }, {}, false],
  ['has no attempt left', { attempts: 5 }, {}, false],
  ['has enough time left', { expiresAt: NOW + 60_000 }, {}, true],
  ['has too little time left', { expiresAt: NOW + 59_999 }, {}, false],
]

/** Every word of the page that names sending or canceling, but for the buttons themselves and their refusals. */
const SENDS = /\bsend(?:ing)? (?:it |once )?again\b/i
const OTHER = /\banother channel\b/i
const CANCELS = /\bcancel (?:it|the)\b/i
const RETRIES = /retried automatically|Next try/
/** Of a code that is good: after the end it is a lie. */
const CODE_IS_GOOD = /use the code that arrives|it is valid/
const KEY_CAN_SEND = /key with the scope admin:support can send/

function eventsOf(provider: string, error: string | null) {
  const failed = { provider, error: error ?? 'http_500' }
  const started = eventOf('verification.started', NOW - 90_000, { channel: 'sms' })
  const tries = [1, 2, 3].flatMap((attempt) => [
    eventOf('delivery.attempted', NOW - 80_000 + attempt * 1000, { provider, attempt }),
    eventOf('delivery.retrying', NOW - 79_500 + attempt * 1000, { ...failed, attempt }),
  ])
  return [started, ...tries, eventOf('delivery.failed', NOW - 70_000, failed)]
}

const buttonsIn = (page: string) =>
  [...page.matchAll(/<button[^>]*>([^<]+)<\/button>/g)].map(([, name = '']) => name)

function optionsIn(page: string): string[] {
  return [...page.matchAll(/<option value="(\w+)"/g)].map(([, name = '']) => name)
}

async function expectHonest(row: Partial<ListedVerification>, about: About): Promise<string> {
  const detail = detailOf(row, eventsOf(row.provider ?? 'http', row.errorCode ?? null))
  const page = await shownPage(detail, about)
  const buttons = buttonsIn(page)
  const text = textOf(page.replace(/<button[^>]*>[^<]+<\/button>/g, ''))
  const what = JSON.stringify([row, about])
  if (SENDS.test(text)) expect(buttons, what).toContain('Send again')
  if (CANCELS.test(text)) expect(buttons, what).toContain('Cancel')
  if (RETRIES.test(text))
    expect([row.status, row.deliveryStatus], what).toEqual(['pending', 'queued'])
  const { diagnosis, offers } = diagnosed(detail, about)
  if (row.status !== 'pending') expect(text, what).not.toMatch(CODE_IS_GOOD)
  // What it says of another key is what that key would find.
  const asAdmin = diagnosed(detail, { ...about, mayAct: true }).offers.channels
  if (KEY_CAN_SEND.test(text)) expect(asAdmin.length, what).toBeGreaterThan(0)
  if (OTHER.test(text)) {
    const others = offers.channels.filter((channel) => channel !== row.channel)
    expect(others.length, what).toBeGreaterThan(0)
    if (offers.channels.length > 1) expect(optionsIn(page), what).toEqual(offers.channels)
  }
  const acts = buttons.filter((name) => name === 'Send again' || name === 'Cancel')
  if (diagnosis.resend === 'is useless') expect(acts[0], what).not.toBe('Send again')
  if (diagnosis.resend === 'helps' && offers.channels.length > 0) {
    expect(acts[0], what).toBe('Send again')
    expect(`${diagnosis.action}`, what).toMatch(SENDS)
  }
  return text
}

describe('C74: no advice names an action that the page does not have', () => {
  it.each(READERS)('%s', async (name, given, about, hasButton) => {
    // In the longest form every fault for every reader.
    const third = READERS.findIndex(([one]) => one === name) % 3
    const faults = FAULTS.filter((_fault, i) => LONGEST || i % 3 === third)
    let named = 0
    let count = 0
    for (const status of STATUSES)
      for (const deliveryStatus of [...DELIVERY_STATUSES, null])
        for (const [provider, errorCode] of faults) {
          const row = {
            ...given,
            status,
            deliveryStatus,
            provider,
            errorCode,
            channel: 'sms' as const,
          }
          const text = await expectHonest(row, about)
          count += 1
          if (SENDS.test(text)) named += 1
        }
    expect(count).toBe(6 * 8 * faults.length)
    // Where there is a button some advice names it, else the table would say nothing.
    const page = await shownPage(detailOf({ ...given, channel: 'sms' }), about)
    expect(buttonsIn(page).includes('Send again')).toBe(hasButton)
    if (hasButton) expect(named).toBeGreaterThan(10)
    else expect(named).toBe(0)
  })

  it.each([
    ['mail', { channel: 'email' }],
    ['an app', { channel: 'totp', deliveryStatus: null, sends: 0, maxSends: 0 }],
    ['recovery codes', { channel: 'recovery_code', deliveryStatus: null, sends: 0, maxSends: 0 }],
    ['a decoy', { kind: 'decoy' }],
    ['a test recipient', { kind: 'test' }],
  ] as const)('of %s', async (_name, given) => {
    for (const status of STATUSES)
      for (const deliveryStatus of [...DELIVERY_STATUSES, null])
        for (const [provider, errorCode] of FAULTS.filter((_fault, i) => i % 4 === 0))
          for (const mayAct of [true, false])
            await expectHonest(
              { status, deliveryStatus, provider, errorCode, ...given },
              { mayAct },
            )
  })

  it('an expired one after 29 tries advises a new start, and gives the reason why nothing was sent', async () => {
    const row = { status: 'expired', deliveryStatus: 'canceled', errorCode: 'http_503' } as const
    const { diagnosis } = diagnosed(detailOf({ ...row, provider: 'http' }))
    expect(diagnosis.meaning).toMatch(
      /expired before a provider accepted its message\. The provider cannot accept messages/,
    )
    expect(diagnosis.action).toMatch(/start over in your login flow/)
    expect(diagnosis.action).not.toMatch(/again/)
  })

  it('one that may have gone out is reported as such while its code is valid, and no longer', () => {
    for (const errorCode of [
      'timeout',
      'http_504',
      'http_409',
      'not_confirmed',
      'too_many_sends',
    ]) {
      const row = { deliveryStatus: 'failed', provider: 'http', errorCode } as const
      expect(diagnosed(detailOf(row)).diagnosis.action).toMatch(CODE_IS_GOOD)
      const ended = diagnosed(detailOf({ ...row, status: 'expired' })).diagnosis
      expect(ended.action).toMatch(/start over/)
      expect(ended.action).not.toMatch(CODE_IS_GOOD)
    }
  })

  it('a message tried until it expired was not permanently refused', () => {
    for (const [provider, errorCode] of [
      ['smtp', 'smtp_432_4.7.12'],
      ['twilio', '20500'],
      ['http', 'nobody knows it'],
    ] as const) {
      const row = { status: 'expired', deliveryStatus: 'canceled', provider, errorCode } as const
      expect(diagnosed(detailOf(row)).diagnosis.meaning).not.toMatch(/for good/)
    }
  })

  it('an earlier message that was accepted is mentioned beside the newest one', () => {
    const sent = eventOf('delivery.sent', NOW - 70_000)
    const row = { status: 'expired', deliveryStatus: 'canceled', sends: 2 } as const
    const { meaning } = diagnosed(detailOf(row, [sent])).diagnosis
    expect(meaning).toMatch(/^A provider accepted an earlier message/)
    expect(diagnosed(detailOf(row)).diagnosis.meaning).toMatch(/^It expired before a provider/)
  })

  it('a decoy has no button that would send nothing', async () => {
    expect(buttonsIn(await shownPage(detailOf({ kind: 'decoy' })))).toContain('Cancel')
    expect(buttonsIn(await shownPage(detailOf({ kind: 'decoy' })))).not.toContain('Send again')
  })
})
