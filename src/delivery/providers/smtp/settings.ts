// The settings of a mail server, read and checked; and the name that this client gives it (EHLO, RFC 5321 §4.1.1.1).

import {
  asciiDomain,
  decode,
  mailbox,
  readAuth,
  readEach,
  required,
  type SettingValues,
  wrong,
} from '../../provider-entry.ts'
import { MAIL_FROM_ROW, type Sender } from '../mail/mailbox.ts'
import { DKIM_ROWS, type DkimSettings, readDkim } from './dkim.ts'
import { DSN_ROW, readDsnToken } from './dsn.ts'

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
  from: Sender
  maxConnections: number
  /** For EHLO. null: chosen by `chooseEhloName`. */
  ehloName: string | null
  /** null: the mail server signs, or nobody does. */
  dkim: DkimSettings | null
  /** Of the mail server that hands bounces on; null: none does. */
  dsnToken: string | null
}

/** Mail hosts allow few sessions for one sender; nodemailer's own default. */
const SMTP_CONNECTIONS = 5
const SMTP_OPTIONS = [
  'requireTLS',
  'tls.rejectUnauthorized',
  'tls.servername',
  'maxConnections',
  'name',
]
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

export const SMTP_ROWS = [
  {
    name: 'SMTP_URL',
    description:
      'smtp://user:password@host:587 or smtps://host:465; ?requireTLS=true sends nothing without STARTTLS ' +
      '(the default with a password, except for a loopback host), ?tls.rejectUnauthorized=false, ?tls.servername=, ?maxConnections=5, ?name= for EHLO (by default the host’s name, or the domain of MAIL_FROM where that has no dot)',
    secret: true,
  },
  MAIL_FROM_ROW,
  ...DKIM_ROWS,
  DSN_ROW,
]

export function readSmtpSettings(values: SettingValues): SmtpSettings {
  const { server, ...rest } = readEach({
    server: () => readSmtpUrl(required(values, 'SMTP_URL')),
    from: () => mailbox(values, MAIL_FROM_ROW.name),
    dkim: () => readDkim(values),
    dsnToken: () => readDsnToken(values),
  })
  return { ...server, ...rest }
}

/** A password with a bare ? ends up among the options: an option that does not look like a name is not repeated. */
function nameOption(option: string): string {
  return /^[a-z][a-zA-Z.]{1,30}$/.test(option)
    ? `the unknown option ${option}`
    : 'an unknown option (a ? in a password has to be written as %3F)'
}

function readSmtpUrl(text: string): Omit<SmtpSettings, 'from' | 'dkim' | 'dsnToken'> {
  const invalid = (problem: string) => wrong('SMTP_URL', problem)
  if (!URL.canParse(text)) throw invalid('is not a URL like smtp://user:password@host:587')
  const url = new URL(text)
  if ((url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '')
    throw invalid('begins with neither smtp:// nor smtps://, or names no host')
  const unknown = [...url.searchParams.keys()].find((key) => !SMTP_OPTIONS.includes(key))
  if (unknown) throw invalid(`has ${nameOption(unknown)}; known: ${SMTP_OPTIONS.join(', ')}`)
  const flag = (name: string, fallback: boolean) => {
    const value = url.searchParams.get(name)
    if (value !== null && value !== 'true' && value !== 'false')
      throw invalid(`${name} is neither true nor false`)
    return value === null ? fallback : value === 'true'
  }
  const maxConnections = Number(url.searchParams.get('maxConnections') ?? SMTP_CONNECTIONS)
  if (!Number.isInteger(maxConnections) || maxConnections < 1 || maxConnections > 100)
    throw invalid('maxConnections is not a number from 1 to 100')
  const host = asciiDomain(decode(url.hostname, 'SMTP_URL', 'host').replace(/^\[|\]$/g, '')) // mutant: C67.idn-mail-server
  if (host === null) throw invalid('has a host that is not a valid name')
  const ehloName = url.searchParams.get('name')
  // mutant: C67.ehlo-injection-refused
  if (ehloName !== null && !EHLO_NAME.test(ehloName))
    throw invalid('name is neither like app.example.com nor like [192.0.2.1]')
  const secure = url.protocol === 'smtps:'
  const auth = readAuth(url, 'SMTP_URL')
  return {
    host,
    ehloName,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    // A password never goes over a wire unencrypted unless the operator asked for that.
    requireTls: flag('requireTLS', auth !== null && !LOOPBACK.test(url.hostname)),
    rejectUnauthorized: flag('tls.rejectUnauthorized', true),
    servername: url.searchParams.get('tls.servername'),
    auth,
    maxConnections,
  }
}

/** A domain of two labels at least, or an address literal. Nothing that could end the command. */
const EHLO_NAME =
  /^(?:(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?|\[[0-9a-z.:]{2,60}\])$/i

/** Names that every machine may have. */
const OF_ANY_HOST = /(^|\.)localhost$|\.localdomain$/i

/**
 * @param configured wins
 * @param host the machine's own name: in a container twelve hexadecimal digits
 * @param sender the domain of MAIL_FROM
 * @returns null: the library's own default, an address literal
 */
export function chooseEhloName(
  configured: string | null,
  host: string,
  sender: string,
): string | null {
  if (configured !== null) return configured // mutant: C67.ehlo-setting-wins
  const named = [host, sender].find((name) => EHLO_NAME.test(name) && !OF_ANY_HOST.test(name)) // mutants: C67.ehlo-sender-domain C67.ehlo-generic-name
  return named ?? null
}
