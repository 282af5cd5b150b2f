// C68: connections out of this machine that are unencrypted or unverified, worth a warning in production.
// It must not repeat a URL: there may be a password in it.

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Transport } from '../delivery/setting-values.ts'
import { postgresTls, serverOf } from './database-url.ts'
import { isLoopback } from './listen.ts'
import type { Environment, Values } from './reader.ts'
import { SERVER_SETTINGS } from './settings.ts'

/** Codes and numbers go to providers. @param plaintextHosts PLAINTEXT_HOSTS: the operator knows about these */
export function warnOfTransports(
  transports: readonly Transport[],
  plaintextHosts: readonly string[],
): string[] {
  return transports.flatMap(({ setting, host, isEncrypted, isVerified, advice }) => {
    if (isLoopback(host)) return []
    if (isEncrypted) return isVerified ? [] : [unverified(setting, host)] // mutants: C68.warn-provider-cleartext C68.warn-unverified-cert
    if (isIn(plaintextHosts, host)) return []
    return [
      `${setting}: codes can go to ${host} unencrypted, readable by anybody in between; ${advice}`,
    ]
  })
}

function unverified(setting: string, host: string): string {
  return `${setting}: the certificate of ${host} is not verified, so anybody in between can read the traffic; name its authority instead`
}

/** One host in all its spellings: upper or lower case, with the root's dot (RFC 4343, RFC 1034 §3.1), an IPv6 address with its zeros. */
function isIn(hosts: readonly string[], host: string): boolean {
  const bare = (name: string) =>
    isIP(name) === 0 ? name.toLowerCase().replace(/\.$/, '') : ipaddr.process(name).toString()
  return hosts.some((name) => bare(name) === bare(host)) // mutant: C68.plaintext-named-hosts
}

/** As node:tls reads it, for every connection whose settings leave it to Node: all of ours except SMTP. */
export function warnOfTrust(env: Environment): string[] {
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED'
  if (env[name] !== '0') return [] // mutant: C68.unverified-tls-named
  return [
    `${name}=0: no certificate of a gateway, PostgreSQL or Redis is verified, so anybody in between can read the traffic; remove it, and name your authority in NODE_EXTRA_CA_CERTS`,
  ]
}

type Server = Pick<
  Values<typeof SERVER_SETTINGS>,
  'databaseUrl' | 'rateLimitUrl' | 'metricsPort' | 'metricsHost' | 'plaintextHosts'
>

/** Numbers, sealed codes and the log go to the database, counters to Redis; metrics are open to whoever connects. */
export function warnOfServers(server: Server, env: Environment): string[] {
  const { databaseUrl, rateLimitUrl, metricsPort, metricsHost, plaintextHosts } = server
  return [
    ...(databaseUrl?.kind === 'postgres'
      ? warnOfPostgres(databaseUrl.url, plaintextHosts, env)
      : []),
    ...(rateLimitUrl === undefined ? [] : warnOfRedis(rateLimitUrl, plaintextHosts)),
    ...(metricsPort === undefined || isPrivate(metricsHost) // mutant: C68.warn-public-metrics
      ? []
      : [
          `${SERVER_SETTINGS.metricsHost.name}=${metricsHost}: anybody who reaches port ${metricsPort} there can read the metrics, unencrypted and without a key; use an address of a private network, or 127.0.0.1`,
        ]),
  ]
}

function warnOfPostgres(
  text: string,
  plaintextHosts: readonly string[],
  env: Environment,
): string[] {
  const { host, query } = serverOf(text)
  if (host.startsWith('/') || isLoopback(host)) return []
  const setting = SERVER_SETTINGS.databaseUrl.name
  const { tls, isByEnvironment } = postgresTls(query, env.PGSSLMODE)
  if (tls === 'unverified') return [unverified(isByEnvironment ? 'PGSSLMODE' : setting, host)] // mutant: C68.plaintext-not-certs
  if (tls === 'verified' || isIn(plaintextHosts, host)) return []
  return [
    `${setting}: the connection to ${host} is unencrypted, including its password and every number; add ?sslmode=verify-full`,
  ]
}

function warnOfRedis(text: string, plaintextHosts: readonly string[]): string[] {
  const { protocol, hostname } = new URL(text)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'rediss:' || isLoopback(host) || isIn(plaintextHosts, host)) return [] // mutant: C68.warn-redis-cleartext
  return [
    `${SERVER_SETTINGS.rateLimitUrl.name}: the connection to ${host} is unencrypted, including its password; use rediss://`,
  ]
}

/** RFC 1918, RFC 4193, RFC 6598, and this machine. A name may be anything. */
function isPrivate(host: string): boolean {
  if (isLoopback(host)) return true
  const range = isIP(host) === 0 ? '' : ipaddr.process(host).range()
  return ['private', 'uniqueLocal', 'carrierGradeNat', 'linkLocal'].includes(range)
}
