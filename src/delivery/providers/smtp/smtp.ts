// Mail by any SMTP server (RFC 5321), with STARTTLS (RFC 3207) and AUTH, on connections kept open.
// It must not hand on a server's reply text: it quotes the address.

import { hostname } from 'node:os'
import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { OutgoingMessage, Provider, SendResult } from '../../ports.ts'
import {
  type Connections,
  createConnections,
  loadConnection,
  type SmtpServer,
  step,
} from './connections.ts'
import { chooseEhloName } from './ehlo-name.ts'
import { toMailbox } from './mail-address.ts'

export type SmtpSettings = {
  host: string
  port: number
  /** TLS from the first byte (465). */
  secure: boolean
  /** Without TLS nothing is sent, not even the password. */
  requireTls: boolean
  rejectUnauthorized: boolean
  /** The name in the certificate where it is not `host`. */
  servername: string | null
  auth: { user: string; pass: string } | null
  /** `name` null: the service's brand is shown. */
  from: { name: string | null; address: string }
  maxConnections: number
  /** For EHLO. null: `chooseEhloName` does. */
  ehloName: string | null
}

/**
 * Past any deadline (DELIVERY_DEADLINE_SECONDS): only a net under it. A server that greets or accepts slowly, as those
 * that look the sender up do, has all of that time.
 */
const NET_TIMEOUT_MS = 60_000 // mutant: C67.smtp-word-deadline

export function createSmtpProvider(settings: SmtpSettings): Provider {
  const connections = createConnections(toServer(settings), settings.maxConnections)
  return {
    name: 'smtp',
    channels: ['email'],
    async send(message, signal) {
      const to = toMailbox(message.to)
      if (to === null) return permanent('invalid_address', 'the address cannot be sent to')
      const mime = await compose(settings, { ...message, to })
      const envelope = { from: settings.from.address, to: [to], size: mime.length }
      const first = await transmit(connections, envelope, mime, signal)
      // A kept connection that the server had dropped: nothing was said on it yet.
      const result =
        first === 'dropped' ? await transmit(connections, envelope, mime, signal) : first
      return result === 'dropped' ? temporary('connection_closed', CONNECTION_FAILED) : result
    },
    async probe(signal) {
      try {
        const lease = await connections.acquire(signal) // mutant: C71.doctor-smtp-login
        lease.release(true) // mutant: C71.doctor-smtp-login.2
        const { auth, secure } = settings
        const login = auth ? 'takes the log-in' : 'asks for no log-in of ours'
        const learned = `the mail server answers${secure ? ' by TLS' : ''} and ${login}`
        return { result: { kind: 'accepted', reference: null }, learned, wallMs: null }
      } catch (error) {
        const result = classify(error as SMTPConnection.SMTPError, false, signal.aborted)
        return { result, learned: '', wallMs: null }
      }
    },
    async prepare() {
      await Promise.all([loadConnection(), loadComposer()])
    },
    close() {
      connections.close()
      return Promise.resolve()
    },
  }
}

function toServer(settings: SmtpSettings): SmtpServer & { socketCloseTimeout: number } {
  const name = chooseEhloName(settings.ehloName, hostname(), domainOf(settings.from.address))
  return {
    host: settings.host,
    port: settings.port,
    secure: settings.secure,
    requireTLS: settings.requireTls && !settings.secure, // mutant: C28.require-tls
    auth: settings.auth,
    ...(name === null ? {} : { name }),
    connectionTimeout: NET_TIMEOUT_MS,
    greetingTimeout: NET_TIMEOUT_MS,
    dnsTimeout: NET_TIMEOUT_MS,
    socketTimeout: NET_TIMEOUT_MS,
    // A mail whose deadline passed must not trickle out.
    socketCloseTimeout: 0,
    tls: {
      rejectUnauthorized: settings.rejectUnauthorized,
      minVersion: 'TLSv1.2',
      ...(settings.servername === null ? {} : { servername: settings.servername }),
    },
  }
}

const loadComposer = async () => (await import('nodemailer/lib/mail-composer')).default

