// C53: whose fault a mail server's refusal is decides whether another provider is tried: at each step of the dialogue.

import type { SMTPServerOptions } from 'smtp-server'
import { afterEach, expect, it } from 'vitest'
import type { Fault } from '../../src/delivery/ports.ts'
import { createSmtpProvider, smtpEntry } from '../../src/delivery/providers/smtp/smtp.ts'
import { mailMessage } from './messages.ts'
import { startScript } from './smtp-script.ts'
import { startMailServer } from './smtp-server.ts'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function sendTo(url: string) {
  const settings = smtpEntry.read({ SMTP_URL: url, MAIL_FROM: 'no-reply@example.com' })
  const provider = createSmtpProvider(settings)
  closers.push(() => provider.close?.())
  return provider.send(mailMessage(), AbortSignal.timeout(20_000))
}

const STAGES: Readonly<Record<string, (error: Error) => SMTPServerOptions>> = {
  'MAIL FROM': (error) => ({ onMailFrom: (_address, _session, done) => done(error) }),
  'RCPT TO': (error) => ({ onRcptTo: (_address, _session, done) => done(error) }),
  DATA: (error) => ({
    onData: (stream, _session, done) => {
      stream.on('end', () => done(error))
      stream.resume()
    },
  }),
}

it.each<[string, string, Fault]>([
  ['RCPT TO', '550 no such user', 'recipient'],
  ['RCPT TO', '552 mailbox full', 'recipient'],
  ['RCPT TO', '553 not a mailbox', 'recipient'],
  ['RCPT TO', '556 takes no mail', 'recipient'],
  ['RCPT TO', '554 refused', 'message'],
  ['RCPT TO', '550 5.1.1 unknown', 'recipient'],
  ['RCPT TO', '550 5.1.2 no such domain', 'recipient'],
  ['RCPT TO', '556 5.1.10 null MX', 'recipient'],
  ['RCPT TO', '550 5.4.1 access denied', 'recipient'],
  ['RCPT TO', '551 5.1.6 moved', 'recipient'],
  ['RCPT TO', '550 5.2.1 disabled', 'recipient'],
  ['RCPT TO', '552 5.2.2 full', 'recipient'],
  ['RCPT TO', '550 5.7.1 relaying denied', 'message'],
  ['RCPT TO', '554 5.7.1 blocked', 'message'],
  ['RCPT TO', '550 5.7.26 not authenticated', 'message'],
  ['RCPT TO', '530 authenticate first', 'account'],
  ['RCPT TO', '550 5.7.8 login expired', 'account'],
  ['RCPT TO', '525 5.7.13 account disabled', 'account'],
  ['MAIL FROM', '550 not your address', 'account'],
  ['MAIL FROM', '553 5.7.1 sender refused', 'account'],
  ['MAIL FROM', '552 5.3.4 too big', 'message'],
  ['DATA', '550 looks like spam', 'message'],
  ['DATA', '552 too big', 'message'],
  ['DATA', '554 5.6.0 malformed', 'message'],
  ['DATA', '554 5.7.1 content refused', 'message'],
  ['DATA', '550 5.1.1 unknown after all', 'recipient'],
])('C53: to %s "%s" is by fault of the %s', async (stage, reply, fault) => {
  const responseCode = Number(reply.slice(0, 3))
  const error = Object.assign(new Error(reply.slice(4)), { responseCode })
  const server = await startMailServer({
    disabledCommands: ['STARTTLS'],
    ...STAGES[stage]?.(error),
  })
  closers.push(server.close)
  const result = await sendTo(`smtp://127.0.0.1:${server.port}`)
  expect(result).toMatchObject({ kind: 'permanent', fault })
})

it('C53: a server that takes no connection from here blames the account', async () => {
  const server = await startScript(['554 5.7.1 no service for you'])
  closers.push(server.close)
  expect(await sendTo(server.url)).toMatchObject({ kind: 'permanent', fault: 'account' })
})
