// countersign providers test: one message that says it is a test, by a real mail server and a gateway, and what they answered.

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startMailServer } from '../delivery/smtp-server.ts'
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
  const { status, out, err } = await send(env, '--to', 'ann@example.com')
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
  const { status, out } = await send(env, '--to', 'ann@example.com')
  expect(out).toMatch(
    /^smtp refused the test message for a•••@example\.com for good, because of the recipient \(smtp_550/,
  )
  expect(out).not.toContain('ann@example.com')
  expect(status).toBe(1)
  const json = await send(env, '--to', 'ann@example.com', '--json')
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
