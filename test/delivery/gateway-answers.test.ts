// C67: a gateway that answers wrongly: an error within a 200, silence where it should confirm, reasons of its own.
// esdc-ce 230: answers 200 that held an error were counted as sent.

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import { withoutQuotes } from '../../src/delivery/answers/quoted-answer.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'
import { PATIENCE_MS } from '../long.ts'
import { answer, closeMidBody, type FaultServer, startFaultServer } from './fault-server.ts'
import { fixedClock, mailMessage, smsMessage } from './messages.ts'

const client = createHttpClient({ clock: fixedClock })
let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer()
})
afterAll(async () => {
  await client.close()
  await server.close()
})

type Rules = {
  success?: string
  error?: string
  id?: string
  temporary?: string
  recipient?: string
}

/** The provider's result as run-try.ts keeps it. */
async function send(channel: 'sms' | 'email', rules: Rules) {
  const prefix = `HTTP_${channel.toUpperCase()}_`
  const entry = PROVIDERS.find((one) => one.name === 'http' && one.channels.includes(channel))
  if (!entry) throw new Error('no entry')
  const given = {
    [`${prefix}URL`]: server.url,
    [`${prefix}SUCCESS`]: rules.success ?? '',
    [`${prefix}ERROR_POINTER`]: rules.error ?? '',
    [`${prefix}ID_POINTER`]: rules.id ?? '',
    [`${prefix}TEMPORARY`]: rules.temporary ?? '',
    [`${prefix}RECIPIENT`]: rules.recipient ?? '',
  }
  const defaults = entry.settings.map(({ name, default: value = '' }) => [name, value])
  const values = { ...Object.fromEntries(defaults), ...given }
  const provider = entry.create(values, { http: client, clock: fixedClock })
  const message = channel === 'sms' ? smsMessage() : mailMessage()
  return withoutQuotes(await provider.send(message, AbortSignal.timeout(PATIENCE_MS)), message)
}
const refused = (message: string) => ({
  kind: 'permanent',
  fault: 'message',
  error: { code: 'gateway_refused', message },
})
const TAKEN = { kind: 'accepted', reference: null }
const UNCONFIRMED = { kind: 'ambiguous', error: { code: 'not_confirmed' } }
const REFUSED = { kind: 'permanent', fault: 'message', error: { code: 'gateway_refused' } }

