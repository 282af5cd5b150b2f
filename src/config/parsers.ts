// The text of one setting becomes its value, or a SettingError: a sentence that says what to do.
// It must not repeat a secret's text.

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isSupportedCountry } from 'libphonenumber-js/max'
import { endOfDay } from '../kernel/end-of-day.ts'
import { readLanguageTag } from '../kernel/language-tag.ts'
import type { Limit, TestRecipient } from '../verification/policy.ts'
import { isUnreadable, readRecipient } from '../verification/recipient.ts'

/** The fault of one setting: a sentence for the operator, without the setting's name. */
export class SettingError extends Error {}

export type Parser<T> = (text: string) => T

export const parseText: Parser<string> = (text) => text

/** A whole number between both ends, inclusive. */
export function parseInteger(min: number, max: number): Parser<number> {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new SettingError(`"${text}" is not a whole number from ${min} to ${max}`)
    return value
  }
}

export function parseOneOf<const T extends string>(words: readonly T[]): Parser<T> {
  return (text) => {
    const found = words.find((word) => word === text)
    if (found === undefined) throw new SettingError(`"${text}" is not one of ${words.join(', ')}`)
    return found
  }
}

/** Comma-separated. The empty text is the empty list: the fallback of some settings. */
export function parseList<T>(parseItem: Parser<T>): Parser<T[]> {
  return (text) => {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    if (items.length === 0 && text !== '') throw new SettingError(`"${text}" is an empty list`)
    return items.map(parseItem)
  }
}

/** `5/600` is 5 in 600 seconds; `off` is none. */
export const parseLimit: Parser<Limit | null> = (text) => {
  if (text === 'off') return null
  const match = /^(\d{1,7})\/(\d{1,7})$/.exec(text)
  const [max, windowSeconds] = [Number(match?.[1]), Number(match?.[2])]
  if (!match || max === 0 || windowSeconds === 0)
    throw new SettingError(`"${text}" is neither off nor like 5/600 (5 in 600 seconds)`)
  return { max, windowSeconds }
}

/** The bits of `::ffff:0:0/96`, before an IPv4 address that is written as IPv6. */
const MAPPED_BITS = 96

/** An address range in CIDR notation, one address, or `unix` for peers on a Unix socket. */
export const parseCidr: Parser<string> = (given) => {
  if (given === 'unix') return given
  // As in a URL: [::1], [fd00::]/8.
  const text = given.replace(/^\[([\da-f:.]+)\](?=\/|$)/i, '$1') // mutant: C69.proxy-range-brackets
  const [base = '', bits] = text.split('/')
  // ipaddr.js alone reads `10/8` as 0.0.0.10/8.
  const isRange = isIP(base) !== 0 && ipaddr.isValidCIDR(text)
  if (!isRange && !isIP(text))
    throw new SettingError(`"${text}" is neither an address nor a range like 10.0.0.0/8`)
  const isMapped = isIP(base) === 6 && ipaddr.IPv6.parse(base).isIPv4MappedAddress()
  if (bits !== undefined && Number(bits) <= (isMapped ? MAPPED_BITS : 0))
    throw new SettingError(`"${text}" matches every address: give the ranges of your proxies`)
  return isRange ? text : `${text}/${isIP(text) === 4 ? 32 : 128}`
}

/** ISO 3166-1 alpha-2, comma-separated, or `*`. */
export const parseCountries: Parser<readonly string[] | '*'> = (text) => {
  if (text.trim() === '*') return '*'
  const countries = parseList((item) => item.toUpperCase())(text)
  const unknown = countries.filter((country) => !isSupportedCountry(country))
  if (unknown.length > 0 || countries.length === 0)
    throw new SettingError(
      `${unknown.join(', ') || 'an empty list'} is not a country: give ISO codes like US,CA,DE, or * for all`,
    )
  return [...new Set(countries)]
}

/** The empty list is an answer here: nobody is called. */
export const parseVoiceCountries: Parser<readonly string[] | '*'> = (text) =>
  text.trim() === '' ? [] : parseCountries(text)

const BRAND_MAX_CHARACTERS = 40
const LOOKS_LIKE_URL = /:\/\/|www\.|[\p{L}\p{N}]\.\p{L}{2,}/iu

/** C45: a name in every message. A URL, line break or control character would let anybody phish through it. */
export const parseBrand: Parser<string> = (text) => {
  const brand = text.trim()
  if (brand === '' || [...brand].length > BRAND_MAX_CHARACTERS)
    throw new SettingError(`must have 1 to ${BRAND_MAX_CHARACTERS} characters`)
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(brand))
    throw new SettingError('must not contain line breaks or control characters')
  if (LOOKS_LIKE_URL.test(brand)) throw new SettingError('must not contain anything like a URL')
  if (brand.includes('{{')) throw new SettingError('must not contain {{')
  return brand
}

/** A bare host, as in WebOTP's last line (`@host #code`). */
export const parseHost: Parser<string> = (text) => {
  const host = text.toLowerCase()
  const isHost =
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
  if (!isHost.test(host))
    throw new SettingError(`"${text}" is not a bare host name like app.example.com`)
  return host
}

