// HOST: where a server listens, who can reach it there, and how this machine itself does. No name is looked up.

import { isIP, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { type Parser, SettingError } from './parsers.ts'

export type Listen =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

const UNIX = 'unix:'
/** RFC 1123 §2.1, and the underscore of container names. */
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?$/i
/** `127.1`, `0x7f000001`, `010.0.0.1`: different addresses to different resolvers. */
const NUMERIC = /^(?:0x[\da-f]*|\d+)(?:\.(?:0x[\da-f]*|\d+))*\.?$/i

/** An address (IPv6 with or without brackets), a name, or `unix:/path`. */
export const parseHostSetting: Parser<string> = (text) => {
  if (text.toLowerCase().startsWith(UNIX)) {
    const path = text.slice(UNIX.length)
    if (path === '' || path.startsWith('//'))
      throw new SettingError('must look like unix:/run/countersign.sock')
    return `${UNIX}${path}`
  }
  const inner = /^\[(.*)\]$/.exec(text)?.[1]
  const host = inner ?? text // mutant: C69.ipv6-brackets
  if (isIPv6(host) || (inner === undefined && isIP(host) === 4)) return host
  if (inner !== undefined || !NAME.test(host) || NUMERIC.test(host))
    throw new SettingError(
      `"${text}" is neither an address (0.0.0.0, ::1), a name nor unix:/path; the port is a separate setting`,
    )
  return host
}

/** A host that is connected to: a name, or an address with or without brackets. */
export const parsePeerHost: Parser<string> = (text) => {
  const host = /^\[(.*)\]$/.exec(text)?.[1] ?? text
  if (isIP(host) === 0 && (!NAME.test(host) || NUMERIC.test(host)))
    throw new SettingError(
      `"${text}" is neither a host name nor an address: give it without a scheme, a port or *`,
    )
  return host
}

export function toListen({ host, port }: { host: string; port: number }): Listen {
  return host.startsWith(UNIX)
    ? { kind: 'unix', path: host.slice(UNIX.length) }
    : { kind: 'tcp', host, port }
}

/** `::ffff:127.0.0.1` is 127.0.0.1. */
function readAddress(host: string) {
  return isIP(host) === 0 ? undefined : ipaddr.process(host.replace(/%.*$/, ''))
}

/** Only this machine can reach it there. */
export function isLoopback(host: string): boolean {
  if (host.startsWith(UNIX)) return true
  const address = readAddress(host)
  return address ? address.range() === 'loopback' : /^localhost\.?$/i.test(host) // mutant: C69.loopback-by-address
}

/** Of a URL: without the brackets of an IPv6 address. */
export const hostOf = (url: string) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')

/** Whether others may reach it: providers refuse a message whose callback leads to themselves. */
export const isReachable = (publicUrl: string) => !isLoopback(hostOf(publicUrl))

/** The address at which a process of this machine reaches a server that listens on `host`. */
export function reachedAt(host: string): string {
  const address = readAddress(host)
  if (address?.range() !== 'unspecified') return host
  return address.kind() === 'ipv4' ? '127.0.0.1' : '::1'
}
