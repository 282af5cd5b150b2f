// From a start over HTTP to an approved check, by a mail that went through STARTTLS and AUTH: the service in
// production mode in a process of its own, the mail server on a real socket.

import { randomBytes } from 'node:crypto'
import { simpleParser } from 'mailparser'
import { afterEach, expect, it } from 'vitest'
import { type MailServer, PASSWORD, startMailServer, USER } from '../delivery/smtp-server.ts'
import { startService, temporaryDirectory, waitFor, wrong } from './service-process.ts'

const RECIPIENT = 'Ada@example.com'
const CLIENT_IP = '203.0.113.7'
const closers: (() => Promise<unknown> | unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function startAll(password: string) {
  const server: MailServer = await startMailServer({ authOptional: false })
  closers.push(server.close)
  const directory = temporaryDirectory()
  closers.push(directory.remove)
  const auth = `${USER}:${encodeURIComponent(password)}`
  const service = await startService(directory.path, {
    NODE_ENV: 'production',
    SECRET_KEY: randomBytes(32).toString('base64'),
    ALLOWED_COUNTRIES: 'US',
    SMTP_URL: `smtp://${auth}@127.0.0.1:${server.port}?requireTLS=true&tls.rejectUnauthorized=false`,
    MAIL_FROM: 'Example <no-reply@example.com>',
  })
  closers.push(() => service.stop())
  return { server, service }
}

it('a mail goes through STARTTLS and AUTH, and its code is approved once', async () => {
  const { server, service } = await startAll(PASSWORD)
  const started = await service.post('/verify/start', { to: RECIPIENT, client_ip: CLIENT_IP })
  expect(started.status).toBe(201)
  const received = await waitFor('the mail', () => server.received[0])
  expect(received).toMatchObject({ to: [RECIPIENT], secure: true, user: USER })
  const { text = '' } = await simpleParser(received.raw)
  const code = /\b\d{6}\b/.exec(text)?.[0] ?? ''
  const { id } = started.body
  expect((await service.post('/verify/check', { id, code: wrong(code) })).status).toBe(422)
  expect((await service.post('/verify/check', { id, code })).status).toBe(200)
  expect((await service.post('/verify/check', { id, code })).status).toBe(409)
})

it('a password that the mail server refuses: nothing is sent, and the delivery reports it', async () => {
  const { server, service } = await startAll('not the password')
  const { body } = await service.post('/verify/start', { to: RECIPIENT, client_ip: CLIENT_IP })
  const delivery = await waitFor('an error', async () => {
    const [first] = (await service.get(`/verify/${body.id}`)).body.deliveries
    return first.error ? first : undefined
  })
  expect(delivery.error.message).not.toContain('not the password')
  expect(delivery.status).not.toBe('sent')
  expect(server.received).toEqual([])
})
