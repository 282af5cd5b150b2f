import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import type { OutgoingMessage } from '../../src/delivery/ports.ts'
import { telegramEntry } from '../../src/delivery/providers/telegram/telegram.ts'
import { describeHttpProvider } from '../contract/provider.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, NOW, smsMessage } from './messages.ts'

const SETTINGS = { TELEGRAM_TOKEN: 'a-token-of-tests', TELEGRAM_BASE_URL: 'http://127.0.0.1:1' }
const message = (change: Partial<OutgoingMessage> = {}) =>
  smsMessage({ channel: 'telegram', code: '47114711', size: null, ...change })
const TAKEN = answer(
  200,
  JSON.stringify({
    ok: true,
    result: { request_id: '12345', phone_number: '+14155552671', request_cost: 0.01 },
  }),
)

describeHttpProvider(
  'telegram (telegram)',
  (url, http) =>
    telegramEntry.create({ ...SETTINGS, TELEGRAM_BASE_URL: url }, { http, clock: fixedClock }),
  message(),
  TAKEN,
)

describe('telegram', () => {
  const http = createHttpClient({ clock: fixedClock })
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(TAKEN)
  })
  afterAll(async () => {
    await http.close()
    await server.close()
  })
  const create = (values: Record<string, string> = {}) =>
    telegramEntry.create(
      { ...SETTINGS, ...values, TELEGRAM_BASE_URL: server.url },
      { http, clock: fixedClock },
    )
  const send = async (change: Partial<OutgoingMessage> = {}, values = {}) => {
    const result = await create(values).send(message(change), AbortSignal.timeout(PATIENCE_MS))
    expect(JSON.stringify(result)).not.toMatch(/4155552671|47114711/)
    return { result, seen: server.seen.at(-1) }
  }

  it('sends our own code, with the time that is left and where to report', async () => {
    server.behave(TAKEN)
    const callbackUrl = 'https://verify.example.com/receipts/telegram?try=x&mac=y'
    const { result, seen } = await send({ callbackUrl }, { TELEGRAM_SENDER_USERNAME: '@example' })
    expect(result).toEqual({ kind: 'accepted', reference: '12345' })
    expect(seen).toMatchObject({ method: 'POST', url: '/sendVerificationMessage' })
    expect(seen?.headers.authorization).toBe('Bearer a-token-of-tests')
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      phone_number: '+14155552671',
      code: '47114711',
      ttl: 600,
      sender_username: 'example',
      callback_url: callbackUrl,
    })
  })

  it.each([
    [NOW + 20_000, 30],
    [NOW + 86_400_000, 3_600],
  ])('the lifetime is within Telegram’s bounds', async (expiresAt, ttl) => {
    server.behave(TAKEN)
    expect(JSON.parse((await send({ expiresAt })).seen?.body ?? '').ttl).toBe(ttl)
  })

  it.each(['123', '123456789', '12a4'])(
    'C66: a code that Telegram does not carry is not sent: %s',
    async (code) => {
      const before = server.seen.length
      const { result } = await send({ code })
      expect(result).toMatchObject({ kind: 'permanent', fault: 'message' })
      expect(server.seen.length).toBe(before)
    },
  )

  it.each([
    ['PHONE_NUMBER_NOT_FOUND', { kind: 'permanent', fault: 'recipient' }],
    ['BALANCE_NOT_ENOUGH', { kind: 'permanent', fault: 'account' }],
    ['ACCESS_TOKEN_INVALID', { kind: 'permanent', fault: 'account' }],
    ['SOMETHING_NEW', { kind: 'permanent', fault: 'message' }],
    ['FLOOD_WAIT_30', { kind: 'temporary', retryAfterMs: 30_000 }],
  ])('C53: %s', async (error, expected) => {
    for (const status of [200, 400]) {
      server.behave(answer(status, JSON.stringify({ ok: false, error })))
      expect((await send()).result).toMatchObject(expected)
    }
  })

  it.each(['{"ok":true}', '{"ok":true,"result":{}}', '{"ok":false,"error":"to +14155552671"}'])(
    'C67: 200 with %s confirms nothing',
    async (body) => {
      server.behave(answer(200, body))
      expect((await send()).result).toMatchObject({ error: { code: 'not_confirmed' } })
    },
  )

  it.each([
    ['REQUEST_ID_INVALID', { kind: 'accepted' }, 'Telegram accepts the token'],
    ['ACCESS_TOKEN_INVALID', { kind: 'permanent', fault: 'account' }, ''],
  ])('C71: the probe sends nothing, and costs nothing: %s', async (error, result, learned) => {
    server.behave(answer(200, JSON.stringify({ ok: false, error })))
    const probe = await create().probe?.(AbortSignal.timeout(PATIENCE_MS))
    expect(probe).toMatchObject({ result, learned })
    expect(server.seen.at(-1)?.url).toBe('/checkVerificationStatus')
  })

  it('refuses a sender that is no username', () => {
    const read = () => telegramEntry.read({ ...SETTINGS, TELEGRAM_SENDER_USERNAME: 'x y' })
    expect(read).toThrow('TELEGRAM_SENDER_USERNAME: is not the username')
  })
})
