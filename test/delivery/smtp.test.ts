import { simpleParser } from 'mailparser'
import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import type { OutgoingMessage, Provider } from '../../src/delivery/ports.ts'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { mailMessage } from './messages.ts'
import { type MailServer, PASSWORD, startMailServer, USER } from './smtp-server.ts'

/** None of these servers stalls: only a net. */
const DEADLINE_MS = 20_000
const FROM = 'Example <no-reply@example.com>'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function create(url: string, from = FROM): Provider {
  const provider = createSmtpProvider(smtpEntry.read({ SMTP_URL: url, MAIL_FROM: from }))
  closers.push(() => provider.close?.())
  return provider
}
async function start(options?: SMTPServerOptions): Promise<MailServer> {
  const server = await startMailServer(options)
  closers.push(server.close)
  return server
}
async function send(provider: Provider, message: OutgoingMessage = mailMessage()) {
  const result = await provider.send(message, AbortSignal.timeout(DEADLINE_MS))
  const text = JSON.stringify(result)
  expect(text).not.toContain(message.to)
  expect(text).not.toContain(message.code)
  return result
}
const refuse = (responseCode: number, text = 'no') =>
  Object.assign(new Error(`${text} <Ada.Lovelace+test@example.com>`), { responseCode })

describe('mail by SMTP', () => {
  it('sends text and HTML, with a Message-ID made of the delivery, marked as automatic', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const message = mailMessage()
    expect(await send(create(`smtp://127.0.0.1:${server.port}`))).toEqual({
      kind: 'accepted',
      reference: null,
    })
    const [received] = server.received
    expect(received).toMatchObject({ from: 'no-reply@example.com', to: [message.to] })
    const mail = await simpleParser(received?.raw ?? '')
    expect(mail.subject).toBe(message.subject)
    expect(mail.from?.text).toBe('"Example" <no-reply@example.com>')
    expect(mail.messageId).toBe(`<${message.deliveryId}@example.com>`)
    expect(mail.text?.trim()).toBe(message.text.trim())
    expect(mail.html).toBe(message.html)
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
  })

  it.each([
    ['that returns what it is asked to', false, 'att_1_1.mac'],
    ['that does not know RFC 3461', true, 'att_1_1.mac'],
    ['of bounces that nobody reads', false, null],
  ])('a server %s gets a token for bounces, and no more', async (_, hideDSN, returnToken) => {
    const server = await start({ disabledCommands: ['STARTTLS'], hideDSN })
    await send(create(`smtp://127.0.0.1:${server.port}`), mailMessage({ returnToken }))
    const [received] = server.received
    const { headers } = await simpleParser(received?.raw ?? '')
    expect(headers.get('countersign-try')).toBe(returnToken ?? undefined)
    const orcpt = 'rfc822;Ada.Lovelace+test@example.com'
    const asked = { ret: 'HDRS', envid: returnToken, notify: ['FAILURE'], orcpt }
    const nothing = hideDSN ? {} : { ret: null, envid: null }
    expect(received?.dsn).toEqual(returnToken === null || hideDSN ? nothing : asked)
  })

  it('STARTTLS and AUTH, with a password that has to be percent-encoded', async () => {
    const server = await start()
    const auth = `${USER}:${encodeURIComponent(PASSWORD)}`
    const url = `smtp://${auth}@127.0.0.1:${server.port}?requireTLS=true&tls.rejectUnauthorized=false`
    expect((await send(create(url))).kind).toBe('accepted')
    expect(server.received[0]).toMatchObject({ secure: true, user: USER })
  })

  it('TLS from the first byte', async () => {
    const server = await start({ secure: true })
    const url = `smtps://127.0.0.1:${server.port}?tls.rejectUnauthorized=false`
    expect((await send(create(url))).kind).toBe('accepted')
    expect(server.received[0]?.secure).toBe(true)
  })

  it('a self-signed certificate is not accepted, and nothing is sent before', async () => {
    const server = await start()
    const auth = `${USER}:${encodeURIComponent(PASSWORD)}`
    const result = await send(create(`smtp://${auth}@127.0.0.1:${server.port}`))
    expect(result).toMatchObject({ kind: 'temporary', error: { code: 'tls_failed' } })
    expect(server.received).toEqual([])
  })

  it('C28: STARTTLS refused is a permanent failure, and nothing is sent unencrypted', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const auth = `${USER}:${encodeURIComponent(PASSWORD)}`
    const result = await send(create(`smtp://${auth}@127.0.0.1:${server.port}?requireTLS=true`))
    expect(result).toMatchObject({ fault: 'account', error: { code: 'starttls_refused' } })
    expect(server.received).toEqual([])
  })

  it('a wrong password is a permanent failure', async () => {
    const server = await start()
    const url = `smtp://${USER}:wrong@127.0.0.1:${server.port}?tls.rejectUnauthorized=false`
    expect(await send(create(url))).toMatchObject({
      kind: 'permanent',
      fault: 'account',
      error: { code: 'smtp_535' },
    })
  })

  const STAGES: [string, (error: Error) => SMTPServerOptions][] = [
    ['MAIL FROM', (error) => ({ onMailFrom: (_address, _session, done) => done(error) })],
    ['RCPT TO', (error) => ({ onRcptTo: (_address, _session, done) => done(error) })],
    [
      'DATA',
      (error) => ({
        onData: (stream, _session, done) => {
          stream.on('end', () => done(error))
          stream.resume()
        },
      }),
    ],
  ]
  const ANSWERS: [number, string][] = [
    [421, 'temporary'],
    [451, 'temporary'],
    [550, 'permanent'],
    [554, 'permanent'],
  ]
  it.each(
    STAGES.flatMap(([stage, options]) =>
      ANSWERS.map(([code, kind]) => ({
        ...{ stage, options, code },
        // RFC 5321 §4.2: it closes; after the final dot it may have accepted the mail (C67).
        kind: stage === 'DATA' && code === 421 ? 'ambiguous' : kind,
      })),
    ),
  )('C28: $code to $stage is $kind', async ({ options, code, kind }) => {
    const server = await start({ disabledCommands: ['STARTTLS'], ...options(refuse(code)) })
    const result = await send(create(`smtp://127.0.0.1:${server.port}`))
    expect(result).toMatchObject({ kind, error: { code: `smtp_${code}` } })
  })

  it.each([
    [550, '5.1.1 no such mailbox', 'smtp_550_5.1.1'],
    [452, '4.2.2 mailbox full', 'smtp_452_4.2.2'],
    [550, '5.7.26', 'smtp_550_5.7.26'],
    [550, '5.1.1no', 'smtp_550'],
    [550, '2.1.5 fine', 'smtp_550'],
    [550, 'see 5.1.1', 'smtp_550'],
  ])('of "%i %s" keeps the numbers alone', async (status, text, code) => {
    const error = refuse(status, text)
    const server = await start({
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(error),
    })
    const result = await send(create(`smtp://127.0.0.1:${server.port}`))
    const told = code.slice('smtp_'.length).replace('_', ' ')
    const message = `the mail server answered ${told}`
    expect(result).toMatchObject({ error: { code, message } })
  })

  it('continues after a refusal', async () => {
    let refusals = 1
    const server = await start({
      disabledCommands: ['STARTTLS'],
      onRcptTo: (_address, _session, done) => done(refusals-- > 0 ? refuse(550) : null),
    })
    const provider = create(`smtp://127.0.0.1:${server.port}`)
    expect((await send(provider)).kind).toBe('permanent')
    expect((await send(provider)).kind).toBe('accepted')
  })

  it('keeps a connection for the next mail', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const provider = create(`smtp://127.0.0.1:${server.port}`)
    for (let i = 0; i < 5; i += 1) expect((await send(provider)).kind).toBe('accepted')
    expect(server.connections()).toBe(1)
  })

  it('many at once share a few connections', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const provider = create(`smtp://127.0.0.1:${server.port}?maxConnections=3`)
    const results = await Promise.all(Array.from({ length: 30 }, () => send(provider)))
    expect(results.every((result) => result.kind === 'accepted')).toBe(true)
    expect(server.received.length).toBe(30)
    expect(server.connections()).toBe(3)
  })
})

