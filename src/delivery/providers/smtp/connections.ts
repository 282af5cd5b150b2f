// A few SMTP connections, kept open between mails, each used by one mail at a time.
// nodemailer's own pool can't take back a mail whose deadline has passed: it would go out later.

import type SMTPConnection from 'nodemailer/lib/smtp-connection'

export type SmtpServer = SMTPConnection.Options & {
  auth: { user: string; pass: string } | null
}
export type Connections = {
  /** Waits for a free place, connects and logs in where needed. Rejects when `signal` aborts. */
  acquire(signal: AbortSignal): Promise<Lease>
  close(): void
}
type Lease = {
  connection: SMTPConnection
  /** It carried a mail before: the server may have dropped it meanwhile. */
  reused: boolean
  /** It announced SMTPUTF8 (RFC 6531): without, an address of another script is not said to it. */
  takesUtf8: boolean
  /** Give it back; `healthy` false closes it. */
  release(healthy: boolean): void
}

/** Servers drop idle sessions after some minutes (RFC 5321 §4.5.3.2.7 asks for five). */
const IDLE_MS = 30_000
/** Some servers count mails by session. */
const MAILS_PER_CONNECTION = 100

type Open = { connection: SMTPConnection; takesUtf8: boolean; mails: number }
type Idle = { open: Open; forget: () => void }

export function createConnections(server: SmtpServer, maxConnections: number): Connections {
  const idle: Idle[] = []
  const waiting = new Set<() => void>()
  let places = maxConnections
  const takePlace = async (signal: AbortSignal) => {
    while (places === 0) await waitForPlace(waiting, signal)
    signal.throwIfAborted()
    places -= 1
  }
  const givePlace = () => {
    places += 1
    const [next] = waiting
    next?.()
  }
  const keep = (open: Open) => {
    const { connection } = open
    const timer = setTimeout(() => connection.quit(), IDLE_MS)
    timer.unref()
    const forget = () => {
      clearTimeout(timer)
      connection.removeListener('end', forget)
      connection.removeListener('error', forget)
      const index = idle.indexOf(kept)
      if (index >= 0) idle.splice(index, 1)
    }
    const kept: Idle = { open, forget }
    connection.on('end', forget)
    connection.on('error', forget)
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
      givePlace()
    },
  })
  return {
    async acquire(signal) {
      await takePlace(signal)
      const kept = idle.at(-1)
      if (kept) {
        kept.forget()
        return lease(kept.open)
      }
      try {
        return lease(await connect(server, signal))
      } catch (error) {
        givePlace()
        throw error
      }
    },
    close() {
      for (const { open, forget } of [...idle]) {
        forget()
        open.connection.close()
      }
    },
  }
}

function waitForPlace(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      waiting.delete(end)
      signal.removeEventListener('abort', end)
      if (signal.aborted) reject(signal.reason)
      else resolve()
    }
    if (signal.aborted) return end()
    waiting.add(end)
    signal.addEventListener('abort', end, { once: true })
  })
}

/** 0.2 MB of source that a service without this provider never loads. */
export async function loadConnection(): Promise<typeof SMTPConnection> {
  return (await import('nodemailer/lib/smtp-connection')).default
}

async function connect(server: SmtpServer, signal: AbortSignal): Promise<Open> {
  const { auth, ...options } = server
  const Connection = await loadConnection()
  const connection = new Connection(options)
  // Whoever waits for a step hears of an error; between steps it must not end the process.
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
      connection.removeListener('error', onError)
      connection.removeListener('end', onEnd)
      signal.removeEventListener('abort', onAbort)
      if (error) reject(error)
      else resolve()
    }
    const onError = (error: Error) => settle(error)
    // The step's own callback comes first where there is one: it says why.
    const onEnd = () => setImmediate(() => settle(new Error('the connection ended')))
    const onAbort = () => settle(signal.reason as Error)
    if (signal.aborted) return onAbort()
    connection.on('error', onError)
    connection.on('end', onEnd)
    signal.addEventListener('abort', onAbort, { once: true })
    run(settle)
  })
}
