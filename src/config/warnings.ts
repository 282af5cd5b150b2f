// Settings that are valid, but worth a warning at start. C68: in production, connections that are unencrypted or unverified.
// It must not repeat a URL: there may be a password in it.

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Transport } from '../delivery/provider-entry.ts'
import { pickLocale } from '../delivery/templates/languages.ts'
import { TEXT_CHANNELS } from '../kernel/channel.ts'
import { languageKeys } from '../kernel/language-tag.ts'
import { carriesLength } from '../verification/carried.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import { postgresTls, serverOf } from './database-url.ts'
import { isGuessableKey } from './guessable.ts'
import { hostOf, isLoopback } from './listen.ts'
import { OIDC_SETTINGS } from './oidc.ts'
import { SECRET_ADVICE } from './parsers.ts'
import { inspectProviders } from './providers.ts'
import type { Environment, Reader } from './reader.ts'
import type { ReadSettings } from './rules.ts'
import { SERVER_SETTINGS } from './settings.ts'
import { TRACE_SETTINGS } from './traces.ts'

/** NIST SP 800-63B-4 §3.1.3.1: at least six digits, at most ten minutes. */
const NIST_MIN_DIGITS = 6
const NIST_MAX_SECONDS = 600
/** OWASP's password storage cheat sheet: the least memory it lists for argon2id, with five passes. */
const OWASP_MIN_MEMORY_KIB = 7168

export function findWarnings(read: ReadSettings): string[] {
  const { reader, server, providers, registry, services } = read
  const isProduction = read.mode === 'production'
  const isCheap = server.argon2MemoryKib < OWASP_MIN_MEMORY_KIB
  return [
    ...warnOfSlips(reader),
    ...(isProduction || isLoopback(server.host)
      ? []
      : [
          `HOST=${server.host} in development: anybody who can reach it can read every code in /dev/inbox`,
        ]),
    ...(isCheap ? [`ARGON2_MEMORY_KIB is under ${OWASP_MIN_MEMORY_KIB}: for tests only`] : []),
    ...[...services.values()].flatMap((service) => warnOfService(service, isProduction)),
    ...inspectProviders(registry, providers, (entry, values) => entry.warnings?.(values)),
    ...warnOfOidc(read),
    ...(isProduction ? warnOfExposure(read) : []),
  ]
}

export function warnOfSlips(reader: Reader): string[] {
  return reader
    .suspects()
    .map(({ name, meant }) => `${name} is not a setting: did you mean ${meant}?`)
}

function warnOfService(service: ServicePolicy, isProduction: boolean): string[] {
  const { codeLength, ttlSeconds, limits, testRecipients } = service
  const warnings: string[] = []
  const warnIf = (condition: boolean, warning: string) => condition && warnings.push(warning)
  warnIf(
    codeLength < NIST_MIN_DIGITS,
    `codes of ${codeLength} digits; NIST SP 800-63B requires ${NIST_MIN_DIGITS}`,
  )
  warnIf(
    ttlSeconds > NIST_MAX_SECONDS,
    `codes are valid for ${ttlSeconds} s; NIST SP 800-63B allows ${NIST_MAX_SECONDS}`,
  )
  warnIf(service.clientIp === 'off', 'CLIENT_IP=off, so there is no limit by address')
  warnings.push(...warnOfLanguage(service)) // mutant: C70.missing-text-named
  warnIf(
    service.channels.includes('voice') && service.voiceCountries.length === 0,
    'nobody is called: VOICE_COUNTRIES names no country',
  )
  const uncarried = service.channels.filter((channel) => !carriesLength(channel, codeLength))
  warnIf(
    uncarried.length > 0,
    `${uncarried.join(', ')} does not carry codes of ${codeLength} digits (CODE_LENGTH)`,
  )
  if (isProduction) {
    warnIf(service.voiceCountries === '*', 'every country is called; toll fraud starts there')
    warnIf(service.allowedCountries === '*', 'every country is allowed; toll fraud starts there')
    warnIf(
      !limits.sends_per_country_hour || !limits.sends_per_service_hour,
      'set LIMIT_SENDS_PER_COUNTRY_HOUR and LIMIT_SENDS_PER_SERVICE_HOUR, budgets against toll fraud',
    )
    warnIf(
      !limits.guesses_per_number_hour && !limits.guesses_per_number_day,
      'nothing limits the guesses at one number; set LIMIT_GUESSES_PER_NUMBER_HOUR or _DAY',
    )
    warnIf(testRecipients.length > 0, `${testRecipients.length} test recipients are active`)
  }
  return warnings.map((warning) => `service ${service.name}: ${warning}`)
}

