import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { OutgoingMessage } from '../../src/delivery/ports.ts'
import { ProviderSettingError } from '../../src/delivery/provider-entry.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, mailMessage, NOW, smsMessage } from './messages.ts'

function entryOf(channel: 'sms' | 'email') {
  const entry = PROVIDERS.find((one) => one.name === 'http' && one.channels.includes(channel))
  if (!entry) throw new Error('no entry')
  return entry
}
/** Like config.ts: the defaults of the entry, then the given values. */
function create(channel: 'sms' | 'email', given: Record<string, string>, http = client) {
  const entry = entryOf(channel)
  const defaults = entry.settings.flatMap(({ name, default: value }) =>
    value === undefined ? [] : [[name, value]],
  )
  const values = { ...Object.fromEntries(defaults), ...given }
  return entry.create(values, { http, clock: fixedClock })
}

const client = createHttpClient({ clock: fixedClock })
let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer()
})
afterEach(() => server.behave(answer(200)))
afterAll(async () => {
  await client.close()
  await server.close()
})

async function post(
  channel: 'sms' | 'email',
  given: Record<string, string>,
  message: OutgoingMessage,
) {
  const values = { [`HTTP_${channel.toUpperCase()}_URL`]: `${server.url}/send`, ...given }
  const result = await create(channel, values).send(message, AbortSignal.timeout(PATIENCE_MS))
  const seen = server.seen.at(-1)
  if (!seen) throw new Error('nothing came')
  return { result, seen }
}

const POINTERS = { HTTP_SMS_ID_POINTER: '/id', HTTP_SMS_ERROR_POINTER: '/error' }

describeHttpProvider(
  'http (SMS)',
  (url, http) => create('sms', { HTTP_SMS_URL: `${url}/send` }, http),
  smsMessage(),
)
describeHttpProvider(
  'http (SMS) that has to confirm',
  (url, http) =>
    create('sms', { HTTP_SMS_URL: url, HTTP_SMS_SUCCESS: '/ok=true', ...POINTERS }, http),
  smsMessage(),
  answer(200, '{"ok":true,"id":"m-1"}'),
)
describeHttpProvider(
  'http (mail)',
  (url, http) => create('email', { HTTP_EMAIL_URL: url }, http),
  mailMessage(),
)

const NASTY = 'a"b\\c\n<d>&e\u2028%&=+\u0000{{code}}\'é😀'

