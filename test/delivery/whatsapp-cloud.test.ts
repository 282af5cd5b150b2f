import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Fault, OutgoingMessage } from '../../src/delivery/ports.ts'
import { whatsAppCloudEntry } from '../../src/delivery/providers/whatsapp-cloud/whatsapp-cloud.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, smsMessage } from './messages.ts'

const SETTINGS = {
  WHATSAPP_CLOUD_ACCESS_TOKEN: 'a-token-of-tests',
  WHATSAPP_CLOUD_PHONE_NUMBER_ID: '106540352242922',
  WHATSAPP_CLOUD_TEMPLATE: 'otp_tpl',
  WHATSAPP_CLOUD_LANGUAGES: 'en_US, de, pt_BR, zh_TW',
  WHATSAPP_CLOUD_BASE_URL: 'http://127.0.0.1:1',
}
const message = (change: Partial<OutgoingMessage> = {}) =>
  smsMessage({ channel: 'whatsapp', size: null, ...change })
const ID = 'wamid.HBgLMTQxNTU1NTI2NzEVAgARGBI'
const TAKEN = answer(
  200,
  JSON.stringify({
    messaging_product: 'whatsapp',
    contacts: [{ input: '14155552671', wa_id: '14155552671' }],
    messages: [{ id: ID }],
  }),
)

describeHttpProvider(
  'whatsapp_cloud (whatsapp)',
  (url, http) =>
    whatsAppCloudEntry.create(
      { ...SETTINGS, WHATSAPP_CLOUD_BASE_URL: url },
      { http, clock: fixedClock },
    ),
  message(),
  TAKEN,
)

describe('whatsapp_cloud', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const create = () =>
    whatsAppCloudEntry.create(
      { ...SETTINGS, WHATSAPP_CLOUD_BASE_URL: `${server.url}/v23.0/` },
      { http, clock: fixedClock },
    )
  const send = async (change: Partial<OutgoingMessage> = {}) => {
    const result = await create().send(message(change), AbortSignal.timeout(PATIENCE_MS))
    expect(JSON.stringify(result)).not.toMatch(/4155552671|4711471147/)
    return { result, seen: server.seen.at(-1) }
  }

  it('sends the template with the code in its text and its button, as Meta’s pages show it', async () => {
    server.behave(TAKEN)
    const { result, seen } = await send({ code: '123456' })
    expect(result).toEqual({ kind: 'accepted', reference: ID })
    expect(seen).toMatchObject({ method: 'POST', url: '/v23.0/106540352242922/messages' })
    expect(seen?.headers.authorization).toBe('Bearer a-token-of-tests')
    const parameters = [{ type: 'text', text: '123456' }]
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '14155552671',
      type: 'template',
      template: {
        name: 'otp_tpl',
        language: { code: 'en_US' },
        components: [
          { type: 'body', parameters },
          { type: 'button', sub_type: 'url', index: '0', parameters },
        ],
      },
    })
  })

  it.each([
    ['de', 'de'],
    ['de-CH', 'de'],
    ['pt', 'pt_BR'],
    ['pt-PT', 'pt_BR'],
    ['en-GB', 'en_US'],
    ['zh-Hant', 'zh_TW'],
    ['zh-Hans', 'en_US'],
    ['fr', 'en_US'],
  ])('a message in %s goes out in %s', async (locale, code) => {
    server.behave(TAKEN)
    const { seen } = await send({ locale })
    expect(JSON.parse(seen?.body ?? '').template.language).toEqual({ code })
  })

  it.each<[Fault | 'temporary', number, number]>([
    ['recipient', 400, 131026],
    ['message', 404, 132001],
    ['destination', 403, 130497],
    ['account', 401, 190],
    ['message', 400, 999999],
    ['temporary', 429, 130429],
    ['temporary', 400, 131056],
    ['temporary', 500, 131000],
  ])('C53: the fault is of the %s: %i with %i', async (fault, status, code) => {
    const error = { message: '(#1) to +14155552671', code, error_data: { details: '4711471147' } }
    server.behave(answer(status, JSON.stringify({ error })))
    const { result } = await send()
    const expected = fault === 'temporary' ? { kind: fault } : { kind: 'permanent', fault }
    expect(result).toMatchObject({ ...expected, error: { code: String(code) } })
  })

  it('C71: the probe sends nothing', async () => {
    server.behave(answer(200, '{"quality_rating":"GREEN","id":"1"}'))
    const probe = await create().probe?.(AbortSignal.timeout(PATIENCE_MS))
    expect(probe).toMatchObject({
      result: { kind: 'accepted' },
      learned: expect.stringContaining('GREEN'),
    })
    expect(server.seen.at(-1)).toMatchObject({ method: 'GET', body: '' })
  })

  it.each([
    [{ WHATSAPP_CLOUD_PHONE_NUMBER_ID: '+1415' }, 'PHONE_NUMBER_ID: is not digits'],
    [{ WHATSAPP_CLOUD_TEMPLATE: 'My Template' }, 'TEMPLATE: is not the name'],
    [{ WHATSAPP_CLOUD_LANGUAGES: 'en-US' }, 'LANGUAGES: is not like'],
    [{ WHATSAPP_CLOUD_APP_SECRET: 'x' }, 'VERIFY_TOKEN: is missing'],
    [{ WHATSAPP_CLOUD_VERIFY_TOKEN: 'x'.repeat(16) }, 'APP_SECRET: is missing'],
    [{ WHATSAPP_CLOUD_APP_SECRET: 'x', WHATSAPP_CLOUD_VERIFY_TOKEN: 'short' }, 'is under 16'],
  ])('refuses %j', (values, words) => {
    expect(() => whatsAppCloudEntry.read({ ...SETTINGS, ...values })).toThrow(words)
  })
})
