// Codes on WhatsApp by Twilio: the request beside that of its own client, its settings, its codes, and who reads its callbacks.

import twilio from 'twilio'
import RequestClient from 'twilio/lib/base/RequestClient.js'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Fault, HttpClient } from '../../src/delivery/ports.ts'
import { createTwilioReceipts } from '../../src/delivery/providers/twilio/receipts.ts'
import { twilioWhatsAppEntry } from '../../src/delivery/providers/twilio/whatsapp.ts'
import type { Callback } from '../../src/delivery/receipts/ports.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const SID = (digit: string) => `HX${digit.repeat(32)}`
const TOKEN = 'a-token-of-tests'
const ACCOUNT_SID = 'AC0123456789abcdef0123456789abcdef'
const VALUES = {
  ...{ TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: TOKEN },
  ...{ TWILIO_WHATSAPP_FROM: '+15005550006', TWILIO_WHATSAPP_CONTENT_SID: SID('a') },
}
const create = (baseUrl: string, http: HttpClient, values: object = {}) => {
  const all = { ...VALUES, TWILIO_BASE_URL: baseUrl, ...values }
  return twilioWhatsAppEntry.create(all, { http, clock: fixedClock })
}
const MESSAGE = smsMessage({ channel: 'whatsapp', size: null })
const TAKEN = answer(201, '{"sid":"MM1","status":"queued"}')

describeHttpProvider(
  'twilio (whatsapp)',
  (baseUrl, http) => create(baseUrl, http),
  MESSAGE,
  answer(200, '{"sid":"MM1"}'),
)

describe('WhatsApp by Twilio', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const send = async (values: object = {}, change: Partial<typeof MESSAGE> = {}) => {
    const provider = create(server.url, http, values)
    const result = await provider.send({ ...MESSAGE, ...change }, AbortSignal.timeout(PATIENCE_MS))
    return { result, fields: new URLSearchParams(server.seen.at(-1)?.body) }
  }

  it.each([
    ['+15005550006', { from: 'whatsapp:+15005550006' }],
    ['whatsapp:+15005550006', { from: 'whatsapp:+15005550006' }],
    [`MG${'0'.repeat(32)}`, { messagingServiceSid: `MG${'0'.repeat(32)}` }],
  ])('sends from %s what the official client sends, and no text of ours', async (from, sender) => {
    server.behave(TAKEN)
    const callbackUrl = 'https://verify.example.com/receipts/twilio?try=x&mac=y'
    const { result } = await send({ TWILIO_WHATSAPP_FROM: from }, { callbackUrl })
    expect(result).toEqual({ kind: 'accepted', reference: 'MM1' })
    const client = new RequestClient()
    const httpClient = {
      request: (options: Parameters<RequestClient['request']>[0]) =>
        client.request({
          ...options,
          uri: options.uri.replace('https://api.twilio.com', server.url),
        }),
    } as RequestClient
    await twilio(ACCOUNT_SID, TOKEN, { httpClient }).messages.create({
      ...{ to: `whatsapp:${MESSAGE.to}`, contentSid: SID('a'), ...sender },
      contentVariables: JSON.stringify({ 1: MESSAGE.code }),
      statusCallback: `${callbackUrl}#rc=5&rp=all&ct=2000&rt=4000`,
    })
    const [ours, official] = server.seen.slice(-2).map(({ method, url, headers, body }) => ({
      ...{ method, url, authorization: headers.authorization, type: headers['content-type'] },
      fields: [...new URLSearchParams(body)].sort(),
    }))
    expect(ours).toEqual(official)
    expect(JSON.stringify(ours)).not.toContain('is your Example code')
  })

  it('is asked what became of a message', async () => {
    const body = { sid: 'MM1', status: 'read', price: '-0.0042', price_unit: 'USD' }
    server.behave(answer(200, JSON.stringify(body)))
    const asked = await create(server.url, http).ask?.('MM1', AbortSignal.timeout(PATIENCE_MS))
    expect(asked).toMatchObject({ state: 'delivered', charge: { micros: 4_200, currency: 'USD' } })
    expect(server.seen.at(-1)?.url).toMatch(/\/Messages\/MM1\.json$/)
  })

  it('takes the template of the message’s language, else the first one', async () => {
    server.behave(TAKEN)
    const TWILIO_WHATSAPP_CONTENT_SID = `en_US=${SID('a')}, de = ${SID('b')}, pt_BR=${SID('c')}`
    const sidFor = async (locale: string) =>
      (await send({ TWILIO_WHATSAPP_CONTENT_SID }, { locale })).fields.get('ContentSid')
    expect(await sidFor('de-AT')).toBe(SID('b'))
    expect(await sidFor('pt')).toBe(SID('c'))
    expect(await sidFor('ja')).toBe(SID('a'))
    const values = { ...VALUES, TWILIO_BASE_URL: server.url, TWILIO_WHATSAPP_CONTENT_SID }
    expect(twilioWhatsAppEntry.toTemplate(values, { locale: 'de', code: '123456' })).toEqual({
      ...{ template: SID('b'), language: 'de', variables: { 1: '123456' } },
    })
  })

  it.each([
    ['TWILIO_WHATSAPP_FROM', 'Example'],
    ['TWILIO_WHATSAPP_CONTENT_SID', 'HX1'],
    ['TWILIO_WHATSAPP_CONTENT_SID', `${SID('a')}, de=${SID('b')}`],
    ['TWILIO_WHATSAPP_CONTENT_SID', `de=${SID('a')}, de=${SID('b')}`],
    ['TWILIO_WHATSAPP_CONTENT_SID', `de=${SID('a')},`],
    ['TWILIO_WHATSAPP_CONTENT_SID', 'otp_login'],
  ])('C69: %s may not be %s', (name, value) => {
    const values = { ...VALUES, TWILIO_BASE_URL: server.url, [name]: value }
    expect(() => twilioWhatsAppEntry.read(values)).toThrow(name)
  })

  it.each<[Fault | 'temporary', number[]]>([
    ['recipient', [63003, 63014, 63024, 63031, 63032, 63033, 63049]],
    [
      'message',
      [21655, 21656, 63005, 63006, 63013, 63016, 63021, 63027, 63028, 63040, 63041, 63042],
    ],
    ['account', [63001, 63002, 63007, 63008, 63020, 63038, 63051]],
    ['destination', [63015]],
    ['temporary', [63010, 63012, 63018]],
  ])('C53: %s: %j', async (what, codes) => {
    for (const code of codes) {
      server.behave(answer(400, JSON.stringify({ code, status: 400 })))
      const { result } = await send()
      expect(result.kind).toBe(what === 'temporary' ? what : 'permanent')
      if (what !== 'temporary') expect(result).toMatchObject({ fault: what })
    }
  })
})

