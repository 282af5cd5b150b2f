// countersign providers test: one message that says it is a test, by a real mail server and a gateway, and what they answered.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeReceipt, followReceipt, whereReceiptIs } from '../../src/commands/test-receipt.ts'
import type { Asked, Receipt } from '../../src/delivery/receipts/ports.ts'
import { startMailServer } from '../delivery/smtp-server.ts'
import { startDnsServer } from './dns-server.ts'
import { run, SECRET_KEY, startGateway } from './operator-world.ts'

let dataDir: string
const undo: (() => unknown)[] = []
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'provider-test-')), 'data')
  undo.push(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }))
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})
const send = (env: Record<string, string>, ...words: string[]) =>
  run({ DATA_DIR: dataDir, SECRET_KEY, BRAND_NAME: 'Shop', ...env }, 'providers', 'test', ...words)

/** What the domain of MAIL_FROM has in DNS. */
async function nameServer(records: Parameters<typeof startDnsServer>[0] = {}) {
  const server = await startDnsServer(records)
  undo.push(() => server.close())
  return ['--dns-server', server.address]
}

async function mail(options: Parameters<typeof startMailServer>[0] = {}) {
  const server = await startMailServer(options)
  undo.push(() => server.close())
  const env = {
    SMTP_URL: `smtp://127.0.0.1:${server.port}?requireTLS=false&tls.rejectUnauthorized=false`,
    MAIL_FROM: 'a@example.com',
  }
  return { server, env }
}

it('C71: by mail: marked in subject and text, without a code; no store is needed or created', async () => {
  const { server, env } = await mail()
  const dns = await nameServer({ 'example.com': ['v=spf1 -all'] })
  const { status, out, err } = await send(env, '--to', 'ann@example.com', ...dns)
  expect([status, err]).toEqual([0, ''])
  expect(out).toMatch(/^smtp accepted the test message for a•••@example\.com after \d+ ms/)
  const [received] = server.received
  expect(received?.to).toEqual(['ann@example.com'])
  expect(received?.raw).toMatch(/^Subject: TEST from Shop/m)
  expect(received?.raw.replaceAll(/=?\r\n/g, ' ')).toMatch(/It +contains no code/)
  expect(received?.raw).not.toMatch(/\d{6} is your|000000/)
  expect(existsSync(dataDir)).toBe(false)
})

it('C71: a mail server that refuses: its code, what it means, and exit code 1', async () => {
  const { env } = await mail({
    onRcptTo: (_address, _session, done) =>
      done(Object.assign(new Error('no such user ann@example.com'), { responseCode: 550 })),
  })
  const dns = await nameServer()
  const { status, out } = await send(env, '--to', 'ann@example.com', ...dns)
  expect(out).toMatch(
    /^smtp refused the test message for a•••@example\.com for good, because of the recipient \(smtp_550/,
  )
  expect(out).not.toContain('ann@example.com')
  expect(status).toBe(1)
  const json = await send(env, '--to', 'ann@example.com', '--json', ...dns)
  expect(JSON.parse(json.out)).toMatchObject({
    ...{ result: 'permanent', provider: 'smtp', channel: 'email', to: 'a•••@example.com' },
    error: { code: expect.stringMatching(/^smtp_550/) },
    fault: 'recipient',
  })
})

it('C71: by a gateway: what its template is given, its answer’s id, and one request alone', async () => {
  const sms = await startGateway((_, response) => response.end('{"id":"m-1"}'))
  undo.push(() => sms.close())
  const env = { HTTP_SMS_URL: `${sms.url}/send`, HTTP_SMS_ID_POINTER: '/id' }
  const { status, out } = await send(env, '--to', '+14155552671', '--json')
  expect(status).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ result: 'accepted', reference: 'm-1', channel: 'sms' })
  expect(sms.asked).toEqual(['POST /send'])
  expect(JSON.parse(sms.bodies[0] ?? '')).toMatchObject({
    ...{ to: '+14155552671', text: expect.stringMatching(/^TEST from Shop: .*no code/) },
  })
})

