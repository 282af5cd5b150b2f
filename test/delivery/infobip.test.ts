import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { Fault, OutgoingMessage } from '../../src/delivery/ports.ts'
import { infobipEntry } from '../../src/delivery/providers/infobip/infobip.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, type Seen, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const SETTINGS = {
  INFOBIP_API_KEY: 'a-key-of-tests',
  INFOBIP_FROM: 'Countersign',
  INFOBIP_BASE_URL: 'example.api.infobip.com',
}
const ID = '2250be2d4219-3af1-78856-aabe-1362af1edfd2'

/** As in infobip-api-java-client 6.4.0, SmsApiTest. */
const answered = (groupName: string, name: string, id = ID) =>
  JSON.stringify({
    bulkId: '2034072219640523072',
    messages: [
      {
        messageId: id,
        status: { groupId: 1, groupName, id: 26, name, description: 'to +14155552671: 4711471147' },
        destination: '14155552671',
        details: { messageCount: 1 },
      },
    ],
  })
const TAKEN = answer(200, answered('PENDING', 'PENDING_ACCEPTED'))

describeHttpProvider(
  'infobip',
  (url, http) =>
    infobipEntry.create({ ...SETTINGS, INFOBIP_BASE_URL: url }, { http, clock: fixedClock }),
  smsMessage(),
  TAKEN,
)

/** What infobip-api-java-client 6.4.0 sends for an SmsRequest with these fields (SmsApiTest, shouldSendFullyFeaturedSmsMessage). */
const OFFICIAL = {
  method: 'POST',
  url: '/sms/3/messages',
  type: 'application/json',
  accept: 'application/json',
  authorization: 'App a-key-of-tests',
  body: {
    messages: [
      {
        sender: 'Countersign',
        destinations: [{ to: '14155552671', messageId: 'dlv_0123456789abcdefghijklmnopqrstuv_1' }],
        content: { text: '4711 € is your code' },
        options: { validityPeriod: { amount: 600, timeUnit: 'SECONDS' } },
      },
    ],
  },
}

