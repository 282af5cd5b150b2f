// C67: the names in a dialogue with a mail server: recipients with quotes and dots, senders of other scripts, EHLO.

import { hostname } from 'node:os'
import { simpleParser } from 'mailparser'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { chooseEhloName } from '../../src/delivery/providers/smtp/settings.ts'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { mailMessage } from './messages.ts'
import { type ScriptedServer, startScript, WHOLE } from './smtp-script.ts'

let server: ScriptedServer
beforeEach(async () => {
  server = await startScript(WHOLE)
})
afterEach(() => server.close())

/** What the server heard: the commands before DATA, and the mail. */
async function send(to: string, from = 'no-reply@example.com', options = '') {
  const provider = createSmtpProvider(
    smtpEntry.read({ SMTP_URL: `${server.url}${options}`, MAIL_FROM: from }),
  )
  const message = mailMessage({ to })
  server.heard.length = 0
  const result = await provider.send(message, AbortSignal.timeout(20_000))
  await provider.close?.()
  const [commands = '', mail = ''] = server.heard.join('').split('DATA\r\n')
  return { result, message, commands: commands.trim().split('\r\n'), mail }
}

// exment 800: docomo's addresses could not be sent to.
it.each([
  ['a..b.@docomo.ne.jp', '"a..b."@docomo.ne.jp'],
  ['taro...@ezweb.ne.jp', '"taro..."@ezweb.ne.jp'],
  ['"ada lovelace"@example.com', '"ada lovelace"@example.com'],
  ['"a..b"@example.com', '"a..b"@example.com'],
  ['ada.lovelace@example.com', 'ada.lovelace@example.com'],
  ["!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"],
])('C28: %s is one recipient, %s, in the envelope and in the header', async (to, mailbox) => {
  const { result, commands, mail } = await send(to)
  expect(result.kind).toBe('accepted')
  expect(commands.slice(1)).toEqual(['MAIL FROM:<no-reply@example.com>', `RCPT TO:<${mailbox}>`])
  const header = /^To: (.*(?:\r\n[ \t].*)*)/m.exec(mail)?.[1]
  expect(header?.replaceAll(/^<|>$/g, '')).toBe(mailbox)
  const parsed = await simpleParser(mail)
  expect([parsed.cc, parsed.bcc]).toEqual([undefined, undefined])
  expect([parsed.to].flat()).toHaveLength(1)
})

// bitwarden 1512: a sender of another script was refused by mail servers.
it.each([
  ['no-reply@bücher.example', 'xn--bcher-kva.example'],
  ['Bücher <no-reply@BÜCHER.example>', 'xn--bcher-kva.example'],
  ['no-reply@例え.テスト', 'xn--r8jz45g.xn--zckzah'],
  ['no-reply@пример。испытание', 'xn--e1afmkfd.xn--80akhbyknj4f'],
  ['no-reply@xn--bcher-kva.example', 'xn--bcher-kva.example'],
])('C67: of the sender %s the envelope and the Message-ID are ASCII', async (from, domain) => {
  const { commands, mail, message } = await send('ada@example.com', from)
  expect(commands[1]).toBe(`MAIL FROM:<no-reply@${domain}>`)
  expect(/^Message-ID:\s+(.*)\r$/im.exec(mail)?.[1]).toBe(`<${message.deliveryId}@${domain}>`)
})

it('C67: a mail server in another script is looked up in ASCII', () => {
  const read = (host: string) =>
    smtpEntry.read({ SMTP_URL: `smtp://${host}`, MAIL_FROM: 'a@example.com' }).host
  expect(read('mail.bücher.example')).toBe('mail.xn--bcher-kva.example')
  expect(read('mail.example.com')).toBe('mail.example.com')
  expect(read('[::1]')).toBe('::1')
})

// cal.com 13769, nextcloud 25716: EHLO [127.0.0.1], or with a container's name, was refused.
it.each<[string | null, string, string, string | null]>([
  [null, '3f1c2b9d8e7a', 'example.com', 'example.com'],
  [null, 'countersign-0', 'mail.example.com', 'mail.example.com'],
  [null, 'app.example.net', 'example.com', 'app.example.net'],
  [null, 'localhost', 'example.com', 'example.com'],
  [null, 'localhost.localdomain', 'example.com', 'example.com'],
  [null, 'my_host.example.net', 'example.com', 'example.com'],
  [null, '', 'example.com', 'example.com'],
  [null, '3f1c2b9d8e7a', 'localhost', null],
  ['relay.example.org', 'app.example.net', 'example.com', 'relay.example.org'],
])('C67: EHLO as %j, of the host %j and the sender’s domain %j: %j', (set, host, sender, name) => {
  expect(chooseEhloName(set, host, sender)).toBe(name)
})

it('C67: gives the configured name, otherwise its own, otherwise the sender’s domain', async () => {
  const own = chooseEhloName(null, hostname(), 'xn--bcher-kva.example')
  for (const [options, name] of [
    ['?name=app.example.org', 'app.example.org'],
    ['?name=[192.0.2.1]', '[192.0.2.1]'],
    ['', own],
  ]) {
    const { commands } = await send('ada@example.com', 'a@bücher.example', options ?? '')
    expect(commands[0]).toBe(`EHLO ${name}`)
  }
})

// RFC 6531 §3.1: said to a server that did not offer it, the address could become another one.
it.each([
  ['j\u00f6rg@example.com', 'no-reply@example.com'],
  ['"j\u00f6rg x"@example.com', 'no-reply@example.com'],
  ['\u7530\u4e2d@xn--r8jz45g.xn--zckzah', 'no-reply@example.com'],
  ['ada@example.com', 'j\u00f6rg@example.com'],
])('C67: %s from %s is not sent to a server without SMTPUTF8', async (to, from) => {
  const { result, commands } = await send(to, from)
  expect(result).toMatchObject({ fault: 'message', error: { code: 'no_smtputf8' } })
  expect(commands).toHaveLength(1)
})

it('C67: with SMTPUTF8 it is, and a connection that refused one mail carries the next', async () => {
  await server.close()
  const utf8 = ['220 hi', '250-hi\r\n250-8BITMIME\r\n250 SMTPUTF8', ...WHOLE.slice(2)]
  server = await startScript([...utf8, ...WHOLE.slice(2)])
  const { result, commands } = await send('j\u00f6rg@example.com')
  expect(result.kind).toBe('accepted')
  expect(commands[1]).toMatch(/^MAIL FROM:<no-reply@example.com> .*SMTPUTF8/)
  await server.close()
  server = await startScript(WHOLE)
  const provider = createSmtpProvider(
    smtpEntry.read({ SMTP_URL: server.url, MAIL_FROM: 'no-reply@example.com' }),
  )
  const to = (address: string) =>
    provider.send(mailMessage({ to: address }), AbortSignal.timeout(20_000))
  expect((await to('j\u00f6rg@example.com')).kind).toBe('permanent')
  expect((await to('ada@example.com')).kind).toBe('accepted')
  expect(server.sockets.size).toBe(1)
  await provider.close?.()
})
