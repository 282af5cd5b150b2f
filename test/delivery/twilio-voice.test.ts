// Calls by Twilio: the request, what Twilio asks while a call goes on, and what it reports at its end; beside its own package.

import twilio from 'twilio'
import RequestClient from 'twilio/lib/base/RequestClient.js'
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { CallPage } from '../../src/delivery/calls/ports.ts'
import type { Fault } from '../../src/delivery/ports.ts'
import { createCallReceipts } from '../../src/delivery/providers/twilio/call-receipts.ts'
import { twilioCall } from '../../src/delivery/providers/twilio/twiml.ts'
import { createTwilioVoice, twilioVoiceEntry } from '../../src/delivery/providers/twilio/voice.ts'
import type { Callback } from '../../src/delivery/receipts/ports.ts'
import { LANGUAGES } from '../../src/delivery/templates/texts.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const ACCOUNT = {
  accountSid: 'AC0123456789abcdef0123456789abcdef',
  authToken: 'a-token-of-tests',
  from: '+15005550006',
}
const TRY = 'att_0123456789abcdefghijklmnopqrstuv_1_1'
const callUrl = `https://verify.example.com/calls/twilio?try=${TRY}&mac=x`
const callbackUrl = `https://verify.example.com/receipts/twilio?try=${TRY}&mac=y`
const MESSAGE = smsMessage({ channel: 'voice', size: null, callUrl, callbackUrl })

describeHttpProvider(
  'twilio (voice)',
  (baseUrl, http) => createTwilioVoice({ ...ACCOUNT, baseUrl }, { http, clock: fixedClock }),
  MESSAGE,
  answer(200, '{"sid":"CA1"}'),
)

describe('a call by Twilio', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(answer(201, '{"sid":"CA1","status":"queued"}'))
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const send = (message = MESSAGE) =>
    createTwilioVoice({ ...ACCOUNT, baseUrl: server.url }, { http, clock: fixedClock }).send(
      message,
      AbortSignal.timeout(PATIENCE_MS),
    )

  it('is asked for as the official client asks, and nothing of it has the code', async () => {
    expect(await send()).toEqual({ kind: 'accepted', reference: 'CA1' })
    const client = new RequestClient()
    const httpClient = {
      request: (options: Parameters<RequestClient['request']>[0]) =>
        client.request({
          ...options,
          uri: options.uri.replace('https://api.twilio.com', server.url),
        }),
    } as RequestClient
    const { accountSid, authToken, from } = ACCOUNT
    await twilio(accountSid, authToken, { httpClient }).calls.create({
      ...{ to: MESSAGE.to, from, url: callUrl, timeout: 40, timeLimit: 120 },
      statusCallback: `${callbackUrl}#rc=5&rp=all&ct=2000&rt=4000`,
    })
    const [ours, official] = server.seen.slice(-2).map(({ method, url, headers, body }) => ({
      ...{ method, url, authorization: headers.authorization, type: headers['content-type'] },
      fields: [...new URLSearchParams(body)].sort(),
    }))
    expect(ours).toEqual(official)
    expect(JSON.stringify(server.seen)).not.toContain(MESSAGE.code)
  })

  it('is not made where Twilio could not ask what to say', async () => {
    const before = server.seen.length
    const result = await send({ ...MESSAGE, callUrl: null })
    expect(result).toMatchObject({ fault: 'account', error: { code: 'no_public_url' } })
    expect(server.seen.length).toBe(before)
  })

  it.each<[Fault, number, number[]]>([
    ['recipient', 400, [21211, 21214, 21216, 21217]],
    ['destination', 400, [21215, 21219]],
    ['account', 400, [21210, 21212]],
    ['message', 400, [21205]],
  ])('C53: the fault is of the %s: %i with each of %j', async (fault, status, codes) => {
    for (const code of codes) {
      server.behave(answer(status, JSON.stringify({ code, status })))
      expect(await send()).toMatchObject({ kind: 'permanent', fault, error: { code: `${code}` } })
    }
  })

  it.each(['Countersign', 'MG0123456789abcdef0123456789abcdef', '0150', '+0155501234'])(
    'has a number as its caller, not %s',
    (from) => {
      const values = {
        ...{ TWILIO_ACCOUNT_SID: 'AC0', TWILIO_AUTH_TOKEN: 'x', TWILIO_VOICE_FROM: from },
        TWILIO_BASE_URL: 'https://api.twilio.com',
      }
      expect(() => twilioVoiceEntry.read(values)).toThrow(/^TWILIO_VOICE_FROM: is not a number/)
    },
  )
})