describe('infobip', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const create = (values: Record<string, string> = {}) => {
    const all = { ...SETTINGS, ...values, INFOBIP_BASE_URL: server.url }
    return infobipEntry.create(all, { http, clock: fixedClock })
  }
  const send = async (
    change: Partial<OutgoingMessage> = {},
    values: Record<string, string> = {},
  ) => {
    const result = await create(values).send(smsMessage(change), AbortSignal.timeout(PATIENCE_MS))
    expect(JSON.stringify(result)).not.toMatch(/4155552671|4711471147/)
    return { result, seen: last(server) }
  }
  const optionsOf = ({ body }: Seen) => JSON.parse(body).messages[0].options

  it('sends what the official client sends', async () => {
    server.behave(TAKEN)
    const { result, seen } = await send({ text: '4711 € is your code' })
    expect(comparable(seen)).toEqual(OFFICIAL)
    expect(result).toEqual({ kind: 'accepted', reference: ID })
  })

  it('names where to report', async () => {
    server.behave(TAKEN)
    const callbackUrl = 'https://verify.example.com/receipts/infobip?try=x&mac=y'
    const { seen } = await send({ callbackUrl })
    const [one] = JSON.parse(seen.body).messages
    expect(one.webhooks).toEqual({
      delivery: { url: callbackUrl },
      contentType: 'application/json',
    })
  })

  it('C66: to India with the ids of the registration, elsewhere without', async () => {
    const ids = { INFOBIP_INDIA_ENTITY_ID: '1101', INFOBIP_INDIA_TEMPLATE_ID: '1107' }
    const india = await send({ to: '+919876543210' }, ids)
    expect(optionsOf(india.seen).regional).toEqual({
      indiaDlt: { principalEntityId: '1101', contentTemplateId: '1107' },
    })
    expect(optionsOf((await send({}, ids)).seen)).not.toHaveProperty('regional')
  })

  it.each([
    [NOW + 600_000, 600],
    [NOW + 90_999, 90],
    [NOW - 5_000, 60],
    [NOW + 999_999_999, 172_800],
  ])('a message is valid until the code ends', async (expiresAt, amount) => {
    expect(optionsOf((await send({ expiresAt })).seen).validityPeriod.amount).toBe(amount)
  })

  it.each<[Fault, string, string[]]>([
    [
      'recipient',
      'REJECTED',
      ['REJECTED_DESTINATION', 'REJECTED_PREFIX_MISSING', 'REJECTED_DND', 'MISSING_TO'],
    ],
    ['recipient', 'UNDELIVERABLE', ['UNDELIVERABLE_NOT_DELIVERED']],
    [
      'destination',
      'REJECTED',
      ['REJECTED_NETWORK', 'REJECTED_SOURCE', 'REJECTED_ROUTE_NOT_AVAILABLE'],
    ],
    ['account', 'REJECTED', ['REJECTED_NOT_ENOUGH_CREDITS', 'REJECTED_PREPAID_PACKAGE_EXPIRED']],
    [
      'message',
      'REJECTED',
      ['REJECTED_FLOODING_FILTER', 'REJECTED_SYSTEM_ERROR', 'REJECTED_SOMETHING_NEW'],
    ],
    ['message', 'EXPIRED', ['SIGNALS_BLOCKED']],
  ])('C53: the fault is of the %s: %s with each of %j', async (fault, group, names) => {
    for (const name of names) {
      server.behave(answer(200, answered(group, name)))
      const expected = { kind: 'permanent', fault, error: { code: name } }
      expect((await send()).result).toMatchObject(expected)
    }
  })

  it('C53: a name of a status that is none is not kept', async () => {
    server.behave(answer(200, answered('REJECTED', '+14155552671 refused')))
    expect((await send()).result).toMatchObject({ fault: 'message', error: { code: 'REJECTED' } })
  })

  it.each(['ACCEPTED', 'PENDING', 'DELIVERED'])('%s is taken', async (group) => {
    server.behave(answer(200, answered(group, 'X')))
    expect((await send()).result).toEqual({ kind: 'accepted', reference: ID })
  })

  it('C67: a duplicate is the message of an earlier try, whose answer was lost', async () => {
    server.behave(answer(200, answered('REJECTED', 'REJECTED_DUPLICATE_MESSAGE_ID')))
    const reference = smsMessage().deliveryId
    expect((await send()).result).toEqual({ kind: 'accepted', reference })
  })

  it.each([
    ['{"messages":[]}'],
    ['{"messages":[{"messageId":"x"}]}'],
    ['{"messages":[{"messageId":"x","status":{"groupName":"NEW"}}]}'],
  ])('C67: 200 with %s confirms nothing', async (body) => {
    server.behave(answer(200, body))
    expect((await send()).result).toMatchObject({ error: { code: 'not_confirmed' } })
  })

  it.each([
    [200, 'accepted', 'Infobip accepts the key'],
    [401, 'permanent', ''],
    [500, 'ambiguous', ''],
  ])('C71: the probe sends nothing; %i is %s', async (status, kind, learned) => {
    server.behave(answer(status, '{"previews":[]}'))
    const probe = await create().probe?.(AbortSignal.timeout(PATIENCE_MS))
    expect(last(server)).toMatchObject({ url: '/sms/1/preview', body: '{"text":"ok"}' })
    expect(probe).toMatchObject({ result: { kind }, learned })
  })

  it.each([
    ['example.api.infobip.com', 'https://example.api.infobip.com'],
    ['https://example.api.infobip.com/', 'https://example.api.infobip.com'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
  ])('reads the base URL %s', (given, baseUrl) => {
    const read = infobipEntry.read({ ...SETTINGS, INFOBIP_BASE_URL: given })
    expect(read.baseUrl).toBe(baseUrl)
  })

  it('refuses another base URL', () => {
    expect(() => infobipEntry.read({ ...SETTINGS, INFOBIP_BASE_URL: 'ftp://x.example' })).toThrow(
      'INFOBIP_BASE_URL: is not an http or https URL',
    )
  })
})

function last(server: FaultServer): Seen {
  const seen = server.seen.at(-1)
  if (!seen) throw new Error('nothing came')
  return seen
}

function comparable({ method, url, headers, body }: Seen) {
  const { authorization, accept, 'content-type': type } = headers
  return { method, url, type, accept, authorization, body: JSON.parse(body) }
}
