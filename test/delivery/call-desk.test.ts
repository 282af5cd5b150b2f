// What a call is to say: whose question it is (C27), when its code may be handed out (I7, I17), in which language it is spoken (C58).

import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it, vi } from 'vitest'
import { decideCall } from '../../src/delivery/calls/calls.ts'
import { createCallDesk } from '../../src/delivery/calls/desk.ts'
import type { CallEvent, CallOutcome } from '../../src/delivery/calls/ports.ts'
import { createTwilioVoice } from '../../src/delivery/providers/twilio/voice.ts'
import { createCallbackUrls } from '../../src/delivery/receipts/callback-urls.ts'
import type { Callback } from '../../src/delivery/receipts/ports.ts'
import type { ReportedDelivery } from '../../src/delivery/receipts/receipts.ts'
import { composeCall } from '../../src/delivery/templates/call.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { codeContext } from '../../src/kernel/sealing.ts'
import { unreachable } from './callbacks.ts'
import { fixedClock, NOW, PLAIN_SERVICE } from './messages.ts'

const TOKEN = 'a-token-of-tests'
const TRY = 'att_0123456789abcdefghijklmnopqrstuv_1_1'
const ID = 'vrf_0123456789abcdefghijklmnopqrstuv'
const keyring = createKeyring([Buffer.alloc(32, 1)])
const publicUrl = 'https://verify.example.com'
const urls = createCallbackUrls({ publicUrl, keyring, use: 'call' })
const receiptUrls = createCallbackUrls({ publicUrl, keyring })
const SPOKEN = { service: 'default', locale: 'de' }
const CODE: CallOutcome = {
  ...{ kind: 'code', ...SPOKEN, verificationId: ID, channel: 'voice', afterMs: 9_000 },
  codeSealed: keyring.seal('482913', codeContext(ID)),
}

function openDesk(outcome: CallOutcome) {
  const call = vi.fn(async () => outcome)
  const account = { accountSid: 'AC0', authToken: TOKEN, from: '+15005550006', baseUrl: 'http://x' }
  const [warn, onReceipt, learn] = [vi.fn(), vi.fn(), vi.fn()]
  const desk = createCallDesk({
    ...{ publicUrl, urls, keyring, clock: fixedClock, outbox: { call } },
    providers: [createTwilioVoice(account, { http: unreachable, clock: fixedClock })],
    logger: { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn() },
    ...{ decoys: { learn }, onReceipt },
    settingsOf: (service) => (service === 'default' ? PLAIN_SERVICE : undefined),
  })
  return { desk, call, warn, onReceipt, learn }
}

type Posted = { url?: string; token?: string; fields?: Record<string, string>; method?: string }
function question({ url = urls.of('twilio', TRY), token = TOKEN, ...rest }: Posted = {}): Callback {
  const fields = rest.fields ?? { CallSid: 'CA1', Digits: '1' }
  return {
    ...{ method: rest.method ?? 'POST', url, query: new URL(url).searchParams },
    headers: { 'x-twilio-signature': getExpectedTwilioSignature(token, url, fields) },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  }
}

describe('a question of what a call is to say', () => {
  it('is answered with the code, spelt, where the store hands it out; what is learned is told', async () => {
    const { desk, call, warn, onReceipt, learn } = openDesk(CODE)
    const asked = await desk.take('twilio', question())
    expect(call).toHaveBeenCalledWith({
      ...{ key: { provider: 'twilio', tryId: TRY }, event: 'key', now: NOW },
    })
    const { body = '' } = typeof asked === 'object' ? asked : {}
    expect(body.match(/Ihr Code lautet: 4, 8, 2, 9, 1, 3\./g)).toHaveLength(2)
    expect(onReceipt).toHaveBeenCalledWith('twilio', 'delivered')
    expect(learn).toHaveBeenCalledWith({ channel: 'voice', provider: 'twilio' }, 9_000)
    expect(warn).not.toHaveBeenCalled()
  })

  it.each<[string, Callback]>([
    ['by another token', question({ token: 'another' })],
    ['not at all', { ...question(), headers: {} }],
    ['over other fields', { ...question({ fields: {} }), body: question().body }],
    ['as a GET', question({ method: 'GET' })],
  ])('C27: signed %s it changes nothing and hears nothing', async (_, posted) => {
    const { desk, call, warn } = openDesk(CODE)
    expect(await desk.take('twilio', posted)).toBe('refused')
    expect(call).not.toHaveBeenCalled()
    expect(JSON.stringify(warn.mock.calls)).not.toMatch(/att_|CA1/)
  })

  it.each<[string, string]>([
    ['another try’s MAC', urls.of('twilio', TRY).replace('_1_1&', '_1_2&')],
    ['a MAC for another provider', urls.of('twilio:eu', TRY)],
    ['a MAC for its receipts', receiptUrls.of('twilio', TRY).replace('/receipts/', '/calls/')],
    ['none', `${publicUrl}/calls/twilio?try=${TRY}`],
  ])('C27: rightly signed, with %s, it is refused as well', async (_, url) => {
    const { desk, call } = openDesk(CODE)
    expect(await desk.take('twilio', question({ url }))).toBe('refused')
    expect(call).not.toHaveBeenCalled()
  })

  it('of nobody, or that cannot be read, is told so', async () => {
    const { desk, call } = openDesk(CODE)
    expect(await desk.take('vonage', question())).toBe('nobody')
    expect(await desk.take('twilio', question({ fields: { Digits: '1' } }))).toBe('unreadable')
    expect(call).not.toHaveBeenCalled()
  })

  it.each<[CallOutcome, string]>([
    [{ kind: 'unknown' }, 'This call no longer has a code for you.'],
    [{ kind: 'over', ...SPOKEN }, 'Dieser Anruf hat keinen Code mehr für Sie.'],
    [{ kind: 'prompt', ...SPOKEN }, 'Ein Anruf von Example mit Ihrem Code.'],
    // A service that this node does not know.
    [{ kind: 'over', service: 'x', locale: 'de' }, 'Dieser Anruf hat keinen Code mehr'],
  ])('%j', async (outcome, text) => {
    const { desk, onReceipt } = openDesk(outcome)
    const asked = await desk.take('twilio', question())
    expect(asked).toMatchObject({ body: expect.stringContaining(text) })
    expect(onReceipt).not.toHaveBeenCalled()
  })
})

