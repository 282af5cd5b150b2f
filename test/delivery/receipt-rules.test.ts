// What a receipt does: I16 (forward only), I17 (nothing after the end), I18 (a message more), C55 (whose it is).

import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it, vi } from 'vitest'
import type { Outbox } from '../../src/delivery/outbox-ports.ts'
import {
  createTwilioReceipts,
  statusCallback,
} from '../../src/delivery/providers/twilio/receipts.ts'
import {
  createCallbackUrls,
  createReturnTokens,
} from '../../src/delivery/receipts/callback-urls.ts'
import { createDecoyReceipts } from '../../src/delivery/receipts/decoy-receipts.ts'
import { createReceiptDesk } from '../../src/delivery/receipts/desk.ts'
import type { Callback, Receipt, ReceiptState } from '../../src/delivery/receipts/ports.ts'
import { decideReceipt, type ReportedDelivery } from '../../src/delivery/receipts/receipts.ts'
import { createTake } from '../../src/delivery/receipts/take-receipt.ts'
import type { NextProvider } from '../../src/delivery/routes/next-provider.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { createKeyring, UnknownKeyError } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const ERROR = { code: '30034', message: 'the sender is not registered for this country' }
const NEXT: NextProvider = {
  ...{ provider: 'vonage', tried: 'twilio!', isNewRound: false },
  ...{ notBefore: 0, roundLength: 2 },
}
const next = () => NEXT

/** Accepted by the first of two, three seconds ago. */
function row(change: Partial<ReportedDelivery> = {}): ReportedDelivery {
  return {
    ...{ verificationId: 'vrf_1', verificationStatus: 'pending', service: 'default' },
    ...{ kind: 'real', locale: 'en', expiresAt: NOW + 500_000, channel: 'sms', country: 'US' },
    ...{ recipientSealed: Buffer.alloc(1), codeSealed: Buffer.alloc(1), sends: 1, send: 1 },
    ...{ status: 'sent', provider: 'twilio', tried: '', tries: 1, ambiguous: 0, mayHaveGone: 0 },
    ...{ wordedAt: null, authenticated: false, clientIp: null, sentAt: NOW - 2_900 },
    ...{ tryNumber: 1, tryProvider: 'twilio', tryStartedAt: NOW - 3_000, tryResult: 'sent' },
    ...{ receipt: null },
    ...change,
  } as ReportedDelivery
}

const reported = (state: ReceiptState, change: Partial<Receipt> = {}) => ({
  ...{ state, error: state === 'undelivered' ? ERROR : null, fault: null, at: null },
  ...change,
})
const decide = (
  state: ReceiptState,
  change: Partial<ReportedDelivery> = {},
  receipt: Partial<Receipt> = {},
  after = next as () => NextProvider | undefined,
) => decideReceipt(row(change), reported(state, receipt), after, NOW)
const typesOf = (decision: ReturnType<typeof decide>) =>
  decision?.change.events.map(({ type }) => type)