describe.each(['sms', 'email'] as const)('C67: the meaning of a 200 to an %s', (channel) => {
  it.each<[Rules, string, object]>([
    [{ success: '/status=0' }, '{"status":"0"}', TAKEN],
    [{ success: '/status=0' }, '{"status":0}', TAKEN],
    [{ success: '/status=0' }, '{"status":"9"}', REFUSED],
    [{ success: '/messages/0/status=0' }, '{"messages":[{"status":"4"}]}', REFUSED],
    [{ success: '/messages/0/status=0' }, '{"messages":[]}', UNCONFIRMED],
    [{ success: '/status=queued|accepted' }, '{"status":"accepted"}', TAKEN],
    [{ success: '/status=queued|accepted' }, '{"status":"rejected"}', REFUSED],
    [{ success: '/status=queued' }, '{"status":"queued-not"}', REFUSED],
    [{ success: '/ok=true' }, '{"ok":true}', TAKEN],
    [{ success: '/ok=true' }, '{"ok":false}', REFUSED],
    [{ success: '/error=null' }, '{"error":null}', TAKEN],
    [{ success: '/errors=[]' }, '{"errors":[]}', TAKEN],
    [{ success: '/errors=[]' }, '{"errors":[{"code":1}]}', REFUSED],
    [{ success: '/id' }, '{"id":"m-1"}', TAKEN],
    [{ success: '/id' }, '{"id":null}', UNCONFIRMED],
    [{ success: '/code=2*' }, '{"code":202}', TAKEN],
    [{ success: '/code=2*' }, '{"code":402}', REFUSED],
    [{ success: '/status=ok' }, '{"toString":"ok"}', UNCONFIRMED],
    [{ success: '/status=ok' }, '<html>please sign in</html>', UNCONFIRMED],
    [{ success: '/status=ok' }, '', UNCONFIRMED],
    [{ success: 'OK*' }, 'OK 12345678\r\n', TAKEN],
    [{ success: 'OK*' }, 'ERR 105', UNCONFIRMED],
    [{ success: 'OK' }, 'OK but not sent', UNCONFIRMED],
    [{ success: '*<code>0</code>*' }, '<r><code>0</code></r>', TAKEN],
    [{ success: '*<code>0</code>*' }, '<r><code>7</code></r>', UNCONFIRMED],
    [{ success: '1701*|1702*' }, '1702|919876543210:x', TAKEN],
    [{ success: 'a*b*c' }, 'a-c-b', UNCONFIRMED],
    [{ success: 'ab*ba' }, 'aba', UNCONFIRMED],
  ])('%j, %j', async (rules, body, expected) => {
    server.behave(answer(200, body))
    expect(await send(channel, rules)).toMatchObject(expected)
  })

  it('no answer is compressed: its id is found, and the message goes out once', async () => {
    server.behave((response, { headers }) => {
      const isIdentity = headers['accept-encoding'] === 'identity'
      const body = Buffer.from('{"id":"m-1"}')
      response.writeHead(200, isIdentity ? {} : { 'content-encoding': 'gzip' })
      response.end(isIdentity ? body : gzipSync(body))
    })
    expect(await send(channel, { id: '/id' })).toEqual({ kind: 'accepted', reference: 'm-1' })
  })

  // RFC 6901 §4: of an array only its elements are named.
  it.each([['/length'], ['/00'], ['/-'], ['/1']])('%s of an array is not an id', async (id) => {
    server.behave(answer(200, '["m-1"]'))
    expect(await send(channel, { id })).toMatchObject(UNCONFIRMED)
  })

  it('a body that breaks off confirms nothing', async () => {
    server.behave(closeMidBody(200))
    expect(await send(channel, { success: '/id' })).toMatchObject(UNCONFIRMED)
  })

  it.each([['{}'], ['{"id":""}'], ['{"id":{}}'], ['{"id":null}'], ['queued'], ['[]']])(
    'an expected id that is missing in %s is not a success',
    async (body) => {
      server.behave(answer(200, body))
      expect(await send(channel, { id: '/id' })).toMatchObject(UNCONFIRMED)
    },
  )

  it.each<[string, object]>([
    ['{"error":"insufficient balance"}', refused('insufficient balance')],
    ['{"error":{"code":7,"text":"no route"}}', refused('{"code":7,"text":"no route"}')],
    ['{"error":42}', refused('42')],
    ['{"error":true}', refused('true')],
    ...['null', 'false', '0', '""', '"0"', '[]', '{}'].map((empty): [string, object] => [
      `{"error":${empty}}`,
      TAKEN,
    ]),
    ['{}', TAKEN],
  ])('%s with a pointer to its error', async (body, expected) => {
    server.behave(answer(200, body))
    expect(await send(channel, { error: '/error' })).toEqual(expected)
  })

  it('where success is described, it alone decides', async () => {
    server.behave(answer(200, '{"status":"ok","error":"none"}'))
    expect(await send(channel, { success: '/status=ok', error: '/error' })).toEqual(TAKEN)
    server.behave(answer(200, '{"status":"no","error":"none"}'))
    expect(await send(channel, { success: '/status=ok', error: '/error' })).toEqual(refused('none'))
  })
})