/** A locale without a text of its own or a built-in one: found at start, not by a customer. */
function warnOfLanguage(service: ServicePolicy): string[] {
  const { locale } = service
  const channels = TEXT_CHANNELS.filter((channel) => service.channels.includes(channel))
  return channels.flatMap((channel) => {
    const used = pickLocale(service, channel, [])
    const keys = languageKeys(used)
    const isItsOwn = languageKeys(locale).some((key) => keys.includes(key)) // mutant: C70.related-language-quiet
    return isItsOwn ? [] : [`there is no text in ${locale} for ${channel}; messages are in ${used}`]
  })
}

/** Over http to another machine of which the operator has not said that they know. */
function isInClear(text: string, { plaintextHosts }: ReadSettings['server']): boolean {
  const host = hostOf(text)
  return new URL(text).protocol === 'http:' && !isLoopback(host) && !isIn(plaintextHosts, host)
}

/** In every mode: who signs in here reads people’s numbers. */
function warnOfOidc({ oidc, server }: ReadSettings): string[] {
  if (oidc === null) return []
  const { issuer, consoleUrl } = OIDC_SETTINGS
  return [
    ...(isInClear(oidc.issuer, server)
      ? [
          `${issuer.name}: the connection to the provider is unencrypted, so anybody in between can sign in to the console as anybody; use https`,
        ]
      : []),
    ...(isInClear(oidc.consoleUrl, server)
      ? [
          `${consoleUrl.name}=${oidc.consoleUrl}: people open the console unencrypted, so anybody in between can read what they see and take over their session; put https in front of it`,
        ]
      : []),
  ]
}

/** Where anybody in between can read codes and passwords, or guess a key. */
function warnOfExposure(read: ReadSettings): string[] {
  const { env, server, providers, registry } = read
  const keys = [
    { name: SERVER_SETTINGS.apiKey.name, key: server.apiKey },
    { name: SERVER_SETTINGS.adminKey.name, key: server.adminKey },
  ].filter(({ key }) => key !== undefined && isGuessableKey(key)) // mutant: C68.warn-guessable-key
  return [
    ...warnOfTransports(
      inspectProviders(registry, providers, (entry, values) => entry.transports?.(values)),
      server.plaintextHosts,
    ),
    ...warnOfServers(server, env),
    ...warnOfCollector(read),
    ...warnOfPublicUrl(read),
    ...warnOfTrust(env),
    ...keys.map(({ name }) => `${name} is easy to guess (words, or a pattern); ${SECRET_ADVICE}`),
  ]
}

/** Spans name nobody, so a collector on a private network needs no TLS; its key does. */
function warnOfCollector({ traces, server }: ReadSettings): string[] {
  if (traces === null || Object.keys(traces.headers).length === 0) return []
  if (!isInClear(traces.url, server)) return []
  return [
    `${TRACE_SETTINGS.headers.name}: the key of the collector goes to ${hostOf(traces.url)} unencrypted; use https`,
  ]
}

/** Codes are entered on its pages and asked for by calls, and a mail’s link leads there. */
function warnOfPublicUrl({ server }: ReadSettings): string[] {
  const { publicUrl } = server
  if (publicUrl === undefined || !isInClear(publicUrl, server)) return [] // mutant: C68.warn-public-url
  return [
    `${SERVER_SETTINGS.publicUrl.name}=${publicUrl}: people and providers reach this service unencrypted, so anybody in between can read codes and use a mail’s link; put https in front of it`,
  ]
}

/** Codes and numbers go to providers. @param plaintextHosts PLAINTEXT_HOSTS: the operator knows about these */
function warnOfTransports(
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
function warnOfTrust(env: Environment): string[] {
  const name = 'NODE_TLS_REJECT_UNAUTHORIZED'
  if (env[name] !== '0') return [] // mutant: C68.unverified-tls-named
  return [
    `${name}=0: no certificate of a gateway, PostgreSQL or Redis is verified, so anybody in between can read the traffic; remove it, and name your authority in NODE_EXTRA_CA_CERTS`,
  ]
}

/** Numbers, sealed codes and the log go to the database, counters to Redis; metrics are open to whoever connects. */
function warnOfServers(server: ReadSettings['server'], env: Environment): string[] {
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
  const { protocol } = new URL(text)
  const host = hostOf(text)
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