/** Handed over by the first of one, three seconds ago. */
function row(change: Partial<ReportedDelivery> = {}): ReportedDelivery {
  return {
    ...{ verificationId: ID, verificationStatus: 'pending', service: 'default', maxSends: 5 },
    ...{ kind: 'real', locale: 'en', expiresAt: NOW + 400_000, channel: 'voice', country: 'US' },
    ...{ recipientSealed: Buffer.alloc(1), codeSealed: Buffer.alloc(1), sends: 1, send: 1 },
    ...{ status: 'sent', provider: 'twilio', tried: '', tries: 1, ambiguous: 0, mayHaveGone: 0 },
    ...{
      wordedAt: null,
      authenticated: false,
      clientIp: null,
      sentAt: NOW - 2_900,
      hasNext: false,
    },
    ...{ tryNumber: 1, tryProvider: 'twilio', tryStartedAt: NOW - 3_000, tryResult: 'sent' },
    ...{ receipt: null },
    ...change,
  } as ReportedDelivery
}
const kindOf = (event: CallEvent, change: Partial<ReportedDelivery> = {}) =>
  decideCall(row(change), event, NOW).kind

describe('a call', () => {
  it('I7: asks for a key first: voicemail, which answers as well, does not get the code', () => {
    expect(kindOf('answered')).toBe('prompt')
    const decided = decideCall(row(), 'key', NOW)
    expect(decided).toMatchObject({
      ...{ kind: 'code', codeSealed: Buffer.alloc(1) },
      decision: {
        receipt: { state: 'delivered', at: NOW },
        // Not after the code has expired, by the store's clock.
        change: { set: { status: 'delivered' }, notAfter: NOW + 399_999, eraseIfUnsendable: true },
      },
    })
  })

  it('ends where no key was pressed in time', () => {
    expect(kindOf('silence')).toBe('over')
  })

  it.each<[string, Partial<ReportedDelivery>]>([
    ['handed over, its answer on the way', { status: 'sending', tryResult: null, sentAt: null }],
    ['reported as ringing', { receipt: 'sent' }],
  ])('tells its code where it is %s', (_, change) => {
    expect(kindOf('key', change)).toBe('code')
  })

  it.each<[string, Partial<ReportedDelivery>]>([
    ['I7: the code was told', { receipt: 'delivered', status: 'delivered' }],
    ['I7: the code was told by a call that another one followed', { receipt: 'delivered' }],
    ['its provider has reported its end', { receipt: 'undelivered' }],
    ['I17: the code is approved', { verificationStatus: 'approved' }],
    ['I17: a newer message replaced it', { sends: 2 }],
    ['another try is newer', { tries: 2 }],
    ['it waits for another try', { status: 'queued' }],
    ['it was given up', { status: 'failed' }],
    ['the code is gone', { codeSealed: null }],
    ['the code has expired', { expiresAt: NOW }],
    ['no call lasts so long', { tryStartedAt: NOW - 300_000 }],
    ['it is a decoy’s', { kind: 'decoy' }],
    ['it is no call', { channel: 'sms' }],
  ])('tells nothing where %s', (_, change) => {
    for (const event of ['answered', 'key'] as const) expect(kindOf(event, change)).toBe('over')
  })
})

describe('C58: a call is spoken', () => {
  const spokenIn = (locale: string, service: string, voices: readonly string[]) =>
    composeCall({ ...PLAIN_SERVICE, locale: service }, locale, (tag) => voices.includes(tag)).locale

  it.each([
    ['fa', 'de', ['de', 'en'], 'de'],
    ['fa', 'fa', ['de', 'en'], 'en'],
    ['fa', 'de', ['fa', 'de'], 'fa'],
    ['pt-AO', 'de', ['pt', 'de'], 'pt'],
    // There are no own texts for it, whatever a message says in this language.
    ['ga', 'sv', ['sv', 'en'], 'sv'],
  ])('%s of a service in %s, with voices for %j, in %s', (locale, service, voices, expected) => {
    expect(spokenIn(locale, service, voices)).toBe(expected)
  })

  it('with the brand as it is', () => {
    const settings = { ...PLAIN_SERVICE, brandName: '$& R&D' }
    expect(composeCall(settings, 'en').prompt).toContain('$& R&D')
  })
})