async function compose(settings: SmtpSettings, message: OutgoingMessage): Promise<Buffer> {
  const MailComposer = await loadComposer()
  const { name, address } = settings.from
  const mail = new MailComposer({
    from: { name: oneLine(name ?? message.brandName), address },
    to: { name: '', address: message.to },
    subject: oneLine(message.subject ?? ''),
    text: message.text,
    ...(message.html === null ? {} : { html: message.html }),
    // The same for every try: mail servers and programs show a message that comes twice once.
    messageId: `<${message.deliveryId}@${domainOf(address)}>`, // mutant: C67.stable-message-id
    // RFC 3834 §5: no out-of-office answers.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return mail.compile().build()
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

/** `dropped`: a kept connection was gone before it took a command. */
async function transmit(
  connections: Connections,
  envelope: SMTPConnection.Envelope,
  mime: Buffer,
  signal: AbortSignal,
): Promise<SendResult | 'dropped'> {
  let dataBegun = false
  // Read only once the server has said 354: from then on the mail may have been taken.
  const body = Readable.from(
    (function* () {
      dataBegun = true
      yield mime
    })(),
  )
  try {
    const lease = await connections.acquire(signal)
    let healthy = false
    try {
      // mutant: C67.smtputf8-gate
      if (!lease.takesUtf8 && needsUtf8(envelope)) {
        healthy = true
        return permanent('no_smtputf8', 'the mail server takes ASCII addresses only')
      }
      await step(lease.connection, signal, (done) => lease.connection.send(envelope, body, done))
      healthy = true
      return { kind: 'accepted', reference: null }
    } catch (error) {
      const result = classify(error as SMTPConnection.SMTPError, dataBegun, signal.aborted)
      const gone = result.kind === 'temporary' && result.error.code === 'connection_closed'
      return lease.reused && gone ? 'dropped' : result
    } finally {
      lease.release(healthy)
    }
  } catch (error) {
    return classify(error as SMTPConnection.SMTPError, dataBegun, signal.aborted)
  }
}

/** RFC 6531 §3.1: it must not be said otherwise. A server that drops the eighth bit would deliver to somebody else. */
function needsUtf8({ from, to }: SMTPConnection.Envelope): boolean {
  return /[^\0-\x7f]/.test(`${from} ${to}`)
}

const CONNECTION_FAILED = 'the connection to the mail server failed'

/** RFC 5321 §4.2: it closes, whatever it answers. Sent for a mail that it has, it may come too late to take the mail back. */
const CLOSING = 421

/** RFC 5321 §4.2.1: 4yz may do well later, 5yz never will. */
function classify(
  error: SMTPConnection.SMTPError,
  dataBegun: boolean,
  timedOut: boolean,
): SendResult {
  const { responseCode, code, command } = error
  if (responseCode !== undefined && responseCode >= 400) {
    const enhanced = enhancedCode(error)
    const ownName = `smtp_${responseCode}${enhanced && `_${enhanced}`}`
    const name = code === 'ETLS' ? 'starttls_refused' : ownName
    const message = `the mail server answered ${responseCode}${enhanced && ` ${enhanced}`}`
    // mutant: C67.close-after-dot
    if (dataBegun && responseCode === CLOSING)
      return { kind: 'ambiguous', error: { code: name, message } }
    return responseCode < 500 ? temporary(name, message) : permanent(name, message)
  }
  if (code === 'EENVELOPE' && command === 'API')
    return permanent('invalid_address', 'the address cannot be sent to')
  const name = timedOut || code === 'ETIMEDOUT' ? 'timeout' : failureCode(error)
  if (dataBegun) return { kind: 'ambiguous', error: { code: name, message: CONNECTION_FAILED } } // mutant: C67.silence-after-dot
  return temporary(name, CONNECTION_FAILED)
}

/** RFC 3463 §2: numbers alone, which tell a full mailbox from one that does not exist. '' where none is told. */
function enhancedCode({ response }: SMTPConnection.SMTPError): string {
  return /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(response ?? '')?.[1] ?? ''
}

function failureCode(error: SMTPConnection.SMTPError): string {
  const { originalCode } = error as { originalCode?: string }
  if (originalCode === 'ECONNREFUSED') return 'connection_refused'
  if (error.code === 'EDNS') return 'name_not_found'
  if (error.code === 'ETLS' || /CERT|SIGNATURE|SSL|TLS/.test(originalCode ?? ''))
    return 'tls_failed'
  return 'connection_closed'
}

function temporary(code: string, message: string): SendResult {
  return { kind: 'temporary', error: { code, message }, retryAfterMs: null }
}
function permanent(code: string, message: string): SendResult {
  return { kind: 'permanent', error: { code, message } }
}
