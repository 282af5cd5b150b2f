// C54: a chain over three channels, from the first call to the console, with real processes: WhatsApp without a receipt, SMS by
// the second provider because the first one's receipt says undelivered, and no call, because the code was approved meanwhile.

import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, keepPicture, openBrowser, signIn, visit } from '../console/browser.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { type MovedProcess, startMoved } from './moved-process.ts'
import { ADMIN_KEY, temporaryDirectory, waitFor } from './service-process.ts'

const TWILIO_TOKEN = 'an-auth-token-of-twilio'
const VONAGE_SECRET = 'a-signature-secret-of-vonage'

const directory = temporaryDirectory()
const servers: Record<'meta' | 'twilio' | 'vonage', FaultServer> = {} as never
let service: MovedProcess
let browser: Browser | undefined

beforeAll(async () => {
  servers.meta = await startFaultServer(answer(200, '{"messages":[{"id":"wamid.1"}]}'))
  servers.twilio = await startFaultServer(answer(201, '{"sid":"SM1","status":"queued"}'))
  servers.vonage = await startFaultServer(answer(202, '{"message_uuid":"uuid-1"}'))
  if (hasBrowser) browser = await openBrowser()
  const env = {
    PUBLIC_URL: 'https://verify.example.com',
    ...{ DEVELOPMENT_NETWORK: 'open', SMS_ROUTES: 'twilio, vonage' },
    WHATSAPP_CLOUD_ACCESS_TOKEN: 'a-token-of-a-system-user',
    WHATSAPP_CLOUD_PHONE_NUMBER_ID: '123456789012345',
    WHATSAPP_CLOUD_TEMPLATE: 'login_code',
    WHATSAPP_CLOUD_APP_SECRET: 'a-secret-of-the-app',
    WHATSAPP_CLOUD_VERIFY_TOKEN: 'a-token-of-the-webhook',
    WHATSAPP_CLOUD_BASE_URL: servers.meta.url,
    TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
    TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: servers.twilio.url,
    TWILIO_VOICE_FROM: '+15005550007',
    VOICE_COUNTRIES: 'US',
    VONAGE_API_KEY: 'abcd1234',
    VONAGE_API_SECRET: 'a-secret-of-the-api',
    VONAGE_FROM: 'Example',
    VONAGE_SIGNATURE_SECRET: VONAGE_SECRET,
    VONAGE_BASE_URL: servers.vonage.url,
  }
  service = await startMoved(directory.path, env)
})
afterAll(async () => {
  await service?.stop()
  await browser?.close()
  await Promise.all(Object.values(servers).map((one) => one.close()))
  directory.remove()
})

const CHAIN = [
  { channel: 'whatsapp', timeout_seconds: 10 },
  { channel: 'sms', timeout_seconds: 60 },
  'voice',
]

/** Twilio's report of a message, to where its request asked for it. */
async function reportByTwilio(request: string, fields: Record<string, string>): Promise<number> {
  const [callback = ''] = (new URLSearchParams(request).get('StatusCallback') ?? '').split('#')
  const response = await fetch(
    service.url + new URL(callback).pathname + new URL(callback).search,
    {
      method: 'POST',
      headers: { 'x-twilio-signature': getExpectedTwilioSignature(TWILIO_TOKEN, callback, fields) },
      body: new URLSearchParams(fields),
    },
  )
  return response.status
}

const calls = () => servers.twilio.seen.filter(({ url }) => url.endsWith('/Calls.json'))
const texts = () => servers.twilio.seen.filter(({ url }) => url.endsWith('/Messages.json'))