it('C71: a gateway that is busy or silent', async () => {
  const sms = await startGateway((_, response) => response.writeHead(503).end())
  undo.push(() => sms.close())
  const busy = await send({ HTTP_SMS_URL: `${sms.url}/send` }, '--to', '+14155552671')
  expect(busy.out).toMatch(/^http did not accept the test message for .* for now \(http_503: /)
  const silent = await startGateway(() => {})
  undo.push(() => silent.close())
  const env = { HTTP_SMS_URL: `${silent.url}/send`, DELIVERY_DEADLINE_SECONDS: '1' }
  expect((await send(env, '--to', '+14155552671')).out).toMatch(
    /^http may have accepted the test message .* \(timeout: /,
  )
})

it('C71: the provider is chosen by name, by route, or there is none', async () => {
  const { server, env } = await mail()
  const gateway = await startGateway((_, response) => response.end('{}'))
  undo.push(() => gateway.close())
  const both = { ...env, HTTP_EMAIL_URL: `${gateway.url}/mail` }
  await send(both, 'http', '--to', 'ann@example.com')
  await send({ ...both, EMAIL_ROUTES: 'http' }, '--to', 'ann@example.com')
  expect([server.received.length, gateway.asked.length]).toEqual([0, 2])
  const unknown = await send(both, 'pigeon', '--to', 'ann@example.com')
  expect([unknown.status, unknown.err.split('\n')[0]]).toEqual([
    ...[
      2,
      expect.stringContaining(
        'no provider "pigeon" is configured for email (configured: smtp, http)',
      ),
    ],
  ])
  const none = await send({}, '--to', '+14155552671')
  expect([none.status, none.err]).toEqual([
    2,
    expect.stringContaining('no provider is configured for sms'),
  ])
})

it('C71: by mail, DNS is asked about the sender, and the way to its bounces is shown', async () => {
  const { env } = await mail()
  const dns = await nameServer({
    'example.com': ['v=spf1 -all'],
    's1._domainkey.example.com': ['v=DKIM1; p=QUJD'],
  })
  const words = ['--to', 'ann@example.com', '--dkim-selector', 's1', ...dns]
  const { status, out } = await send(env, ...words)
  expect(status).toBe(0)
  expect(out).toMatch(/^ok +mail domain +example\.com has an SPF record/m)
  expect(out).toMatch(/^ok +mail domain +s1\._domainkey\.example\.com holds a DKIM key/m)
  expect(out).toMatch(
    /^warning +mail domain +example\.com has no DMARC record: .*large mail hosts/m,
  )
  expect(out).toMatch(/bounces, which come to the mailbox of MAIL_FROM.*SMTP_DSN_TOKEN/)
  const heard = { ...env, SMTP_DSN_TOKEN: 'a-secret-of-the-mail-server' }
  expect((await send(heard, ...words)).out).toMatch(/handed on to \/receipts\/dsn/)
  const { sender, receipt } = JSON.parse((await send(env, ...words, '--json')).out)
  expect([sender.length, receipt]).toEqual([3, null])
  expect((await send(env, '--to', 'ann@example.com', '--dns-server', 'ns1')).status).toBe(2)
})

it('C71: a name server that does not answer holds nobody for long', async () => {
  const { env } = await mail()
  const { status, out } = await send(
    env,
    '--to',
    'ann@example.com',
    ...(await nameServer('silent')),
  )
  expect(status).toBe(0)
  expect(out).toMatch(/^warning +mail domain +example\.com: the name server does not answer/m)
}, 30_000)

const RECEIPT: Receipt = {
  ...{ kind: 'receipt', tryId: null, reference: 'm-1', state: 'sent' },
  ...{ error: null, fault: null, suppress: null, at: null },
}

const UNKNOWN = { kind: 'unknown' } as const

/** What a provider says, question by question; time passes in waits alone. */
async function followed(answers: readonly Asked[]) {
  let at = 0
  const asked: [string, number][] = []
  const wait = async (ms: number) => {
    at += ms
  }
  const ask = async (reference: string) => {
    asked.push([reference, at])
    return answers[asked.length - 1] ?? UNKNOWN
  }
  return { asked, found: await followReceipt(ask, 'm-1', { within: 20_000, now: () => at, wait }) }
}

it('C71: the receipt is asked for until it is the end, at 2, 5, 10 … seconds', async () => {
  const lost = { ...RECEIPT, state: 'undelivered', fault: 'recipient' } as const
  const error = { code: '30005', message: 'the number is not in use' }
  const { asked, found } = await followed([UNKNOWN, RECEIPT, { ...lost, error }])
  expect(asked).toEqual([2_000, 5_000, 10_000].map((at) => ['m-1', at]))
  expect(found).toEqual({ state: 'undelivered', error, fault: 'recipient', afterMs: 10_000 })
  expect(describeReceipt(found, 'Try another.')).toBe(
    'It was not delivered, because of the recipient (30005: the number is not in use), reported after 10 s. Try another.\n',
  )
  const arrived = await followed([{ ...RECEIPT, state: 'delivered' }])
  expect(describeReceipt(arrived.found, '')).toBe('It was delivered: reported after 2 s.\n')
})

it('C71: nobody waits for a receipt without end', async () => {
  const none = await followed([])
  expect(none.found).toEqual({ state: 'none', error: null, fault: null, afterMs: 20_000 })
  expect(none.asked.at(-1)).toEqual(['m-1', 20_000])
  expect(describeReceipt(none.found, '')).toMatch(/^No receipt within 20 s/)
  const sent = await followed([RECEIPT])
  expect(sent.found.state).toBe('sent')
  expect(describeReceipt(sent.found, '')).toMatch(/^It went to the network, .* within 20 s/)
  const refused = { kind: 'failed', code: 'http_401' } as const
  expect((await followed([refused])).found.state).toBe('none')
  const { found } = await followed(Array.from({ length: 9 }, () => refused))
  expect(describeReceipt(found, '')).toMatch(/^It could not be asked .* \(http_401\)/)
})

it.each([
  [null, /^acme can report only where PUBLIC_URL leads to this service from outside/],
  ['http://localhost:8080', /^acme can report only/],
  ['http://[::1]:8080', /^acme can report only/],
  ['https://verify.example.com', /come to https:\/\/verify\.example\.com\/receipts\/acme,/],
])('C71: of a provider that reports, with PUBLIC_URL %s it says where', (publicUrl, words) => {
  const receipts = { url: 'message', verify: () => true, read: () => [] } as const
  expect(whereReceiptIs({ name: 'acme', receipts }, { publicUrl, providers: [] })).toMatch(words)
})

it('C71: by Twilio, which is asked what became of the message', async () => {
  const states = ['queued', 'undelivered']
  const twilio = await startGateway((request, response) => {
    const isPost = request.method === 'POST'
    const [status, code] = isPost ? ['queued', null] : [states.shift(), 30_005]
    response.writeHead(isPost ? 201 : 200)
    response.end(JSON.stringify({ sid: 'SM1', status, error_code: code }))
  })
  undo.push(() => twilio.close())
  const env = {
    ...{ TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'x', TWILIO_FROM: '+15005550006' },
    TWILIO_BASE_URL: twilio.url,
  }
  const { status, out } = await send(env, '--to', '+14155552671')
  expect(out).toMatch(/^twilio accepted the test message .*, id SM1\. /)
  expect(out).toMatch(
    /\nIt was not delivered, because of the recipient \(30005: .*, reported after 5 s\. The carrier does not know the number/,
  )
  expect(status).toBe(1)
  const path = '/2010-04-01/Accounts/AC1/Messages'
  const question = `GET ${path}/SM1.json`
  expect(twilio.asked).toEqual([`POST ${path}.json`, question, question])
  const unasked = await send(env, '--to', '+14155552671', '--no-wait')
  expect([unasked.status, twilio.asked.length]).toEqual([0, 4])
}, 30_000)
