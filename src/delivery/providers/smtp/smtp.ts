// Mail by any SMTP server (RFC 5321), with STARTTLS (RFC 3207) and AUTH, on connections kept open.
// It must not hand on a server's reply text, which quotes the address, or let an address be read as another one (C28).

import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import {
  ambiguous,
  type OutgoingMessage,
  type Provider,
  permanent,
  type SendResult,
  temporary,
} from '../../ports.ts'
import type { ProviderEntry } from '../../provider-entry.ts'
import { AUTOMATIC_HEADERS, messageIdOf, oneLine } from '../mail/mail.ts'
import { toMailbox } from '../mail/mailbox.ts'
import {
  type Connections,
  createConnections,
  type Lease,
  loadConnection,
  step,
} from './connections.ts'
import { loadDkim, signMail, warnOfDkim } from './dkim.ts'
import { createDsnReceipts, dsnParameters, loadMailParser, RETURN_HEADER } from './dsn.ts'
import { faultOfCode, faultOfReply, stageOf } from './faults.ts'
import { readSmtpSettings, SMTP_ROWS, type SmtpSettings } from './settings.ts'

export const smtpEntry = {
  name: 'smtp',
  channels: ['email'],
  settings: SMTP_ROWS,
  read: readSmtpSettings,
  warnings(values) {
    const { dkim, from } = readSmtpSettings(values)
    return dkim ? warnOfDkim(dkim, from.address.slice(from.address.lastIndexOf('@') + 1)) : []
  },
  faultOf: faultOfCode,
  transports(values) {
    const { host, secure, requireTls, rejectUnauthorized } = readSmtpSettings(values)
    const advice = 'add ?requireTLS=true to it, or use smtps://'
    const isEncrypted = secure || requireTls // mutant: C68.optional-tls-cleartext
    return [{ setting: 'SMTP_URL', host, isEncrypted, isVerified: rejectUnauthorized, advice }]
  },
  create: (values) => createSmtpProvider(readSmtpSettings(values)),
} satisfies ProviderEntry

export function createSmtpProvider(settings: SmtpSettings): Provider {
  const connections = createConnections(settings)
  return {
    name: 'smtp',
    channels: ['email'],
    ...(settings.dsnToken !== null && { receipts: createDsnReceipts(settings.dsnToken) }),
    async send(message, signal) {
      const to = toMailbox(message.to)
      if (to === null) return permanent('recipient', 'invalid_address', UNSAFE)
      const mime = await compose(settings, { ...message, to })
      const { returnToken } = message
      const dsn = returnToken === null ? {} : { dsn: dsnParameters(returnToken, to) }
      const envelope = { from: settings.from.address, to: [to], size: mime.length, ...dsn }
      const first = await transmit(connections, envelope, mime, signal)
      if (first !== 'dropped') return first
      const second = await transmit(connections, envelope, mime, signal)
      return second === 'dropped' ? temporary('connection_closed', CONNECTION_FAILED) : second
    },
    async probe(signal) {
      try {
        const lease = await connections.acquire(signal) // mutant: C71.doctor-smtp-login
        lease.release(true) // mutant: C71.doctor-smtp-login.2
        const { auth, secure } = settings
        const login = auth ? 'accepts the login' : 'needs no login'
        const learned = `the mail server answers${secure ? ' by TLS' : ''} and ${login}`
        return { result: { kind: 'accepted', reference: null }, learned, wallMs: null }
      } catch (error) {
        const result = classify(error as SMTPConnection.SMTPError, false, signal.aborted)
        return { result, learned: '', wallMs: null }
      }
    },
    async prepare() {
      await Promise.all([
        loadConnection(),
        loadComposer(),
        settings.dkim && loadDkim(),
        settings.dsnToken && loadMailParser(),
      ])
    },
    close() {
      connections.close()
      return Promise.resolve()
    },
  }
}

const loadComposer = async () => (await import('nodemailer/lib/mail-composer')).default

async function compose(settings: SmtpSettings, message: OutgoingMessage): Promise<Buffer> {
  const MailComposer = await loadComposer()
  const { name, address } = settings.from
  // Not in the Message-ID, which is the same for every try.
  const returned = message.returnToken === null ? {} : { [RETURN_HEADER]: message.returnToken }
  const mail = new MailComposer({
    from: { name: oneLine(name ?? message.brandName), address },
    to: { name: '', address: message.to },
    subject: oneLine(message.subject ?? ''),
    text: message.text,
    ...(message.html === null ? {} : { html: message.html }),
    messageId: messageIdOf(message.deliveryId, settings.from), // mutant: C67.stable-message-id
    headers: { ...AUTOMATIC_HEADERS, ...returned },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const mime: Buffer = await mail.compile().build()
  return settings.dkim ? await signMail(mime, settings.dkim) : mime // mutant: C68.dkim-signed
}

/** `dropped`: the server had closed the kept connection; nothing was said on it yet. */
async function transmit(
  connections: Connections,
  envelope: SMTPConnection.Envelope,
  mime: Buffer,
  signal: AbortSignal,
): Promise<SendResult | 'dropped'> {
  let dataBegun = false
  // Read only after the server's 354: from then on the mail may have been taken.
  const body = Readable.from(
    (function* () {
      dataBegun = true
      yield mime
    })(),
  )
  let lease: Lease | undefined
  let healthy = false
  try {
    lease = await connections.acquire(signal)
    const { connection, takesUtf8 } = lease
    // mutant: C67.smtputf8-gate
    if (!takesUtf8 && needsUtf8(envelope)) {
      healthy = true
      return permanent('message', 'no_smtputf8', 'the mail server accepts ASCII addresses only')
    }
    await step(connection, signal, (done) => connection.send(envelope, body, done))
    healthy = true
    return { kind: 'accepted', reference: null }
  } catch (error) {
    const result = classify(error as SMTPConnection.SMTPError, dataBegun, signal.aborted)
    const isGone = result.kind === 'temporary' && result.error.code === 'connection_closed'
    return lease?.reused && isGone ? 'dropped' : result
  } finally {
    lease?.release(healthy)
  }
}

/** RFC 6531 §3.1: other servers must not be sent it. One that drops the eighth bit would deliver to somebody else. */
function needsUtf8({ from, to }: SMTPConnection.Envelope): boolean {
  return /[^\0-\x7f]/.test(`${from} ${to}`)
}

const UNSAFE = 'mail cannot be sent to this address'
const CONNECTION_FAILED = 'the connection to the mail server failed'

/** RFC 5321 §4.2: the server closes, and may say so after it has accepted the mail. */
const CLOSING = 421

/** RFC 5321 §4.2.1: 4yz may succeed later, 5yz never will. */
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
    if (dataBegun && responseCode === CLOSING) return ambiguous(name, message)
    if (responseCode < 500) return temporary(name, message)
    const fault = faultOfReply(responseCode, enhanced, stageOf(command))
    return permanent(fault, name, message)
  }
  if (code === 'EENVELOPE' && command === 'API')
    return permanent('recipient', 'invalid_address', UNSAFE)
  const name = timedOut || code === 'ETIMEDOUT' ? 'timeout' : failureCode(error)
  if (dataBegun) return ambiguous(name, CONNECTION_FAILED) // mutant: C67.silence-after-dot
  return temporary(name, CONNECTION_FAILED)
}

/** RFC 3463 §2: numbers alone, which distinguish a full mailbox from one that does not exist. '' without one. */
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