describe('C26: a receipt and its try', () => {
  it('I16: moves it forward only: sent, undelivered, delivered', () => {
    const states: ReceiptState[] = ['sent', 'undelivered', 'delivered']
    const moved = states.map((before) =>
      states.filter((state) => decide(state, { receipt: before }) !== undefined),
    )
    expect(moved).toEqual([['undelivered', 'delivered'], ['delivered'], []])
  })

  it.each<[string, Partial<ReportedDelivery>]>([
    ['accepted', {}],
    ['waiting for another try', { status: 'queued', tryResult: 'retry', ambiguous: 1 }],
    ['being tried again', { status: 'sending', tries: 2, tryResult: 'retry', ambiguous: 1 }],
    ['given up', { status: 'failed', tryResult: 'failed', ambiguous: 3 }],
    ['reported lost', { status: 'undelivered', receipt: 'undelivered' }],
    ['of an ended verification', { verificationStatus: 'approved' }],
  ])('I16: delivered is the delivery’s end, and cancels what is queued: %s', (_, change) => {
    const decision = decide('delivered', change)
    expect(decision?.change).toMatchObject({
      set: { status: 'delivered', deliveredAt: NOW, dueAt: null, token: null, provider: 'twilio' },
      eraseIfUnsendable: true,
    })
    expect(decision?.change.events.at(-1)).toMatchObject({
      type: 'delivery.delivered',
      details: { provider: 'twilio', send: 1, attempt: 1, after_ms: 3_000 },
    })
  })

  it('I18: a second delivered one is told as a double, and moves nothing', () => {
    const late = decide('delivered', { status: 'delivered', tries: 2 })
    expect(late?.change).toMatchObject({ set: {}, events: [{ details: { double: true } }] })
    expect(late?.receipt).toEqual({ state: 'delivered', at: NOW, code: null, fault: null })
  })

  it('before our own answer it is the answer, too', () => {
    const early = { status: 'sending', tryResult: null, sentAt: null } as const
    expect(typesOf(decide('delivered', early))).toEqual(['delivery.sent', 'delivery.delivered'])
    expect(decide('delivered', early)?.change.set).toMatchObject({ sentAt: NOW })
    expect(typesOf(decide('undelivered', early))).toEqual(['delivery.sent', 'delivery.undelivered'])
    // The answer is on its way.
    expect(decide('sent', early)?.change).toMatchObject({ set: {}, events: [] })
  })

  it('sent: a message whose answer was lost is not tried again', () => {
    const lost = { status: 'queued', tryResult: 'retry', ambiguous: 1, sentAt: null } as const
    const decision = decide('sent', lost)
    expect(decision?.change.set).toMatchObject({ status: 'sent', dueAt: null, sentAt: NOW })
    expect(typesOf(decision)).toEqual(['delivery.sent'])
    expect(decide('sent')?.change).toMatchObject({ set: {}, events: [] })
  })
})

describe('undelivered', () => {
  it('I18: goes to the next provider, as a message more', () => {
    const asked: string[] = []
    const decision = decideReceipt(
      row(),
      reported('undelivered', { fault: 'destination' }),
      (_, tried) => {
        asked.push(tried)
        return NEXT
      },
      NOW,
    )
    expect(asked).toEqual(['twilio!'])
    expect(decision?.change).toMatchObject({
      set: { status: 'queued', provider: 'vonage', tried: 'twilio!', ambiguous: 1 },
      ...{ dueAfterMs: 0, notAfter: NOW + 455_000, eraseIfUnsendable: false },
    })
    expect(decision?.change.events[0]).toEqual({
      type: 'delivery.undelivered',
      details: {
        ...{ channel: 'sms', provider: 'twilio', send: 1, attempt: 1, error: '30034' },
        ...{ fault: 'destination', next_provider: 'vonage' },
      },
    })
    const fault = 'destination'
    expect(decision?.receipt).toEqual({ state: 'undelivered', at: NOW, code: '30034', fault })
  })

  it.each<[string, Partial<ReportedDelivery>, Partial<Receipt>, (NextProvider | undefined)?]>([
    ['by fault of the recipient', {}, { fault: 'recipient' }],
    ['I17: of a verification that has ended', { verificationStatus: 'approved' }, {}],
    ['I17: of a message that a newer one replaced', { sends: 2 }, {}],
    ['of a call that was answered without a key', { channel: 'voice' }, {}],
    ['with under 45 s left', { expiresAt: NOW + 44_999 }, {}],
    ['whose code is gone', { codeSealed: null }, {}],
    ['after two others that may have arrived', { ambiguous: 2 }, {}],
    ['with nobody left', {}, {}, undefined],
    ['where all had their turn', {}, {}, { ...NEXT, isNewRound: true }],
    ['where the next is to be left alone', {}, {}, { ...NEXT, notBefore: NOW + 456_000 }],
  ])('is over: %s', (_, change, receipt, ...after) => {
    const then = () => (after.length === 0 ? NEXT : after[0])
    const decision = decide('undelivered', change, receipt, then)
    expect(decision?.change).toMatchObject({
      set: { status: 'undelivered', dueAt: null, errorCode: '30034' },
      eraseIfUnsendable: true,
    })
    expect(decision?.change.events[0]?.details).not.toHaveProperty('next_provider')
  })

  it('of a call that was not connected goes to the next provider', () => {
    const decision = decide('undelivered', { channel: 'voice' }, { fault: 'message' })
    expect(decision?.change.set).toMatchObject({ status: 'queued', provider: 'vonage' })
  })

  it.each<[string, Partial<ReportedDelivery>]>([
    ['another try is on its way', { status: 'sending', tries: 2 }],
    ['another try was accepted', { tries: 2 }],
    ['another try is planned', { status: 'queued', tryResult: 'retry', ambiguous: 1 }],
    ['another try delivered it', { status: 'delivered', tries: 2 }],
    ['it was given up', { status: 'failed', tryResult: 'failed' }],
  ])('starts nothing where %s', (_, change) => {
    expect(decide('undelivered', change)?.change).toMatchObject({ set: {} })
  })

  it('by fault of the recipient ends what is planned', () => {
    const planned = { status: 'queued', tryResult: 'retry', ambiguous: 1 } as const
    const decision = decide('undelivered', planned, { fault: 'recipient' })
    expect(decision?.change.set).toMatchObject({ status: 'undelivered', dueAt: null })
  })
})