describe('texts that would break out of a mail', () => {
  it.each([
    ['CRLF', 'a@example.com\r\nRCPT TO:<b@example.com>'],
    ['LF', 'a@example.com\nBcc: b@example.com'],
    ['two addresses', 'a@example.com,b@example.com'],
    ['a list', 'x:a@example.com,b@example.com;'],
    ['brackets', '<a@example.com>'],
    ['a name', 'Ada <a@example.com>'],
    ['a NUL', 'a\u0000@example.com'],
    ['a space', 'a b@example.com'],
    ['no domain', 'ada.lovelace'],
    ['300 characters', `${'a'.repeat(288)}@example.com`],
    ['an address between quotes', '"a@evil.example"@example.com'],
    ['brackets between quotes', '"a> RCPT TO:<b@evil.example"@example.com'],
    ['CRLF between quotes', '"a\r\nRCPT TO:<b@evil.example>"@example.com'],
    ['a comma between quotes', '"a,b"@example.com'],
    ['quotes between quotes', '"a"b"@example.com'],
    ['a backslash between quotes', '"a\\"@example.com'],
    ['half of quotes', '"a@example.com'],
    ['two @', 'a@b@example.com'],
    ['no name', '@example.com'],
  ])('C28: %s in an address is a permanent failure', async (_, to) => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const result = await send(create(`smtp://127.0.0.1:${server.port}`), mailMessage({ to }))
    expect(result).toMatchObject({ fault: 'recipient', error: { code: 'invalid_address' } })
    expect(server.received).toEqual([])
  })

  it('C28: CRLF in brand, subject, locale and try id injects no header', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\nbody'
    const message = mailMessage({ brandName: evil, subject: evil, locale: evil })
    expect(
      (await send(create(`smtp://127.0.0.1:${server.port}`, 'no-reply@example.com'), message)).kind,
    ).toBe('accepted')
    const [received] = server.received
    expect(received?.to).toEqual([message.to])
    const mail = await simpleParser(received?.raw ?? '')
    expect(mail.bcc).toBeUndefined()
    expect(mail.headers.has('bcc')).toBe(false)
    expect(mail.subject).toBe('x Bcc: evil@example.com body')
  })

  it('the brand is the sender’s name where MAIL_FROM gives none', async () => {
    const server = await start({ disabledCommands: ['STARTTLS'] })
    const provider = create(`smtp://127.0.0.1:${server.port}`, 'no-reply@example.com')
    await send(provider, mailMessage({ brandName: 'Ünï "Co", Ltd' }))
    const mail = await simpleParser(server.received[0]?.raw ?? '')
    expect(mail.from?.value).toEqual([{ name: 'Ünï "Co", Ltd', address: 'no-reply@example.com' }])
  })

  it.each([
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'http://mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com?requireTls=true'],
    ['SMTP_URL', 'smtp://mail.example.com?requireTLS=yes'],
    ['SMTP_URL', 'smtp://a%zz:b@mail.example.com'],
    ['SMTP_URL', 'smtp://mail.example.com?maxConnections=0'],
    ['SMTP_URL', 'smtp://mail.example.com?name=localhost'],
    ['SMTP_URL', 'smtp://mail.example.com?name=a.example%0d%0aMAIL%20FROM:<x>'],
    ['SMTP_URL', 'smtp://mail.example.com?name=a b.example'],
    ['SMTP_URL', 'smtp://mail%zz.example.com'],
    ['MAIL_FROM', 'a@bü/cher.example'],
    ['MAIL_FROM', 'a@bü\u200bcher.example'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'a@b.c, d@e.f'],
    ['MAIL_FROM', 'x\r\nBcc: y@z <a@b.c>'],
  ])('names %s when it is %s', (setting, value) => {
    const good = { SMTP_URL: 'smtp://mail.example.com', MAIL_FROM: 'a@example.com' }
    expect(() => smtpEntry.read({ ...good, [setting]: value })).toThrow(`${setting}: `)
  })

  it.each([
    ['smtp://mail.example.com', false],
    ['smtp://u:p@mail.example.com', true],
    ['smtp://u:p@127.0.0.1', false],
    ['smtp://u:p@mail.example.com?requireTLS=false', false],
    ['smtp://mail.example.com?requireTLS=true', true],
  ])('%s: STARTTLS required %s', (url, requireTls) => {
    const settings = smtpEntry.read({ SMTP_URL: url, MAIL_FROM: 'a@example.com' })
    expect(settings.requireTls).toBe(requireTls)
  })
})
