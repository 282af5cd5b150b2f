// A real SMTP server in a process of its own: prints a JSON line for each message it took.
// Run by smtp-sink-process.ts; it outlives the service that is killed beside it.

import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

const server = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  logger: false,
  onData(stream, session, done) {
    simpleParser(stream)
      .then((mail) => {
        const to = session.envelope.rcptTo.map((recipient) => recipient.address)
        const code = /\b\d{6,10}\b/.exec(mail.text ?? '')?.[0] ?? null
        process.stdout.write(`${JSON.stringify({ to: to[0], code })}\n`)
        done()
      })
      .catch(done)
  },
})
server.on('error', (error) => process.stderr.write(`${error.message}\n`))
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address()
  if (typeof address === 'object' && address !== null)
    process.stdout.write(`${JSON.stringify({ port: address.port })}\n`)
})