/** @returns the id of a verification whose chain went as far as the second provider's SMS, and its code */
async function untilTheSecondProvider(): Promise<{ id: string; code: string }> {
  const { status, body } = await service.post('/verify/start', {
    to: '+14155550100',
    channels: CHAIN,
  })
  expect([status, body.channel, body.next_step.channel]).toEqual([201, 'whatsapp', 'sms'])
  await waitFor('the message by WhatsApp', () => servers.meta.seen[0])
  const code = /"text":"(\d{6})"/.exec(servers.meta.seen[0]?.body ?? '')?.[1] ?? ''
  await waitFor('its answer', async () => {
    const looked = await service.get(`/verify/${body.id}`)
    return looked.body.delivery_status === 'sent' || undefined
  })

  await service.moveWall(11)
  const text = await waitFor('the SMS by the first provider', () => texts()[0])
  expect(new URLSearchParams(text.body).get('Body')).toContain(code)
  const lost = { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30008' }
  expect(await reportByTwilio(text.body, lost)).toBe(204)
  const second = await waitFor('the SMS by the second provider', () => servers.vonage.seen[0])
  expect(JSON.parse(second.body)).toMatchObject({ to: '14155550100' })
  expect(JSON.parse(second.body).text).toContain(code)
  return { id: body.id, code }
}

const titled = (row: string) => row.split('|').slice(1, 4)

/** `type channel provider` of each row of the table that the documentation shows for this very chain. */
function documentedEvents(): string[] {
  const text = readFileSync('docs/delivery.md', 'utf8')
  const [, table = ''] = text.split('| event | channel | provider |')
  const [rows = ''] = table.split('\n\n')
  return rows
    .split('\n')
    .filter((row) => row.includes('`'))
    .map((row) =>
      titled(row)
        .flatMap((cell) => cell.replaceAll('`', '').trim() || [])
        .join(' '),
    )
}

/** In the order in which they happened. */
async function eventsOf(id: string): Promise<string[]> {
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  const { body } = await service.get(`/admin/api/verifications/${id}`, admin)
  type Told = { type: string; details?: Record<string, unknown> }
  return body.events.map(({ type, details = {} }: Told) =>
    [type, details.channel, details.provider].filter(Boolean).join(' '),
  )
}

/** As an admin sees it who looks why somebody's code came so late. */
async function shownInConsole(id: string): Promise<void> {
  if (!browser) return
  await visit(browser, {}, async (page) => {
    await signIn(page, service.url, ADMIN_KEY)
    await page.goto(`${service.url}/admin/verifications/${id}`)
    const words = await page.locator('main').innerText()
    const order = [
      'Started, by whatsapp, for “login”, then by sms, voice',
      'whatsapp_cloud accepted message 1',
      'Handed to twilio: message 2, step 2 of the chain',
      'twilio reports: message 2 did not arrive; on to vonage',
      'The carrier did not deliver the message and gave no reason.',
      'vonage accepted message 2',
      'Approved: the code was correct',
      'Not sent: step 3 of the chain, because the verification was already approved',
    ].map((one) => words.indexOf(one))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order[0]).toBeGreaterThan(0)
    await keepPicture(page, 'chain')
  })
}

describe('C54: a chain of WhatsApp, SMS and voice', () => {
  it('reaches the person by the second provider, and does not call somebody who is approved', async () => {
    const { id, code } = await untilTheSecondProvider()
    expect(code).toMatch(/^\d{6}$/)
    const before = (await service.get(`/verify/${id}`)).body
    expect(before.next_step.channel).toBe('voice')
    expect((await service.post('/verify/check', { id, code })).body.status).toBe('approved')
    await service.moveWall(61)
    // Somebody else is called: calls go out, and one to the first person would have come before.
    const other = await service.post('/verify/start', { to: '+14155550199', channel: 'voice' })
    expect(other.status).toBe(201)
    await waitFor('the call to somebody else', () => calls()[0])
    expect(calls().map(({ body }) => new URLSearchParams(body).get('To'))).toEqual(['+14155550199'])
    const sent = [servers.meta.seen, texts(), servers.vonage.seen].map(({ length }) => length)
    expect(sent).toEqual([1, 1, 1])
    const events = await eventsOf(id)
    expect(events).toEqual(documentedEvents())
    expect(events.length).toBeGreaterThan(0)
    await shownInConsole(id)
  })
})