const TOKEN = 'a-token-of-tests'
const TRY = 'att_0123456789abcdefghijklmnopqrstuv_1_1'
const keyring = createKeyring([Buffer.alloc(32, 1)])
const urls = createCallbackUrls({ publicUrl: 'https://verify.example.com', keyring })
const tokens = createReturnTokens(keyring)

type Posted = { url?: string; token?: string; fields?: Record<string, string>; method?: string }

/** As Twilio posts it, signed by its own package. */
function callback({ url = urls.of('twilio', TRY), token = TOKEN, ...rest }: Posted = {}): Callback {
  const fields = rest.fields ?? { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+1 & ü=' }
  const signature = getExpectedTwilioSignature(token, url, fields)
  return {
    ...{ method: rest.method ?? 'POST', url, query: new URL(url).searchParams },
    headers: { 'x-twilio-signature': signature },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  }
}

describe('C27: Twilio’s receipts', () => {
  const reader = createTwilioReceipts(TOKEN)
  const signal = AbortSignal.timeout(60_000)
  const isSigned = (one: Callback) => reader.verify(one, NOW, signal)

  it.each([
    urls.of('twilio', TRY),
    'https://verify.example.com:443/receipts/twilio?try=1&mac=2',
    'https://verify.example.com:8443/receipts/twilio:eu?try=1&mac=2',
    'http://[2001:db8::1]:8080/receipts/twilio?try=%41&mac=2',
  ])('are signed as Twilio’s own package signs: %s', (url) => {
    const posted = callback({ url })
    expect(isSigned(posted)).toBe(true)
    const { 'x-twilio-signature': signature = '' } = posted.headers
    const fields = Object.fromEntries(new URLSearchParams(Buffer.from(posted.body).toString()))
    expect(validateRequest(TOKEN, signature, url, fields)).toBe(true)
  })

  it.each<[string, Callback]>([
    ['by another token', callback({ token: 'another' })],
    ['for another URL', { ...callback(), url: urls.of('twilio', `${TRY}0`) }],
    ['over other fields', { ...callback(), body: Buffer.from('MessageStatus=delivered') }],
    ['not at all', { ...callback(), headers: {} }],
    ['as a GET', callback({ method: 'GET' })],
  ])('C27: are refused where they are signed %s', (_, posted) => {
    expect(isSigned(posted)).toBe(false)
  })

  it.each<[Record<string, string>, unknown]>([
    [{ MessageStatus: 'queued' }, []],
    [{ MessageStatus: 'constructor' }, []],
    [{ SmsSid: 'SM1' }, undefined],
    [{ MessageStatus: 'sent' }, [{ state: 'sent', error: null }]],
    [{ SmsStatus: 'delivered', SmsSid: 'SM2' }, [{ state: 'delivered', reference: 'SM2' }]],
    [
      { MessageStatus: 'undelivered', ErrorCode: '30005' },
      [{ state: 'undelivered', error: { code: '30005' }, fault: 'recipient', suppress: 'unknown' }],
    ],
    [
      { MessageStatus: 'failed', ErrorCode: '30034' },
      [{ state: 'undelivered', fault: 'destination', suppress: null }],
    ],
    [
      { MessageStatus: 'undelivered', ErrorCode: '30008' },
      [{ error: { code: '30008', message: 'the provider reported 30008' }, fault: null }],
    ],
    [{ MessageStatus: 'undelivered', ErrorCode: '<b>' }, [{ error: null, fault: null }]],
  ])('%j is read', async (fields, expected) => {
    const read = await reader.read(callback({ fields }))
    if (expected === undefined) expect(read).toBeUndefined()
    else expect(read).toMatchObject(expected as object[])
    expect(read?.length).toBe((expected as unknown[] | undefined)?.length)
  })

  it('are asked for with each message, where there is a URL', () => {
    const callbackUrl = urls.of('twilio', TRY)
    const asked = `${callbackUrl}#rc=5&rp=all&ct=2000&rt=4000`
    expect(statusCallback(smsMessage({ callbackUrl }))).toEqual([['StatusCallback', asked]])
    expect(statusCallback(smsMessage())).toEqual([])
  })
})

it('C49: a decoy arrives as recent messages of its provider did, or stays sent where none has', async () => {
  vi.useFakeTimers()
  try {
    const receive = vi.fn(async () => ({ kind: 'unknown' }) as const)
    const outbox = { receive }
    const decoys = createDecoyReceipts({ outbox, clock: fixedClock })
    const claim = { channel: 'sms', provider: 'twilio', tryId: TRY, startedAt: NOW - 500 } as const
    decoys.follow(claim)
    decoys.learn({ channel: 'sms', provider: 'vonage' }, 1)
    decoys.follow(claim)
    expect(vi.getTimerCount()).toBe(0)
    decoys.learn({ channel: 'sms', provider: 'twilio' }, 3_000)
    decoys.follow(claim)
    await vi.advanceTimersByTimeAsync(2_499)
    expect(receive).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(receive).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ key: { provider: 'twilio', tryId: TRY, reference: null } }),
    )
  } finally {
    vi.useRealTimers()
  }
})

