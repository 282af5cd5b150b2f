// The settings of a mail server, and their typed reading.
// It must not make a provider or reach the network.

import { EHLO_NAME } from './providers/smtp/ehlo-name.ts'
import type { SmtpSettings } from './providers/smtp/smtp.ts'
import {
  asciiDomain,
  decode,
  mailbox,
  ProviderSettingError,
  readAuth,
  readEach,
  required,
  type SettingValues,
  type Transport,
} from './setting-values.ts'

/** Mail hosts allow few sessions of one sender; nodemailer's own default. */
const SMTP_CONNECTIONS = 5

export const smtpEntry = {
  name: 'smtp',
  channels: ['email'] as const,
  settings: [
    {
      name: 'SMTP_URL',
      description:
        'smtp://user:password@host:587 or smtps://host:465; ?requireTLS=true sends nothing without STARTTLS ' +
        '(the default with a password, but for a loopback host), ?tls.rejectUnauthorized=false, ?tls.servername=, ?maxConnections=5, ?name= for EHLO (by default the host’s name, or the domain of MAIL_FROM where that has no dot)',
      secret: true,
    },
    { name: 'MAIL_FROM', description: 'no-reply@example.com or Name <no-reply@example.com>' },
  ],
  transports(values: SettingValues): Transport[] {
    const { host, secure, requireTls, rejectUnauthorized } = smtpEntry.read(values)
    const advice = 'add ?requireTLS=true to it, or use smtps://'
    const isEncrypted = secure || requireTls // mutant: C68.optional-tls-cleartext
    return [{ setting: 'SMTP_URL', host, isEncrypted, isVerified: rejectUnauthorized, advice }]
  },
  read(values: SettingValues): SmtpSettings {
    const { server, from } = readEach({
      server: () => readSmtpUrl(required(values, 'SMTP_URL')),
      from: () => mailbox(values, 'MAIL_FROM'),
    })
    return { ...server, from }
  },
}

const SMTP_OPTIONS = [
  ...['requireTLS', 'tls.rejectUnauthorized', 'tls.servername', 'maxConnections', 'name'],
]
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** A password with a bare ? in it ends up among the options: what looks like no name is not repeated. */
function nameOption(option: string): string {
  return /^[a-z][a-zA-Z.]{1,30}$/.test(option)
    ? `the unknown option ${option}`
    : 'an unknown option (a ? in a password has to be written as %3F)'
}

function readSmtpUrl(text: string): Omit<SmtpSettings, 'from'> {
  const wrong = (problem: string) => new ProviderSettingError('SMTP_URL', problem)
  if (!URL.canParse(text)) throw wrong('is not a URL like smtp://user:password@host:587')
  const url = new URL(text)
  if ((url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '')
    throw wrong('begins with neither smtp:// nor smtps://, or names no host')
  const unknown = [...url.searchParams.keys()].find((key) => !SMTP_OPTIONS.includes(key))
  if (unknown) throw wrong(`has ${nameOption(unknown)}; known: ${SMTP_OPTIONS.join(', ')}`)
  const flag = (name: string, fallback: boolean) => {
    const value = url.searchParams.get(name)
    if (value !== null && value !== 'true' && value !== 'false')
      throw wrong(`${name} is neither true nor false`)
    return value === null ? fallback : value === 'true'
  }
  const maxConnections = Number(url.searchParams.get('maxConnections') ?? SMTP_CONNECTIONS)
  if (!Number.isInteger(maxConnections) || maxConnections < 1 || maxConnections > 100)
    throw wrong('maxConnections is not a number from 1 to 100')
  const host = asciiDomain(decode(url.hostname, 'SMTP_URL', 'host').replace(/^\[|\]$/g, '')) // mutant: C67.idn-mail-server
  if (host === null) throw wrong('has a host that is no name')
  const ehloName = url.searchParams.get('name')
  // mutant: C67.ehlo-injection-refused
  if (ehloName !== null && !EHLO_NAME.test(ehloName))
    throw wrong('name is neither like app.example.com nor like [192.0.2.1]')
  const secure = url.protocol === 'smtps:'
  const auth = readAuth(url, 'SMTP_URL')
  return {
    host,
    ehloName,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    // A password never goes over a wire in clear unless that was asked for.
    requireTls: flag('requireTLS', auth !== null && !LOOPBACK.test(url.hostname)),
    rejectUnauthorized: flag('tls.rejectUnauthorized', true),
    servername: url.searchParams.get('tls.servername'),
    auth,
    maxConnections,
  }
}
