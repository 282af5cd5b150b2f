// Receipts end to end, over real sockets: Twilio (a double of it) reports that a message did not arrive, the next account sends
// the same code, and reports that it did.

import { createHmac } from 'node:crypto'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterEach, expect, it } from 'vitest'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import {
  ADMIN_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
  waitForLine,
} from './service-process.ts'

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const PUBLIC_URL = 'https://verify.example.com'
const TOKENS = { first: 'a-token-of-the-first', second: 'a-token-of-the-second' }

function account(prefix: string, token: string, { url }: FaultServer) {
  return {
    [`${prefix}_ACCOUNT_SID`]: 'AC0123456789abcdef0123456789abcdef',
    [`${prefix}_AUTH_TOKEN`]: token,
    [`${prefix}_FROM`]: '+15005550006',
    [`${prefix}_BASE_URL`]: url,
  }
}

/** Nothing is sent by it: its webhook is set up. */
const WHATSAPP = {
  ...{ WHATSAPP_CLOUD_ACCESS_TOKEN: 'x', WHATSAPP_CLOUD_PHONE_NUMBER_ID: '106540352242922' },
  ...{ WHATSAPP_CLOUD_TEMPLATE: 'otp', WHATSAPP_CLOUD_APP_SECRET: 'x' },
  ...{ WHATSAPP_CLOUD_VERIFY_TOKEN: 'a-token-of-the-webhook' },
}

/** As Meta asks when a webhook is set up. */
async function shakeHands(service: ServiceProcess, token: string) {
  const query = new URLSearchParams({
    ...{ 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': token },
  })
  const response = await fetch(`${service.url}/receipts/whatsapp_cloud?${query}`)
  return [response.status, response.headers.get('content-type'), await response.text()]
}

/** The message, as the provider got it. */
const sentTo = ({ seen }: FaultServer) => {
  const form = new URLSearchParams(seen[0]?.body)
  const [callback = '', overrides] = (form.get('StatusCallback') ?? '').split('#')
  return { text: form.get('Body') ?? '', callback, overrides }
}

/** As Twilio does, except for the way to us. */
async function report(
  service: ServiceProcess,
  callback: string,
  token: string,
  fields: Record<string, string>,
) {
  const response = await fetch(callback.replace(PUBLIC_URL, service.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': getExpectedTwilioSignature(token, callback, fields),
    },
    body: new URLSearchParams(fields),
  })
  return response.status
}

/** As Meta reports what became of many messages, in pieces or whole. */
async function reportBatch({ url }: ServiceProcess, length: number, secret: string) {
  const status = { status: 'delivered', timestamp: '1800000000' }
  const statuses = Array.from({ length }, (_, n) => ({
    ...status,
    id: `wamid.${'x'.repeat(60)}${n}`,
  }))
  const body = JSON.stringify({ entry: [{ changes: [{ value: { statuses } }] }] })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = { 'x-hub-signature-256': `sha256=${signature}` }
  const sent = [body, new Blob([body]).stream()].map((given) =>
    fetch(`${url}/receipts/whatsapp_cloud`, {
      ...{ method: 'POST', headers, body: given, duplex: 'half' },
    } as RequestInit),
  )
  return (await Promise.all(sent)).map((answer) => answer.status)
}

it('C55: an undelivered message goes to the next provider; forged and repeated reports change nothing', async () => {
  const [first, second] = [await startFaultServer(), await startFaultServer()]
  opened.push(first, second)
  first.behave(answer(201, '{"sid":"SM1","status":"queued"}'))
  second.behave(answer(201, '{"sid":"SM2","status":"queued"}'))
  const directory = temporaryDirectory()
  opened.push({ close: directory.remove })
  const service = await startService(directory.path, {
    ...account('TWILIO', TOKENS.first, first),
    ...account('TWILIO__EU', TOKENS.second, second),
    ...{ PUBLIC_URL, DEVELOPMENT_NETWORK: 'open', SMS_ROUTES: 'twilio, twilio:eu' },
    ...WHATSAPP,
  })
  opened.push({ close: () => service.stop() })
  const started = await service.post('/verify/start', { to: '+14155552672' })
  const { id } = started.body
  await waitFor('the message', () => first.seen[0])
  const { text, callback, overrides } = sentTo(first)
  expect(callback).toMatch(
    /^https:\/\/verify\.example\.com\/receipts\/twilio\?try=att_\w+_1_1&mac=/,
  )
  expect(overrides).toBe('rc=5&rp=all&ct=2000&rt=4000')

  const lost = { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30034' }
  const forged = callback.replace(/mac=.{4}/, 'mac=AAAA')
  expect(await report(service, forged, TOKENS.first, lost)).toBe(401)
  expect(await report(service, callback, TOKENS.second, lost)).toBe(401)
  const elsewhere = callback.replace('receipts/twilio', 'receipts/twilio:eu')
  expect(await report(service, elsewhere, TOKENS.second, lost)).toBe(401)
  expect(await report(service, callback, TOKENS.first, { ...lost, x: 'x'.repeat(17_000) })).toBe(
    413,
  )
  const deliveryOf = async () => (await service.get(`/verify/${id}`)).body.delivery_status
  await waitFor('its answer', async () => ((await deliveryOf()) === 'sent' ? true : undefined))

  expect(await report(service, callback, TOKENS.first, lost)).toBe(204)
  expect(await report(service, callback, TOKENS.first, lost)).toBe(204)
  await waitFor('the message by the other account', () => second.seen[0])
  expect(sentTo(second).text).toBe(text)
  expect(first.seen).toHaveLength(1)
  const arrived = { MessageSid: 'SM2', MessageStatus: 'delivered' }
  const { callback: ofSecond } = sentTo(second)
  expect(ofSecond).toContain('/receipts/twilio:eu?')
  expect(await report(service, ofSecond, TOKENS.second, arrived)).toBe(204)
  expect(await deliveryOf()).toBe('delivered')

  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  const shown = (await service.get(`/admin/api/verifications/${id}`, admin)).body
  expect(shown.tries).toMatchObject([
    { provider: 'twilio', fault: 'destination', receipt: { state: 'undelivered', code: '30034' } },
    { provider: 'twilio:eu', fault: null, receipt: { state: 'delivered', code: null } },
  ])
  const types = shown.events.map(({ type }: { type: string }) => type)
  expect(types.slice(-4)).toEqual([
    ...['delivery.undelivered', 'delivery.attempted', 'delivery.sent', 'delivery.delivered'],
  ])
  const metrics = (await service.get('/metrics', admin)).body
  expect(metrics).toContain('countersign_receipts_total{provider="twilio:eu",state="delivered"} 1')
  await waitForLine(service, 'a receipt was refused')
  expect(service.output()).not.toMatch(/4155552672|mac=|att_/)
  const reply = [200, 'text/plain; charset=UTF-8', '1158201444']
  expect(await shakeHands(service, WHATSAPP.WHATSAPP_CLOUD_VERIFY_TOKEN)).toEqual(reply)
  expect((await shakeHands(service, 'another token'))[0]).toBe(401)
  expect(await reportBatch(service, 200, WHATSAPP.WHATSAPP_CLOUD_APP_SECRET)).toEqual([204, 204])
  expect(await reportBatch(service, 200, 'another')).toEqual([401, 401])
  expect(await reportBatch(service, 9_000, WHATSAPP.WHATSAPP_CLOUD_APP_SECRET)).toEqual([413, 413])
  const looked = await fetch(`${service.url}/receipts/whatsapp_cloud`, { method: 'HEAD' })
  expect([looked.status, looked.headers.get('allow')]).toEqual([405, 'POST'])
})