const DELIVERED: Receipt = {
  ...{ kind: 'receipt', tryId: TRY, reference: null, state: 'delivered' },
  ...{ error: null, fault: null, suppress: null, at: null },
}

describe('where providers report', () => {
  const VERIFICATION = 'vrf_0123456789abcdefghijklmnopqrstuv'
  const open = (of: 'real' | 'decoy' = 'real') => {
    const recipient = {
      ...{ verificationId: VERIFICATION, service: 'shop' },
      recipientSealed: keyring.seal('+14155552671', recipientContext(VERIFICATION)),
    }
    const about = { channel: 'sms', country: 'IN', of, recipient } as const
    const receive = vi.fn<Outbox['receive']>(async () => ({ kind: 'known', ...about }))
    const record = vi.fn()
    const [add, start] = [vi.fn(async () => undefined), vi.fn(async () => undefined)]
    const lines: string[] = []
    const log = (fields: object, text: string) =>
      void lines.push(`${JSON.stringify(fields)} ${text}`)
    const verify = vi.fn(createTwilioReceipts(TOKEN).verify)
    const read = vi.fn(createTwilioReceipts(TOKEN).read)
    const provider = (name: string) => ({
      ...{ name, channels: ['sms'] as const, receipts: { url: 'message' as const, verify, read } },
      send: async () => ({ kind: 'accepted', reference: null }) as const,
    })
    const textProvider = {
      ...provider('texts'),
      receipts: {
        ...{ url: 'message' as const, takesTexts: true as const, verify: () => true },
        read: () => [{ kind: 'stop' as const, recipient: '+14155552671' }, DELIVERED],
      },
    }
    const batches = {
      ...provider('batches'),
      receipts: {
        ...{ url: 'account' as const, batchBytes: 1024 * 1024, verify: () => true },
        read: () =>
          ['m1', 'm2', 'm3'].map((reference) => ({ ...DELIVERED, tryId: null, reference })),
      },
    }
    const take = createTake({
      ...{ outbox: { receive }, keyring, clock: fixedClock, suppress: { add, start } },
      ...{ next: () => NEXT, decoys: { learn: () => {} }, rests: { record } },
      ...{ wake: () => {}, onReceipt: () => {}, onFailover: () => {} },
    })
    const desk = createReceiptDesk({
      publicUrl: 'https://verify.example.com',
      providers: [provider('twilio'), provider('twilio:eu'), textProvider, batches],
      suppress: { add, start },
      servicesBy: (name) => (name === 'texts' ? ['shop', 'bank'] : []),
      ...{ urls, tokens, take, clock: fixedClock },
      logger: { debug: log, info: log, warn: log, error: log },
    })
    return { desk, receive, verify, read, lines, add, start, record, about }
  }

  it('takes one for the try of its URL, whatever else it says', async () => {
    const { desk, receive } = open()
    expect(desk.paths).toEqual(['twilio', 'twilio:eu', 'texts', 'batches'])
    expect(desk.room('twilio', callback())).toMatchObject({ bytes: 16 * 1024 })
    expect(await desk.take('twilio', callback())).toBe('taken')
    expect(receive).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        key: { provider: 'twilio', tryId: TRY, reference: 'SM1' },
        reported: expect.objectContaining({ state: 'delivered' }),
      }),
    )
  })

  it.each<[string, string, string]>([
    ['another try’s MAC', 'twilio', urls.of('twilio', TRY).replace('_1_1', '_1_2')],
    ['another provider’s MAC', 'twilio:eu', urls.of('twilio', TRY).replace('twilio', 'twilio:eu')],
    ['no MAC', 'twilio', `https://verify.example.com/receipts/twilio?try=${TRY}`],
    ['a MAC that is none', 'twilio', `${urls.of('twilio', TRY)}=`],
  ])('C55: %s is refused before the signature is looked at', async (_, name, url) => {
    const { desk, receive, verify } = open()
    expect(desk.room(name, callback({ url }))).toBe('refused')
    expect(await desk.take(name, callback({ url }))).toBe('refused')
    expect(verify).not.toHaveBeenCalled()
    expect(receive).not.toHaveBeenCalled()
  })

  it('C55: one that is not signed is not read; a line a minute tells, without its content', async () => {
    const { desk, receive, read, lines } = open()
    for (let n = 0; n < 50; n += 1)
      expect(await desk.take('twilio', callback({ token: 'another' }))).toBe('refused')
    expect(read).not.toHaveBeenCalled()
    expect(receive).not.toHaveBeenCalled()
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain(TRY)
  })

  it('C55: a URL of a key that rotated out of use is still ours, that of a stranger is not', () => {
    const rotated = createKeyring([Buffer.alloc(32, 2), Buffer.alloc(32, 1)])
    const strange = createKeyring([Buffer.alloc(32, 2)])
    const { searchParams } = new URL(urls.of('twilio', TRY))
    const read = (ring: typeof keyring) =>
      createCallbackUrls({ publicUrl: '', keyring: ring }).tryOf('twilio', searchParams)
    expect([read(rotated), read(strange)]).toEqual([TRY, undefined])
  })

  it('C59: suppresses an unknown number, though it is known that nothing arrived, and no decoy', async () => {
    const lost = callback({ fields: { MessageStatus: 'undelivered', ErrorCode: '30005' } })
    for (const of of ['decoy', 'real'] as const) {
      const { desk, add } = open(of)
      expect(await desk.take('twilio', lost)).toBe('taken')
      expect(add.mock.calls).toEqual(
        of === 'decoy'
          ? []
          : [
              [
                {
                  ...{ service: 'shop', channel: 'sms', to: '+14155552671', reason: 'unknown' },
                  ...{ provider: 'twilio', code: '30005' },
                },
              ],
            ],
      )
    }
  })

  it('C56: a country that is refused by receipt rests there, once', async () => {
    const lost = callback({ fields: { MessageStatus: 'undelivered', ErrorCode: '30034' } })
    const { desk, receive, record, about } = open()
    await desk.take('twilio', lost)
    expect(record).not.toHaveBeenCalled()
    const moved = { ...about, kind: 'moved', from: 'twilio', afterMs: 1, requeued: null } as const
    receive.mockResolvedValue(moved)
    await desk.take('twilio', lost)
    await desk.take('twilio', callback({ fields: { MessageStatus: 'undelivered' } }))
    expect(record).toHaveBeenCalledExactlyOnceWith(
      { channel: 'sms', provider: 'twilio', country: 'IN' },
      expect.objectContaining({ kind: 'permanent', fault: 'destination' }),
      NOW,
    )
  })

  it('C59: a STOP comes without a MAC, is heard for each service, and brings no receipt along', async () => {
    const { desk, add, receive } = open()
    const url = 'https://verify.example.com/receipts/texts'
    expect(await desk.take('texts', callback({ url }))).toBe('taken')
    expect(add.mock.calls).toMatchObject([
      [{ service: 'shop', to: '+14155552671', reason: 'stop', code: null }],
      [{ service: 'bank', to: '+14155552671', reason: 'stop', code: null }],
    ])
    expect(receive).not.toHaveBeenCalled()
    // With a try it is a receipt, whose MAC is missing.
    expect(await desk.take('texts', callback({ url: `${url}?try=${TRY}` }))).toBe('refused')
  })

  it('C55: of a batch, one that cannot be taken holds up no other; a store that is down is asked once', async () => {
    const { desk, receive } = open()
    const keysOf = () => receive.mock.calls.map(([{ key }]) => key.reference)
    receive.mockRejectedValueOnce(new UnknownKeyError('k1'))
    await expect(desk.take('batches', callback())).rejects.toThrow(UnknownKeyError)
    expect(keysOf()).toEqual(['m1', 'm2', 'm3'])
    receive.mockClear()
    receive.mockRejectedValueOnce(new StoreUnavailableError('away'))
    await expect(desk.take('batches', callback())).rejects.toThrow('away')
    expect(keysOf()).toEqual(['m1'])
  })

  it('C55: a batch has a megabyte, before anything proves whose it is; four at once, and short ones beside them', () => {
    const { desk, lines } = open()
    const roomFor = (headers: Record<string, string>) =>
      desk.room('batches', { ...callback(), headers })
    const long = { 'content-length': '16385' }
    const given = [long, { 'transfer-encoding': 'chunked' }, long, long].map(roomFor)
    for (const room of given) expect(room).toMatchObject({ bytes: 1024 * 1024 })
    for (const refused of [long, { 'transfer-encoding': 'chunked' }])
      expect(roomFor(refused)).toBe('busy')
    for (const short of [{}, { 'content-length': '16384' }])
      expect(roomFor(short)).toMatchObject({ bytes: 16 * 1024 })
    expect(lines).toEqual([expect.stringContaining('a long report was refused')])
    for (const room of given) if (typeof room === 'object') room.leave()
    for (const _ of given) expect(roomFor(long)).toMatchObject({ bytes: 1024 * 1024 })
    expect(roomFor(long)).toBe('busy')
  })

  it('answers nobody’s and unreadable ones as such', async () => {
    const { desk } = open()
    expect(await desk.take('vonage', callback())).toBe('nobody')
    expect(await desk.take('twilio', callback({ fields: { x: 'y' } }))).toBe('unreadable')
  })
})
