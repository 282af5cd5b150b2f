// A provider as the registry knows it: its settings as data, their typed reading, and how it is made.
// It must not repeat a value that may be a secret.

import { domainToASCII } from 'node:url'
import type { Channel } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Fault, HttpClient, Provider } from './ports.ts'

export type SettingValues = Readonly<Record<string, string>>

export type ProviderSetting = {
  readonly name: string
  readonly description: string
  readonly secret?: boolean
  /** May contain a secret: a template of the operator's own. */
  readonly hidden?: boolean
  /** May contain quotes, # and several lines: JSON, a template. */
  readonly free?: true
  /** Absent and not `optional`: required as soon as one of the others is given. */
  readonly default?: string
  readonly optional?: boolean
  /** Read by several providers: alone it configures none of them. */
  readonly shared?: true
  /** Of an account that serves several channels, each by an entry of this name: alone it configures the first of them. */
  readonly common?: true
}

/** How a message reaches the provider, for those who decide whether it may travel unencrypted. */
export type Transport = {
  setting: string
  /** A name, or an address without brackets. */
  host: string
  /** False: unencrypted, or unencrypted where the other side wants that. */
  isEncrypted: boolean
  /** False: anybody in between can present any certificate. */
  isVerified: boolean
  /** How to have it encrypted: the end of a sentence. */
  advice: string
}

/** The parts of a messenger's message: it delivers templates or a text of its own, none of ours. */
export type TemplateMessage = {
  template: string
  /** Null: the messenger chooses it. */
  language: string | null
  variables: Readonly<Record<string, string>>
}

export type ProviderDescription = {
  readonly name: string
  readonly channels: readonly Channel[]
  readonly settings: readonly ProviderSetting[]
  /** Checks the values without making anything. @throws ProviderSettingError */
  read(values: SettingValues): unknown
  /** Of values that `read` takes: valid, but worth a thought. */
  warnings?(values: SettingValues): readonly string[]
  /** Whose fault a stored code of its own was; undefined: the code does not say. Rows of versions before faults have no other. */
  faultOf?(code: string): Fault | undefined
  /** Of values that `read` takes; messengers only. */
  toTemplate?(values: SettingValues, message: { locale: string; code: string }): TemplateMessage
  /** Of values that `read` takes. */
  transports?(values: SettingValues): readonly Transport[]
}
export type ProviderDeps = { http: HttpClient; clock: Clock }
export type ProviderEntry = ProviderDescription & {
  /** @throws ProviderSettingError */
  create(values: SettingValues, deps: ProviderDeps): Provider
}

type WrongSetting = { setting: string; problem: string }

/** Every fault of one provider at once. The message is a line each: `NAME: what is wrong and what to do`. */
export class ProviderSettingError extends Error {
  readonly faults: readonly WrongSetting[]
  constructor(faults: readonly WrongSetting[]) {
    super(faults.map(({ setting, problem }) => `${setting}: ${problem}`).join('\n'))
    this.name = 'ProviderSettingError'
    this.faults = faults
  }
}

export function wrong(setting: string, problem: string): ProviderSettingError {
  return new ProviderSettingError([{ setting, problem }])
}

type Parts = Readonly<Record<string, () => unknown>>
type Read<P extends Parts> = { [Key in keyof P]: ReturnType<P[Key]> }

/** Reads every part, even after one has failed. @throws ProviderSettingError */
export function readEach<P extends Parts>(parts: P): Read<P> {
  const faults: WrongSetting[] = []
  const entries = Object.entries(parts).map(([key, read]) => {
    try {
      return [key, read()]
    } catch (error) {
      // mutant: C69.all-faults-told
      if (error instanceof ProviderSettingError) faults.push(...error.faults)
      else throw error
      return [key, undefined]
    }
  })
  // A value that two parts are read from is wrong once.
  const different = new Map(faults.map((fault) => [`${fault.setting} ${fault.problem}`, fault]))
  if (different.size > 0) throw new ProviderSettingError([...different.values()])
  return Object.fromEntries(entries) as Read<P>
}

export function required(values: SettingValues, name: string): string {
  const value = values[name]
  if (value === undefined || value === '') throw wrong(name, 'is missing')
  return value
}

/** The text as given, checked. The error does not repeat its user and password. */
export function httpUrl(values: SettingValues, name: string): string {
  const text = required(values, name)
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:')
    throw wrong(name, 'is not an http or https URL')
  return text
}

/** Of a host with paths of its own: like `httpUrl`, without the slashes at its end. */
export function baseUrl(values: SettingValues, name: string): string {
  const text = httpUrl(values, name)
  const { username, password } = new URL(text)
  // A login would not be sent, and paths would be added to the query.
  if (username !== '' || password !== '' || /[?#]/.test(text))
    throw wrong(name, 'must not contain a user, a query or a fragment') // mutant: C69.bare-base-url
  return text.replace(/\/+$/, '')
}

/** @param url one that `httpUrl` has read */
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
    throw wrong(setting, `has a ${part} with a % that is not percent-encoded`)
  }
}

/** As DNS and mail servers know it (RFC 5890): `bücher.example` is xn--bcher-kva.example. null: it cannot be one. */
export function asciiDomain(domain: string): string | null {
  if (/^[\x21-\x7e]+$/.test(domain)) return domain
  // A URL parser is behind domainToASCII: nothing of a URL's syntax goes in.
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
    throw wrong(name, 'is not like no-reply@example.com or Name <no-reply@example.com>')
  return { name: match?.[1]?.trim() || null, address: `${local}@${ascii}` } // mutant: C67.ascii-sender-domain
}
