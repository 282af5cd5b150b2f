// The settings of what leaves the log as it grows: where to, and which events.

import type { AuditTarget } from '../audit/sink.ts'
import { type Parser, SettingError } from './parsers.ts'
import { choice, optional } from './settings.ts'

/** RFC 5426 §3.3, RFC 5425 §4.1; by TCP there is only custom. */
const PORTS: Readonly<Record<string, number>> = { udp: 514, tcp: 601, tls: 6514 }
const SHAPES =
  'is not file:/path, syslog+tcp://host:port, syslog+tls://host:port?ca=/path or syslog+udp://host:port'

function readFile(path: string): AuditTarget {
  if (!path.startsWith('/')) throw new SettingError('needs a whole path: file:/var/log/audit.jsonl')
  return { kind: 'file', path }
}

const parseAuditTarget: Parser<AuditTarget> = (text) => {
  const [, path] = /^file:(?:\/\/(?=\/))?(.+)$/.exec(text) ?? []
  if (path !== undefined) return readFile(path)
  const kind = /^syslog\+(udp|tcp|tls):\/\//.exec(text)?.[1] as 'udp' | 'tcp' | 'tls' | undefined
  const url = kind && URL.canParse(text) ? new URL(text) : null
  if (!kind || !url?.hostname) throw new SettingError(SHAPES)
  const { username, password, pathname, hash, searchParams } = url
  const others = [...searchParams.keys()].filter((name) => name !== 'ca' || kind !== 'tls')
  if (username || password || pathname.length > 1 || hash || others.length > 0)
    throw new SettingError('may have a host and a port only, and ?ca=/path with syslog+tls')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? (PORTS[kind] ?? 0) : Number(url.port)
  return { kind, host, port, caPath: searchParams.get('ca') }
}

export const AUDIT_SETTINGS = {
  stream: optional(
    'AUDIT_STREAM',
    parseAuditTarget,
    'Where each event of the log goes as it happens, for a SIEM: `file:/path` (JSON Lines), `syslog+tls://host:6514` (`?ca=/path`), `syslog+tcp://host:601` or `syslog+udp://host:514` (RFC 5424): see docs/operations.md',
  ),
  streamEvents: choice(
    'AUDIT_STREAM_EVENTS',
    ['all', 'admin'],
    'all',
    '`admin`: only what admins did: sign-ins and sign-outs, keys, recipients shown, exported and erased, exports of lists, limits and suppressions lifted, entries of the lists made and ended, webhooks switched and replayed, and the heads of the chain',
  ),
} as const