describe.each(['sms', 'email'] as const)('C67: a throttle within an answer to an %s', (channel) => {
  const VONAGE = { success: '/messages/0/status=0', temporary: '/messages/0/status=1|5' }
  const vonage = (status: string) => `{"messages":[{"status":"${status}"}]}`
  const BUSY = { kind: 'temporary', error: { code: 'gateway_busy' } }

  it.each<[Rules, number, string, object]>([
    [VONAGE, 200, vonage('1'), BUSY],
    [VONAGE, 200, vonage('5'), BUSY],
    [VONAGE, 200, vonage('0'), TAKEN],
    [VONAGE, 200, vonage('9'), REFUSED],
    [VONAGE, 200, '{}', UNCONFIRMED],
    [{ temporary: '/status=throttled' }, 200, '{"status":"throttled"}', BUSY],
    [{ temporary: '/status=throttled' }, 200, '{"status":"queued"}', TAKEN],
    [{ temporary: '/error', id: '/id' }, 200, '{"error":"full"}', BUSY],
    [{ success: 'OK*', temporary: 'ERR 9*' }, 200, 'ERR 9 too many', BUSY],
    [{ success: 'OK*', temporary: '*1*' }, 200, 'OK 1', TAKEN],
    [{ temporary: '/code=20429' }, 400, '{"code":20429}', BUSY],
    [{ temporary: '/code=20429' }, 400, '{"code":21211}', { kind: 'permanent' }],
  ])('%j: %i %s', async (rules, status, body, expected) => {
    server.behave(answer(status, body))
    expect(await send(channel, rules)).toMatchObject(expected)
  })

  it('has the gateway’s own reason', async () => {
    server.behave(answer(200, '{"status":1,"why":"Throughput Rate Exceeded"}'))
    expect(await send(channel, { temporary: '/status=1', error: '/why' })).toMatchObject({
      kind: 'temporary',
      error: { message: 'Throughput Rate Exceeded' },
    })
  })

  it.each([500, 504, 408, 409])(
    'does not lift the bound of a %i, which may have been an acceptance',
    async (status) => {
      server.behave(answer(status, vonage('1')))
      expect(await send(channel, VONAGE)).toMatchObject({ kind: 'ambiguous' })
    },
  )

  it('obeys the Retry-After of a 429', async () => {
    server.behave(
      (response) => void response.writeHead(429, { 'retry-after': '7' }).end(vonage('1')),
    )
    expect(await send(channel, VONAGE)).toMatchObject({ kind: 'temporary', retryAfterMs: 7_000 })
  })

  it('is not read from half an answer', async () => {
    server.behave(closeMidBody(200))
    const rules = { success: '/id', temporary: '/status=*' }
    expect(await send(channel, rules)).toMatchObject(UNCONFIRMED)
  })

  it.each(['*', 'ERR 9*|**', 'a|', '/a='])(
    '%s is not a rule, or matches every answer',
    async (text) => {
      const outcome = await send(channel, { temporary: text }).catch(
        (error: Error) => error.message,
      )
      expect(outcome).toMatch(/_TEMPORARY: /)
    },
  )
})