describe('the generic gateway', () => {
  it('half of a character in a text does not keep it from being sent', async () => {
    const given = { HTTP_SMS_METHOD: 'GET', HTTP_SMS_URL: `${server.url}/?t={{text}}` }
    const { result, seen } = await post('sms', given, smsMessage({ text: 'a\ud83d 4711' }))
    expect(result.kind).toBe('accepted')
    expect(seen.url).toBe('/?t=a%EF%BF%BD%204711')
  })

  it('posts JSON by default', async () => {
    const { seen } = await post('sms', {}, smsMessage())
    expect(seen.method).toBe('POST')
    expect(seen.headers['content-type']).toBe('application/json')
    expect(JSON.parse(seen.body)).toEqual({
      to: '+14155552671',
      text: '4711471147 is your Example code.',
      id: smsMessage().deliveryId,
    })
    expect(seen.headers['idempotency-key']).toBe(smsMessage().deliveryId)
  })

  it('fills every placeholder of a mail', async () => {
    const body =
      '["{{to}}","{{text}}","{{code}}","{{subject}}","{{html}}","{{verification_id}}","{{attempt_id}}","{{sender}}","{{callback_url}}"]'
    const given = { HTTP_EMAIL_BODY: body, HTTP_EMAIL_SENDER: 'Countersign' }
    const message = mailMessage({ callbackUrl: 'https://verify.example.com/receipts/http?try=x' })
    const { seen } = await post('email', given, message)
    expect(JSON.parse(seen.body)).toEqual([
      message.to,
      message.text,
      message.code,
      message.subject,
      message.html,
      message.verificationId,
      message.tryId,
      'Countersign',
      message.callbackUrl,
    ])
  })

  it('C28: no value breaks out of JSON', async () => {
    const { seen } = await post('sms', {}, smsMessage({ text: NASTY }))
    expect(JSON.parse(seen.body).text).toBe(NASTY)
  })

  it('C28: no value breaks out of a form', async () => {
    const given = {
      HTTP_SMS_HEADERS: '{"Content-Type":"application/x-www-form-urlencoded; charset=utf-8"}',
      HTTP_SMS_BODY: 'to={{to}}&text={{text}}',
    }
    const { seen } = await post('sms', given, smsMessage({ text: NASTY }))
    const form = new URLSearchParams(seen.body)
    expect([...form.keys()]).toEqual(['to', 'text'])
    expect(form.get('text')).toBe(NASTY)
    expect(form.get('to')).toBe('+14155552671')
  })

  it('C28: no value breaks out of XML', async () => {
    const given = {
      HTTP_SMS_HEADERS: '{"content-type":"text/xml"}',
      HTTP_SMS_BODY: '<sms to="{{to}}">{{text}}</sms>',
    }
    const { seen } = await post('sms', given, smsMessage({ text: '</sms>"&\n\u0000x' }))
    expect(seen.body).toBe('<sms to="+14155552671">&#60;/sms&#62;&#34;&#38;&#10;x</sms>')
  })

  it('C28: no value breaks out of the URL, and plain text is left alone', async () => {
    const given = {
      HTTP_SMS_URL: `${server.url}/send?to={{to}}&t={{text}}`,
      HTTP_SMS_HEADERS: '{"content-type":"text/plain"}',
      HTTP_SMS_BODY: '{{text}}',
    }
    const { seen } = await post('sms', given, smsMessage({ text: '&x=1 #\r\nEvil: 1' }))
    const { searchParams } = new URL(seen.url, server.url)
    expect([...searchParams.keys()]).toEqual(['to', 't'])
    expect(searchParams.get('to')).toBe('+14155552671')
    expect(searchParams.get('t')).toBe('&x=1 #\r\nEvil: 1')
    expect(seen.headers.evil).toBeUndefined()
    expect(seen.body).toBe('&x=1 #\r\nEvil: 1')
  })

  it('sends the given method and headers', async () => {
    const given = {
      HTTP_SMS_METHOD: 'put',
      HTTP_SMS_HEADERS: '{"Authorization":"Bearer abc","X-Account":"7"}',
    }
    const { seen } = await post('sms', given, smsMessage())
    expect(seen.method).toBe('PUT')
    expect(seen.headers).toMatchObject({ authorization: 'Bearer abc', 'x-account': '7' })
    expect(seen.headers['content-type']).toBe('application/json')
  })

  it('a GET has its values in the URL and no body', async () => {
    const given = { HTTP_SMS_METHOD: 'GET', HTTP_SMS_URL: `${server.url}/s?to={{to}}&m={{text}}` }
    const { seen } = await post('sms', given, smsMessage())
    expect(seen).toMatchObject({ method: 'GET', body: '' })
    for (const name of ['content-type', 'content-length', 'transfer-encoding'])
      expect(seen.headers).not.toHaveProperty(name)
    expect(seen.url).toBe('/s?to=%2B14155552671&m=4711471147%20is%20your%20Example%20code.')
  })

  it('a user and password in the URL are sent as Basic authentication', async () => {
    const url = server.url.replace('//', '//ada:p%40ss@')
    const { seen } = await post('sms', { HTTP_SMS_URL: `${url}/send` }, smsMessage())
    expect(seen.headers.authorization).toBe(`Basic ${btoa('ada:p@ss')}`)
    expect(seen.url).toBe('/send')
  })

  it('signs by Standard Webhooks where a secret is set', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const { seen } = await post('sms', { HTTP_SMS_SECRET: secret }, smsMessage())
    // The id of its delivery: a receiver that skips known ids skips a message that comes twice.
    expect(seen.headers['webhook-id']).toBe(smsMessage().deliveryId)
    expect(seen.headers['webhook-timestamp']).toBe(String(NOW / 1000))
    const at = new Date(NOW)
    const signature = (key: string) => new Webhook(key).sign(smsMessage().deliveryId, at, seen.body)
    expect(seen.headers['webhook-signature']).toBe(signature(secret))
    const other = Buffer.alloc(32, 8).toString('base64')
    expect(seen.headers['webhook-signature']).not.toBe(signature(other))
  })

  it.each([
    ['/id', '{"id":"m-1"}', 'm-1'],
    ['/messages/0/id', '{"messages":[{"id":42}]}', '42'],
    ['/a~1b/~0c', '{"a/b":{"~c":"x"}}', 'x'],
    ['/id', '{"id":12345678901234567890}', '12345678901234567890'],
    ['/id', '\ufeff{"id":"m-1"}', 'm-1'],
  ])('reads the id at %s of %s', async (pointer, body, reference) => {
    server.behave(answer(200, body))
    const { result } = await post('sms', { HTTP_SMS_ID_POINTER: pointer }, smsMessage())
    expect(result).toEqual({ kind: 'accepted', reference })
  })

  it.each([
    ['HTTP_SMS_URL', 'ftp://example.com'],
    ['HTTP_SMS_URL', 'gateway'],
    ['HTTP_SMS_URL', 'http://a:%zz@127.0.0.1'],
    ['HTTP_SMS_METHOD', 'DELETE'],
    ['HTTP_SMS_HEADERS', '[]'],
    ['HTTP_SMS_HEADERS', '{"a":1}'],
    ['HTTP_SMS_HEADERS', '{"a b":"1"}'],
    ['HTTP_SMS_HEADERS', '{"a":"1\\r\\nb: 2"}'],
    ['HTTP_SMS_SECRET', 'whsec_!'],
    ['HTTP_SMS_ID_POINTER', 'id'],
  ])('names %s when it is %s', (setting, value) => {
    const make = () => create('sms', { HTTP_SMS_URL: 'http://127.0.0.1:1', [setting]: value })
    expect(make).toThrow(ProviderSettingError)
    expect(make).toThrow(`${setting}: `)
  })
})