function posted(fields: Record<string, string>, token = ACCOUNT.authToken): Callback {
  return {
    ...{ method: 'POST', url: callbackUrl, query: new URL(callbackUrl).searchParams },
    headers: { 'x-twilio-signature': getExpectedTwilioSignature(token, callbackUrl, fields) },
    body: Buffer.from(new URLSearchParams(fields).toString()),
  }
}

describe('what Twilio reports of a call', () => {
  const reader = createCallReceipts(ACCOUNT.authToken)
  const verify = (one: Callback) => reader.verify(one, NOW, AbortSignal.timeout(PATIENCE_MS))

  it.each<[string, string, Fault | null]>([
    ['busy', 'the line is busy', 'recipient'],
    ['no-answer', 'nobody answered', 'recipient'],
    ['failed', 'it could not be sent, or the call could not be connected', 'message'],
    ['canceled', 'the call was canceled', 'message'],
    ['completed', 'no key was pressed', null],
  ])('C26: %s: it told nobody its code', (status, message, fault) => {
    const read = reader.read(posted({ CallSid: 'CA1', CallStatus: status, CallDuration: '3' }))
    const about = { kind: 'receipt', tryId: TRY, reference: 'CA1', suppress: null, at: null }
    const error = { code: status, message }
    expect(read).toEqual([{ ...about, state: 'undelivered', error, fault }])
  })

  it.each(['queued', 'initiated', 'ringing', 'in-progress', 'constructor'])(
    '%s says nothing new',
    (status) => {
      expect(reader.read(posted({ CallSid: 'CA1', CallStatus: status }))).toEqual([])
    },
  )

  it('C27: another’s signature, another body, another method, or a text message are refused', () => {
    const fields = { CallSid: 'CA1', CallStatus: 'busy' }
    expect(verify(posted(fields))).toBe(true)
    expect(verify(posted(fields, 'another'))).toBe(false)
    expect(verify({ ...posted(fields), method: 'GET' })).toBe(false)
    const cut = { ...posted(fields), body: Buffer.from('CallSid=CA1&CallStatus=bus') }
    expect(verify(cut)).toBe(false)
    expect(reader.read(posted({ MessageSid: 'SM1', MessageStatus: 'delivered' }))).toBeUndefined()
  })
})

describe('what a call by Twilio says', () => {
  /** As Twilio's own package writes it. */
  const spoken = (say: (response: VoiceResponse) => void) => {
    const response = new VoiceResponse()
    say(response)
    return response.toString()
  }
  const german = { voice: 'Google.de-DE-Standard-A', language: 'de-DE' } as const

  it.each<[CallPage, string]>([
    [
      { kind: 'prompt', locale: 'de', text: 'Taste R&D <drücken>', url: callUrl },
      spoken((response) => {
        response
          .gather({
            ...{ input: ['dtmf'], numDigits: 1, finishOnKey: '', timeout: 5 },
            ...{ action: callUrl, method: 'POST' },
          })
          .say({ ...german, loop: 2 }, 'Taste R&D <drücken>')
      }),
    ],
    [
      { kind: 'code', locale: 'de', texts: ['Ihr Code: 1, 2', 'Ihr Code: 1, 2'] },
      spoken((response) => {
        response.say(german, 'Ihr Code: 1, 2')
        response.pause({ length: 1 })
        response.say(german, 'Ihr Code: 1, 2')
        response.hangup()
      }),
    ],
    [
      { kind: 'over', locale: 'de', text: 'Ende' },
      spoken((response) => {
        response.say(german, 'Ende')
        response.hangup()
      }),
    ],
  ])('is what its own package writes: %j', (page, expected) => {
    expect(twilioCall.write(page)).toEqual({ type: 'text/xml; charset=utf-8', body: expected })
  })

  it('has a voice for each language but Persian, which Twilio knows', async () => {
    expect(LANGUAGES.filter((tag) => !twilioCall.speaks(tag))).toEqual(['fa'])
    expect(twilioCall.speaks('constructor')).toBe(false)
    const { readFileSync } = await import('node:fs')
    const types = readFileSync('node_modules/twilio/lib/twiml/VoiceResponse.d.ts', 'utf8')
    for (const locale of LANGUAGES.filter(twilioCall.speaks)) {
      const { body } = twilioCall.write({ kind: 'over', locale, text: '' })
      const [, voice] = /voice="([^"]+)"/.exec(body) ?? []
      expect(types).toContain(`"${voice}"`)
    }
  })

  it.each<[Record<string, string>, string | undefined]>([
    [{ CallSid: 'CA1', CallStatus: 'in-progress' }, 'answered'],
    [{ CallSid: 'CA1', Digits: '' }, 'answered'],
    [{ CallSid: 'CA1', Digits: '#' }, 'key'],
    [{ Digits: '1' }, undefined],
  ])('asked with %j it is %s', (fields, event) => {
    expect(twilioCall.read(posted(fields))).toBe(event)
  })
})
