// A mail server of the same authors as nodemailer, on a real socket, that refuses and stalls on demand.
// Its certificate is the one that the package brings, signed by nobody.

import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'

type Received = {
  from: string
  to: string[]
  raw: string
  secure: boolean
  user: string | undefined
  /** RFC 3461: what the client asked for. */
  dsn: Record<string, unknown>
}
export type MailServer = {
  port: number
  received: Received[]
  connections(): number
  close(): Promise<void>
}

export const USER = 'countersign'
export const PASSWORD = 'p@ss/w:rd'

export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: Received[] = []
  let opened = 0
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    // No wait for a client that stays: close() ends the test.
    closeTimeout: 0,
    onConnect(_session, done) {
      opened += 1
      done()
    },
    onAuth(auth, _session, done) {
      if (auth.username === USER && auth.password === PASSWORD) return done(null, { user: USER })
      done(Object.assign(new Error('no'), { responseCode: 535 }))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push(toReceived(session, Buffer.concat(chunks).toString('utf8')))
        done()
      })
    },
    ...options,
  })
  // Clients that hang up on a stalled server are expected here.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    connections: () => opened,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function toReceived(session: SMTPServerSession, raw: string): Received {
  const { mailFrom, rcptTo, dsn } = session.envelope
  return {
    from: mailFrom === false ? '' : mailFrom.address,
    to: rcptTo.map((recipient) => recipient.address),
    raw,
    secure: session.secure,
    user: session.user,
    dsn: { ...dsn, ...rcptTo[0]?.dsn },
  }
}
