// Ways out of this machine that are in clear, or whose other side proves nothing: worth a warning in production (C68).
// It must not repeat a URL: there may be a password in it.

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Transport } from '../delivery/setting-values.ts'
import { serverOf } from './database-url.ts'
import { isLoopback } from './listen.ts'
import type { Values } from './reader.ts'
import { SERVER_SETTINGS } from './settings.ts'

/** Codes and numbers go to providers. */
export function warnOfTransports(transports: readonly Transport[]): string[] {
  return transports.flatMap(({ setting, host, isEncrypted, isVerified, advice }) => {
    if (isLoopback(host)) return []
    if (!isEncrypted)
      return [`${setting}: codes can go to ${host} in clear, for whoever stands between; ${advice}`]
    return isVerified ? [] : [unverified(setting, host)]
  })
}

function unverified(setting: string, host: string): string {
  return `${setting}: the certificate of ${host} is not looked at, so whoever stands between can read along; give its authority in place of that`
}

type Server = Pick<
  Values<typeof SERVER_SETTINGS>,
  'databaseUrl' | 'rateLimitUrl' | 'metricsPort' | 'metricsHost'
>

/** Numbers, sealed codes and the log go to the database, counters to Redis; metrics are there for whoever comes. */
export function warnOfServers(server: Server): string[] {
  const { databaseUrl, rateLimitUrl, metricsPort, metricsHost } = server
  return [
    ...(databaseUrl?.kind === 'postgres' ? warnOfPostgres(databaseUrl.url) : []),
    ...(rateLimitUrl === undefined ? [] : warnOfRedis(rateLimitUrl)),
    ...(metricsPort === undefined || isPrivate(metricsHost)
      ? []
      : [
          `${SERVER_SETTINGS.metricsHost.name}=${metricsHost}: whoever reaches port ${metricsPort} there reads the metrics, in clear and without a key; name an address of a private network, or 127.0.0.1`,
        ]),
  ]
}

/** As pg reads it (pg-connection-string): of a parameter given twice the last one counts, and `host` wins over the URL's. */
function warnOfPostgres(text: string): string[] {
  const { host, query } = serverOf(text)
  const last = (name: string) => query.getAll(name).at(-1)
  if (host.startsWith('/') || isLoopback(host)) return []
  const setting = SERVER_SETTINGS.databaseUrl.name
  const [mode, ssl] = [last('sslmode'), last('ssl')]
  const hasFile = ['sslcert', 'sslkey', 'sslrootcert'].some((name) => last(name))
  const isDirect = last('sslnegotiation') === 'direct' && ssl === undefined
  const isOn = ssl !== undefined && !['0', 'false', ''].includes(ssl)
  if (mode === 'disable' || !(mode || hasFile || isDirect || isOn))
    return [
      `${setting}: the way to ${host} is in clear, its password and every number too; add ?sslmode=verify-full`,
    ]
  const isLoose =
    last('uselibpqcompat') === 'true' &&
    (mode === 'prefer' || (mode === 'require' && !last('sslrootcert')))
  return mode === 'no-verify' || ssl === 'no-verify' || isLoose ? [unverified(setting, host)] : []
}

function warnOfRedis(text: string): string[] {
  const { protocol, hostname } = new URL(text)
  const host = withoutBrackets(hostname)
  if (protocol === 'rediss:' || isLoopback(host)) return []
  return [
    `${SERVER_SETTINGS.rateLimitUrl.name}: the way to ${host} is in clear, its password too; use rediss://`,
  ]
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

/** RFC 1918, RFC 4193, RFC 6598, and this machine alone. A name may be anything. */
function isPrivate(host: string): boolean {
  if (isLoopback(host)) return true
  const range = isIP(host) === 0 ? '' : ipaddr.process(host).range()
  return ['private', 'uniqueLocal', 'carrierGradeNat', 'linkLocal'].includes(range)
}
