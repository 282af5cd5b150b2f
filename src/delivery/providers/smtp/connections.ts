// A few SMTP connections, kept open between mails; each carries one mail at a time.
// Not nodemailer's pool (10.6.0): the RSET after a refused mail has no deadline there, so that a server that stalls at it
// keeps its place for a minute (C22), and the extensions of a server, which SMTPUTF8 depends on, cannot be read.

import { EventEmitter, once } from 'node:events'
import { hostname } from 'node:os'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { chooseEhloName, type SmtpSettings } from './settings.ts'

export type Connections = {
  /** Waits for a free place, connects and logs in where needed. Rejects when `signal` aborts. */
  acquire(signal: AbortSignal): Promise<Lease>
  close(): void
}
export type Lease = {
  connection: SMTPConnection
  /** It carried a mail before: the server may have closed it since. */
  reused: boolean
  /** It announced SMTPUTF8 (RFC 6531): without it, an address of another script is not sent to it. */
  takesUtf8: boolean
  /** Gives it back; `healthy` false closes it. */
  release(healthy: boolean): void
}

/** Servers drop idle sessions after some minutes (RFC 5321 §4.5.3.2.7: not before five). */
const IDLE_MS = 30_000
/** Some servers count the mails of a session. */
const MAILS_PER_CONNECTION = 100
/**
 * Past any deadline (DELIVERY_DEADLINE_SECONDS): only a net under it. A server that greets or accepts slowly, as those
 * that look the sender up do, has all of that time.
 */
const NET_TIMEOUT_MS = 60_000 // mutant: C67.smtp-word-deadline

type Open = { connection: SMTPConnection; takesUtf8: boolean; mails: number }

export function createConnections(settings: SmtpSettings): Connections {
  const idle: { open: Open; timer: NodeJS.Timeout }[] = []
  const freed = new EventEmitter().setMaxListeners(0)
  let places = settings.maxConnections
  const takeIdle = () => {
    const kept = idle.pop()
    clearTimeout(kept?.timer)
    return kept?.open
  }
  const keep = (open: Open) => {
    const timer = setTimeout(() => {
      idle.splice(idle.indexOf(kept), 1)
      open.connection.quit()
    }, IDLE_MS)
    timer.unref()
    const kept = { open, timer }
    idle.push(kept)
  }
  const lease = ({ connection, takesUtf8, mails }: Open): Lease => ({
    connection,
    takesUtf8,
    reused: mails > 0,
    release(healthy) {
      if (healthy && mails + 1 < MAILS_PER_CONNECTION)
        keep({ connection, takesUtf8, mails: mails + 1 })
      else connection.close()
      places += 1
      freed.emit('place')
    },
  })
  return {
    async acquire(signal) {
      while (places === 0) await once(freed, 'place', { signal })
      signal.throwIfAborted()
      places -= 1
      let kept = takeIdle()
      while (kept?.connection.destroyed) kept = takeIdle()
      if (kept) return lease(kept)
      try {
        return lease(await connect(settings, signal))
      } catch (error) {
        places += 1
        freed.emit('place')
        throw error
      }
    },
    close() {
      for (let kept = takeIdle(); kept; kept = takeIdle()) kept.connection.close()
    },
  }
}

/** 0.2 MB of source that a service without this provider never loads. */
export async function loadConnection(): Promise<typeof SMTPConnection> {
  return (await import('nodemailer/lib/smtp-connection')).default
}

function toOptions(settings: SmtpSettings): SMTPConnection.Options {
  const { address } = settings.from
  const domain = address.slice(address.lastIndexOf('@') + 1)
  const name = chooseEhloName(settings.ehloName, hostname(), domain)
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: settings.requireTls && !settings.secure, // mutant: C28.require-tls
    ...(name === null ? {} : { name }),
    connectionTimeout: NET_TIMEOUT_MS,
    greetingTimeout: NET_TIMEOUT_MS,
    dnsTimeout: NET_TIMEOUT_MS,
    socketTimeout: NET_TIMEOUT_MS,
    // A mail whose deadline has passed must not trickle out.
    socketCloseTimeout: 0,
    tls: {
      rejectUnauthorized: settings.rejectUnauthorized,
      minVersion: 'TLSv1.2',
      ...(settings.servername === null ? {} : { servername: settings.servername }),
    },
  }
}

async function connect(settings: SmtpSettings, signal: AbortSignal): Promise<Open> {
  const { auth } = settings
  const Connection = await loadConnection()
  const connection = new Connection(toOptions(settings))
  // During a step its promise rejects; between steps an error must not end the process.
  connection.on('error', () => {})
  try {
    await step(connection, signal, (done) => connection.connect(done))
    // The answer to EHLO; after STARTTLS to the second one.
    const takesUtf8 = /^250[ -]SMTPUTF8\b/im.test(connection.lastServerResponse || '')
    if (auth) await step(connection, signal, (done) => connection.login(auth, done))
    return { connection, takesUtf8, mails: 0 }
  } catch (error) {
    connection.close()
    throw error
  }
}

/** One step of the dialogue; rejects on its error, when the connection ends, or when `signal` aborts. */
export function step(
  connection: SMTPConnection,
  signal: AbortSignal,
  run: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => {
      connection.removeListener('error', settle)
      connection.removeListener('end', onEnd)
      signal.removeEventListener('abort', onAbort)
      if (error) reject(error)
      else resolve()
    }
    // The step's own callback comes first where there is one: it has the reason.
    const onEnd = () => setImmediate(() => settle(new Error('the connection ended')))
    const onAbort = () => settle(signal.reason as Error)
    if (signal.aborted) return onAbort()
    connection.on('error', settle)
    connection.on('end', onEnd)
    signal.addEventListener('abort', onAbort, { once: true })
    run(settle)
  })
}