describe('what Twilio reports of WhatsApp', () => {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  function posted(fields: Record<string, string>, query = ''): Callback {
    const url = `https://verify.example.com/receipts/twilio${query}`
    const signature = getExpectedTwilioSignature(TOKEN, url, fields)
    const headers = { 'x-twilio-signature': signature }
    const body = Buffer.from(new URLSearchParams(fields).toString())
    return { method: 'POST', url, query: new URL(url).searchParams, headers, body }
  }
  const [texts, whatsapp] = [createTwilioReceipts(TOKEN), createTwilioReceipts(TOKEN, 'whatsapp:')]

  it('a message that was not delivered says whose fault it is', async () => {
    const fields = { MessageSid: 'MM1', To: 'whatsapp:+14155552671', ErrorCode: '63024' }
    const report = posted({ ...fields, MessageStatus: 'undelivered' }, '?try=x&mac=y')
    expect(await whatsapp.verify(report, NOW, signal)).toBe(true)
    expect(await whatsapp.read(report)).toMatchObject([
      { state: 'undelivered', error: { code: '63024' }, fault: 'recipient', suppress: null },
    ])
    const read = posted({ MessageSid: 'MM1', MessageStatus: 'read' }, '?try=x&mac=y')
    expect(await whatsapp.read(read)).toMatchObject([{ state: 'delivered' }])
  })

  it('C59: STOP is for the channel that it was written on', async () => {
    const stop = (From: string) => posted({ From, To: '+15005550006', Body: 'STOP' })
    const said = [{ kind: 'stop', recipient: '+14155552671' }]
    expect(await whatsapp.read(stop('whatsapp:+14155552671'))).toEqual(said)
    expect(await texts.read(stop('+14155552671'))).toEqual(said)
    // The desk asks the other one then.
    expect(await texts.read(stop('whatsapp:+14155552671'))).toBeUndefined()
    expect(await whatsapp.read(stop('+14155552671'))).toBeUndefined()
  })
})