/** As Android computes it: the beginning of a SHA-256 in Base64 (SMS Retriever). */
export const parseAppHash: Parser<string> = (text) => {
  // mutant: C58.app-hash-format
  if (!/^[A-Za-z0-9+/]{11}$/.test(text))
    throw new SettingError(
      `"${text}" is not an app hash: 11 characters of A-Z, a-z, 0-9, + and /, such as FA+9qCX9VSu`,
    )
  return text
}

export const parseBoolean: Parser<boolean> = (text) =>
  parseOneOf(['true', 'false'])(text) === 'true'

export const parseLocale: Parser<string> = (text) => {
  const locale = readLanguageTag(text)
  if (locale === null || /[,;\s]/.test(text))
    throw new SettingError(`"${text}" is not a language tag like en or pt-BR`)
  return locale
}

/** The root of an http or https origin: no path is served in front of the console's own (its links begin at the root). */
export const parseOrigin: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new SettingError(`"${text}" is not an http or https URL`)
  if (url.username || url.password || url.search || url.hash)
    throw new SettingError('must not contain a user, a query or a fragment')
  // mutant: C69.url-path-refused
  if (/[^/]/.test(url.pathname))
    throw new SettingError(
      `must not contain a path ("${url.pathname}"): the service and its console are served at the root of their own host name, like https://verify.example.com`,
    )
  return url.origin
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** `redis://…`, or `rediss://…` for TLS. */
export const parseRateLimitUrl: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!/^rediss?:/.test(text) || !url?.hostname)
    throw new SettingError('must look like redis://user:password@host:6379')
  const { pathname, search, username, password } = url
  if (!/^\/?\d*$/.test(pathname) || search !== '')
    throw new SettingError(
      'may have only the number of a database after the host, like redis://host:6379/0',
    )
  if (!isDecodable(username + password))
    throw new SettingError('contains a % in its user or password that must be written as %25')
  return text
}

const SECRET_BYTES = 32
export const SECRET_ADVICE = 'make one with: openssl rand -base64 32'

/** 32 bytes in base64, or base64url. */
export const parseSecretKey: Parser<Uint8Array> = (text) => {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  const bytes = Buffer.from(base64, 'base64')
  const isCanonical = bytes.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '')
  if (bytes.length !== SECRET_BYTES || !isCanonical)
    throw new SettingError(`is not 32 bytes in base64; ${SECRET_ADVICE}`)
  return bytes
}

/** A key of the environment: what an Authorization header carries unchanged (RFC 6750 §2.1 has fewer characters). */
export const parseKey: Parser<string> = (text) => {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new SettingError(`contains a space or a character beyond ASCII; ${SECRET_ADVICE}`) // mutant: C69.key-ascii-only
  if (/^["'`]|["'`]$/.test(text)) throw new SettingError('begins or ends with a quote: remove it')
  return text
}

const TEST_CODE = /^\d{4,10}$/
const MIN_TEST_PREFIX_CHARACTERS = 4

/** A start would never match another spelling: `ann@EXAMPLE.com` would be sent real messages. */
function canonicalRecipient(to: string): string {
  const read = readRecipient(to, null)
  // mutant: C69.dead-test-recipient
  if (isUnreadable(read))
    throw new SettingError(
      `"${to}" cannot receive messages (it ${read.detail}): give a number like +15005550006, or an address`,
    )
  return read.address // mutant: C69.test-recipient-forms
}

/** `+15005550006=123456@2027-01-31`, or `+1500555*=…` for every number that begins this way. */
export const parseTestRecipient: Parser<TestRecipient> = (text) => {
  // From the right: an address has an @ of its own and may hold an =.
  const [, recipient = '', code = '', date = ''] = /^(.+)=([^=@]*)@([^=@]*)$/.exec(text) ?? []
  const prefix = recipient.endsWith('*')
  const to = prefix ? recipient.slice(0, -1) : recipient
  const untilMs = endOfDay(date)
  if (!TEST_CODE.test(code) || untilMs === undefined)
    throw new SettingError(`"${text}" is not like +15005550006=123456@2027-01-31`)
  if (prefix && to.length < MIN_TEST_PREFIX_CHARACTERS)
    throw new SettingError(
      `"${recipient}" is too short: a prefix has at least ${MIN_TEST_PREFIX_CHARACTERS} characters`,
    )
  // The domain of an address is at its end: `test*` would be test@ any host, with a code that is known.
  if (prefix && !to.startsWith('+'))
    throw new SettingError(
      `"${recipient}" is not the prefix of a number: give each address separately`,
    )
  return { to: prefix ? to : canonicalRecipient(to), prefix, code, untilMs }
}

/** @returns what is wrong where a recipient is listed twice, perhaps with different codes */
export function describeTwins(recipients: readonly TestRecipient[]): string | undefined {
  const names = recipients.map(({ to, prefix }) => to.toLowerCase() + (prefix ? '*' : ''))
  const twin = names.find((name, i) => names.indexOf(name) !== i) // mutant: C69.test-recipient-twice
  return twin && `"${twin}" is listed twice: remove one of them`
}

/** Comma-separated, none twice. */
export const parseTestRecipients: Parser<TestRecipient[]> = (text) => {
  const recipients = parseList(parseTestRecipient)(text)
  const twins = describeTwins(recipients)
  if (twins) throw new SettingError(twins)
  return recipients
}
