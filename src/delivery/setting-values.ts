// Reading one provider's values: each fault names its setting and says what to do.
// It must not repeat a value that may be a secret.

import { domainToASCII } from 'node:url'
import { findDuplicateKeys } from '../kernel/duplicate-keys.ts'

export type SettingValues = Readonly<Record<string, string>>

/** A way to a provider, for whoever judges whether it may be in clear. */
export type Transport = {
  setting: string
  /** A name, or an address without brackets. */
  host: string
  /** False: in clear, or in clear where the other side wishes so. */
  isEncrypted: boolean
  /** False: whoever stands between can show any certificate. */
  isVerified: boolean
  /** How to have it encrypted: the end of a sentence. */
  advice: string
}

/** The message is `NAME: what is wrong and what to do`. */
export class ProviderSettingError extends Error {
  readonly setting: string
  constructor(setting: string, problem: string) {
    super(`${setting}: ${problem}`)
    this.name = 'ProviderSettingError'
    this.setting = setting
  }
}

/** Several faults of one provider, so that one start names them all. */
export class ProviderSettingsError extends Error {
  readonly faults: readonly ProviderSettingError[]
  constructor(faults: readonly ProviderSettingError[]) {
    super(faults.map(({ message }) => message).join('\n'))
    this.name = 'ProviderSettingsError'
    this.faults = faults
  }
}

type Parts = Readonly<Record<string, () => unknown>>
type Read<P extends Parts> = { [Key in keyof P]: ReturnType<P[Key]> }

/** Reads each part, the later ones too where one is wrong. @throws ProviderSettingError, or ProviderSettingsError with several */
export function readEach<P extends Parts>(parts: P): Read<P> {
  const faults: ProviderSettingError[] = []
  const entries = Object.entries(parts).map(([key, read]) => {
    try {
      return [key, read()]
    } catch (error) {
      // mutant: C69.all-faults-told
      if (error instanceof ProviderSettingsError) faults.push(...error.faults)
      else if (error instanceof ProviderSettingError) faults.push(error)
      else throw error
      return [key, undefined]
    }
  })
  // What two parts are read from is wrong once.
  const different = new Map(faults.map((fault) => [fault.message, fault]))
  const [first] = different.values()
  if (first) throw different.size === 1 ? first : new ProviderSettingsError([...different.values()])
  return Object.fromEntries(entries) as Read<P>
}

export function required(values: SettingValues, name: string): string {
  const value = values[name]
  if (value === undefined || value === '') throw new ProviderSettingError(name, 'is missing')
  return value
}

/** The text as it was given, checked. Its user and password are not repeated in the error. */
export function httpUrl(values: SettingValues, name: string): string {
  const text = required(values, name)
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new ProviderSettingError(name, 'is not an http or https URL')
  return text
}

/** Of a URL that `httpUrl` has read. */
export function httpTransport(setting: string, url: string): Transport {
  const { hostname, protocol } = new URL(url)
  return {
    setting,
    host: hostname.replace(/^\[|\]$/g, ''),
    isEncrypted: protocol === 'https:',
    isVerified: true,
    advice: 'use https://',
  }
}

/** User and password of a URL. */
export function readAuth(url: URL, setting: string): { user: string; pass: string } | null {
  if (url.username === '') return null
  const read = (text: string) => decode(text, setting, 'user or password')
  return { user: read(url.username), pass: read(url.password) }
}

export function decode(text: string, setting: string, part: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ProviderSettingError(setting, `has a ${part} with a % that is not percent-encoded`)
  }
}

/** As DNS and mail servers know it (RFC 5890): `bücher.example` is xn--bcher-kva.example. null: it can't be one. */
export function asciiDomain(domain: string): string | null {
  if (/^[\x21-\x7e]+$/.test(domain)) return domain
  // Nothing of a URL: its parser is behind domainToASCII.
  return /^[\p{L}\p{M}\p{N}.\u3002-]+$/u.test(domain) ? domainToASCII(domain) || null : null
}

/** A display name and an address, or an address alone. */
export function mailbox(
  values: SettingValues,
  name: string,
): { name: string | null; address: string } {
  const text = required(values, name)
  const match = /^(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>]+))$/u.exec(text.trim())
  const [, local, domain = ''] =
    /^([^\s@<>,;"]+)@([^\s@<>,;"]+)$/.exec((match?.[2] ?? match?.[3] ?? '').trim()) ?? []
  const ascii = asciiDomain(domain)
  if (/[\p{Cc}]/u.test(text) || local === undefined || ascii === null)
    throw new ProviderSettingError(
      name,
      'is not like no-reply@example.com or Name <no-reply@example.com>',
    )
  return { name: match?.[1]?.trim() || null, address: `${local}@${ascii}` } // mutant: C67.ascii-sender-domain
}

/** A JSON object of strings; names come back in lower case (RFC 9110 §5.1). */
export function headerMap(values: SettingValues, name: string): Record<string, string> {
  const wrong = new ProviderSettingError(name, 'is not a JSON object of header names and texts')
  let parsed: unknown
  try {
    parsed = JSON.parse(required(values, name))
  } catch {
    throw wrong
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrong
  const names = Object.keys(parsed).map((key) => key.toLowerCase())
  // mutants: C69.header-case-twice C69.header-twice-refused
  if (new Set(names).size < names.length || findDuplicateKeys(required(values, name)).length > 0)
    throw new ProviderSettingError(name, 'names a header twice: leave one of them')
  const entries = Object.entries(parsed).map(([key, value]): [string, string] => {
    // RFC 9110 §5.5 and §5.6.2: a token, and a value without control characters.
    const isName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(key)
    if (!isName || typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value)) throw wrong
    return [key.toLowerCase(), value]
  })
  return Object.fromEntries(entries)
}