describe.each(['sms', 'email'] as const)('C53: a recipient that is refused an %s', (channel) => {
  const VONAGE = { success: '/messages/0/status=0', recipient: '/messages/0/status=6|7|33' }
  const vonage = (status: string) => `{"messages":[{"status":"${status}"}]}`
  const THEIRS = { kind: 'permanent', fault: 'recipient', error: { code: 'gateway_refused' } }
  const TEXT = { success: 'OK*', recipient: 'ERR 105*|ERR 106*' }

  it.each<[Rules, number, string, object]>([
    [VONAGE, 200, vonage('7'), THEIRS],
    [VONAGE, 200, vonage('33'), THEIRS],
    [VONAGE, 200, vonage('9'), REFUSED],
    [VONAGE, 200, vonage('0'), TAKEN],
    [VONAGE, 200, '{}', UNCONFIRMED],
    [{ ...VONAGE, temporary: '/messages/0/status=6' }, 200, vonage('6'), { kind: 'temporary' }],
    [{ recipient: '/code=105' }, 200, '{"code":105}', THEIRS],
    [{ recipient: '/code=105' }, 200, '{"code":0}', TAKEN],
    [{ recipient: '/code=105' }, 400, '{"code":105}', { ...THEIRS, error: { code: 'http_400' } }],
    [{ recipient: '/code=105' }, 403, '{"code":105}', { ...THEIRS, error: { code: 'http_403' } }],
    [{ recipient: '/code=105' }, 403, '{"code":104}', { kind: 'permanent', fault: 'account' }],
    [{ recipient: '/code=105' }, 422, '{"code":104}', { kind: 'permanent', fault: 'message' }],
    [TEXT, 200, 'ERR 106 opted out', { ...THEIRS, error: { message: 'ERR 106 opted out' } }],
    [TEXT, 200, 'ERR 107', UNCONFIRMED],
    [TEXT, 200, 'OK ERR 105', TAKEN],
  ])('%j: %i %s', async (rules, status, body, expected) => {
    server.behave(answer(status, body))
    expect(await send(channel, rules)).toMatchObject(expected)
  })

  it.each([500, 504, 408, 409])(
    'is not read from a %i, which may be an acceptance',
    async (status) => {
      server.behave(answer(status, vonage('7')))
      expect(await send(channel, VONAGE)).toMatchObject({ kind: 'ambiguous' })
    },
  )

  it.each(['*', 'ERR 9*|**', 'a|', '/a='])('%s is not a rule, or matches all', async (text) => {
    const outcome = await send(channel, { recipient: text }).catch((error: Error) => error.message)
    expect(outcome).toMatch(/_RECIPIENT: /)
  })
})

describe('C67: the gateway’s own reason', () => {
  it.each([
    [400, 'permanent'],
    [429, 'temporary'],
    [502, 'ambiguous'],
  ])('of a %i is kept along with the status, which decides the class', async (status, kind) => {
    server.behave(answer(status, '{"errors":[{"title":"Sender\\u0000 not\\n registered"}]}'))
    expect(await send('sms', { error: '/errors/0/title' })).toMatchObject({
      kind,
      error: { code: `http_${status}`, message: 'Sender not registered' },
    })
  })

  it('holds nothing of the message, and no more than a line of it is kept', async () => {
    const { to, text, code } = smsMessage()
    const reason = `${to} is not allowed (code ${code})`
    server.behave(answer(400, JSON.stringify({ error: reason })))
    const masked = await send('sms', { error: '/error' })
    expect(masked).toMatchObject({ error: { message: '+… is not allowed (code …)' } })
    server.behave(answer(400, JSON.stringify({ error: `cannot send "${text}"` })))
    expect(JSON.stringify(await send('sms', { error: '/error' }))).not.toContain('is your Example')
    server.behave(answer(400, JSON.stringify({ error: 'w'.repeat(60_000) })))
    const bounded = await send('sms', { error: '/error' })
    expect(bounded).toMatchObject({ error: { message: `${'w'.repeat(119)}…` } })
  })

  it.each([
    [200, 'ERR 105\n no credit ', 'ERR 105 no credit'],
    [200, '-4', '-4'],
    [200, `ERR 21 ${smsMessage().to} blocked`, 'ERR 21 +… blocked'],
    [502, 'ERR 9', 'ERR 9'],
    [200, '', 'the gateway did not confirm the message'],
    [200, '<html>sign in</html>', 'the gateway did not confirm the message'],
  ])('of a text gateway, %i %j, is its answer', async (status, body, message) => {
    server.behave(answer(status, body))
    expect(await send('sms', { success: 'OK*' })).toMatchObject({
      kind: 'ambiguous',
      error: { message },
    })
  })

  it('is not read without a pointer', async () => {
    server.behave(answer(400, '{"error":"no"}'))
    expect(await send('sms', {})).toMatchObject({
      error: { code: 'http_400', message: 'the provider answered 400' },
    })
  })
})
