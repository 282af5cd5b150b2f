// Bounces end to end, over real sockets: a mail server takes a mail, and later hands on that its recipient does not exist.

import { readFileSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import { startMailServer } from '../delivery/smtp-server.ts'
import {
  ADMIN_KEY,
  startService,
  temporaryDirectory,
  waitFor,
  waitForLine,
} from './service-process.ts'

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const SECRET = 'a-secret-of-the-mail-server'
const TO = 'ada@example.net'

it('C59: a bounce that its mail server hands on suppresses its recipient, without an address that is public', async () => {
  const server = await startMailServer({ disabledCommands: ['STARTTLS'], hideDSN: false })
  const directory = temporaryDirectory()
  opened.push(server, { close: directory.remove })
  const service = await startService(directory.path, {
    SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    ...{ MAIL_FROM: 'no-reply@example.com', SMTP_DSN_TOKEN: SECRET },
  })
  opened.push({ close: () => service.stop() })
  const { id } = (await service.post('/verify/start', { to: TO })).body
  const mail = await waitFor('the mail', () => server.received[0])
  const [, token = ''] = /^Countersign-Try:\s+(\S+)/m.exec(mail.raw) ?? []
  expect(mail.dsn).toMatchObject({ envid: token, ret: 'HDRS' })

  const written = readFileSync(new URL('../delivery/bounces/postfix.eml', import.meta.url), 'utf8')
  const bounce = (of = token) => written.replaceAll('@TOKEN@', of).replaceAll('@TO@', TO)
  const hand = async (body: string, secret = SECRET) => {
    const headers = { authorization: `Bearer ${secret}` }
    return (await fetch(`${service.url}/receipts/dsn`, { method: 'POST', headers, body })).status
  }
  const statusOf = async () => (await service.get(`/verify/${id}`)).body.delivery_status
  await waitFor('its answer', async () => ((await statusOf()) === 'sent' ? true : undefined))
  expect(await hand(bounce(), 'another-secret-of-a-stranger')).toBe(401)
  expect(await hand(bounce(`${token.slice(0, -4)}AAAA`))).toBe(204)
  expect(await hand('x'.repeat(100_000), 'another-secret-of-a-stranger')).toBe(401)
  expect(await hand('x'.repeat(300_000))).toBe(413)
  expect(await statusOf()).toBe('sent')

  // The size of a page that Exchange writes.
  const long = bounce().replace("I'm", `${'x'.repeat(70)}\n`.repeat(1_000))
  expect(long.length).toBeGreaterThan(70_000)
  expect(await hand(long)).toBe(204)
  expect(await statusOf()).toBe('undelivered')
  expect(await hand(bounce())).toBe(204)
  expect(await statusOf()).toBe('undelivered')
  const again = await service.post('/verify/start', { to: TO })
  expect([again.status, again.body.type]).toEqual([
    422,
    expect.stringContaining('recipient_suppressed'),
  ])

  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  const shown = (await service.get(`/admin/api/verifications/${id}`, admin)).body
  const receipt = { state: 'undelivered', code: 'smtp_550_5.1.1' }
  expect(shown.tries).toMatchObject([{ provider: 'smtp', fault: 'recipient', receipt }])
  await waitForLine(service, 'a receipt was refused')
  expect(service.output()).not.toContain(token)
})
