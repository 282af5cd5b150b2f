// The client of a request: addresses in canonical form, which peers are trusted, the key of a limit.
// It must not believe a header unless the peer is a trusted proxy.

import ipaddr from 'ipaddr.js'
import type { Logger } from '../kernel/logger.ts'
import { remember } from '../kernel/remember.ts'
import { forwardedFrom } from './forwarded.ts'

type Address = ReturnType<typeof ipaddr.parse>
type Range = [Address, number]

/** `[`, 45 characters of the longest IPv6 form, a zone, `]:65535`: a longer text is not an address. */
const MAX_TEXT_LENGTH = 96
/** A login flow sends its user's address six times, and a few hundred logins are in progress. */
const MAX_REMEMBERED = 500
/** The entry of TRUSTED_PROXIES for a peer on a Unix socket, which has no address. */
const UNIX_PEER = 'unix'
/** RFC 4291 §2.5.4: an end site has a /64 at least, and chooses addresses in it freely. */
const SITE_HEXTETS = 4
/** RFC 4291 §2.5.5.2: ::ffff:0:0/96; the translated ones are as long. */
const MAPPED_PREFIX_BITS = 96
/**
 * An IPv4 host as a translator writes it, in the last 32 bits: NAT64's well-known prefix (RFC 6052 §2.1, 64:ff9b::/96)
 * and SIIT's (RFC 6145, ::ffff:0:0:0/96).
 */
const TRANSLATED: readonly Range[] = [
  [ipaddr.parse('64:ff9b::'), 96],
  [ipaddr.parse('::ffff:0:0:0'), 96], // mutant: C13.siit-translated
]
/** RFC 8215: 64:ff9b:1::/48 is a network's own; where in it the IPv4 address lies is that network's choice. */
const LOCAL_NAT64: Range = [ipaddr.parse('64:ff9b:1::'), 48]

/** RFC 7239 §6.3: a port may be given as a name that hides it. */
const BRACKETED = /^\[([^\]]*)\](?::(?:\d{1,5}|_[\w.-]+))?$/
const IPV4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):(?:\d{1,5}|_[\w.-]+)$/ // mutant: C13.obfuscated-port
/** Dotted decimal alone: ipaddr.js also reads `127.1`, octal and hexadecimal forms, which differ between readers. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const IPV6 = /^[0-9a-f:]*:[0-9a-f:.]*$/i
const ZONE = /%[^%]*$/

const readWhole = remember(MAX_REMEMBERED, (text: string): Address | null => {
  const trimmed = text.trim()
  const four = IPV4_WITH_PORT.exec(trimmed)?.[1] ?? trimmed
  if (IPV4.test(four)) return ipaddr.IPv4.parse(four)
  const bare = (BRACKETED.exec(trimmed)?.[1] ?? trimmed).replace(ZONE, '')
  const dotted = bare.slice(bare.lastIndexOf(':') + 1)
  if (!IPV6.test(bare) || (dotted.includes('.') && !IPV4.test(dotted))) return null
  if (!ipaddr.IPv6.isValid(bare)) return null
  const address = ipaddr.IPv6.parse(bare)
  const isIPv4 =
    address.isIPv4MappedAddress() || TRANSLATED.some((range) => contains(range, address)) // mutants: C13.ipv4-mapped C13.nat64-embedded
  return isIPv4 ? lastFour(address.toByteArray()) : address
})

const read = (text: string) => (text.length > MAX_TEXT_LENGTH ? null : readWhole(text))

function lastFour(bytes: readonly number[]): Address {
  return new ipaddr.IPv4(bytes.slice(-4))
}

function write(address: Address): string {
  // RFC 5952: the one way to write an IPv6 address.
  return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString()
}

/**
 * The canonical form of an address from a socket, a body or X-Forwarded-For: a port, brackets
 * and a zone are dropped, IPv4 that is mapped or translated into IPv6 is IPv4, IPv6 is lower case and short (RFC 5952).
 * @returns null for anything else
 */
export function parseAddress(text: string): string | null {
  const address = read(text)
  return address && write(address)
}

function readRange(entry: string): Range {
  const fail = () => new Error(`not an address or CIDR: ${JSON.stringify(entry)}`)
  const [base, bits, ...rest] = entry.split('/')
  const address = base === undefined ? null : read(base)
  if (!address || rest.length > 0) throw fail()
  const width = address instanceof ipaddr.IPv6 ? 128 : 32
  if (bits === undefined) return [address, width]
  if (!/^\d{1,3}$/.test(bits)) throw fail()
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const wasMapped = width === 32 && (base ?? '').includes(':') && !IPV4_WITH_PORT.test(base ?? '')
  const prefix = Number(bits) - (wasMapped ? MAPPED_PREFIX_BITS : 0)
  if (prefix < 0 || prefix > width) throw fail()
  return [address, prefix]
}

/**
 * The network that a text names, by its first address in canonical form: `::ffff:10.1.2.3/104` is 10.0.0.0 with 8 bits,
 * and an address alone is the whole of it. Null: it names none.
 */
export function parseNetwork(text: string): { address: string; bits: number } | null {
  try {
    const [base, bits] = readRange(text)
    const cidr = `${write(base)}/${bits}`
    const { IPv4: four, IPv6: six } = ipaddr
    const version = base instanceof six ? six : four
    return { address: write(version.networkAddressFromCIDR(cidr)), bits }
  } catch {
    return null
  }
}

/** Four or sixteen. @param ip as `parseAddress` gives it; null for anything else */
export const addressBytes = (ip: string): readonly number[] | null =>
  read(ip)?.toByteArray() ?? null

function contains(range: Range, address: Address): boolean {
  return range[0].kind() === address.kind() && address.match(range)
}

export type AddressResolver = {
  /** Whether this peer's headers about the client count. @param peer undefined on a Unix socket */
  trusts(peer: string | undefined): boolean
  /**
   * The end user's address as the trusted proxies report it.
   * @param from.peer the socket's remote address; undefined on a Unix socket
   * @param from.forwardedFor every X-Forwarded-For header in order, joined by commas
   * @param from.forwarded every Forwarded header likewise; read where there is no X-Forwarded-For
   * @returns the first untrusted address from the right; null where the peer is not trusted, every
   *   address is, or there is garbage at that place (left of it anybody may have written)
   */
  resolve(from: {
    peer: string | undefined
    forwardedFor: string | undefined
    forwarded?: string | undefined
  }): string | null
}

/**
 * @param options.trustedProxies CIDRs, addresses, or `unix` for peers on a Unix socket
 * @throws Error naming the entry that cannot be read
 */
export function createAddressResolver(options: {
  trustedProxies: readonly string[]
}): AddressResolver {
  const trustUnix = options.trustedProxies.includes(UNIX_PEER)
  const ranges = options.trustedProxies.filter((entry) => entry !== UNIX_PEER).map(readRange)
  const isTrusted = (address: Address) => ranges.some((range) => contains(range, address))
  const isTrustedPeer = (peer: string | undefined) => {
    if (peer === undefined || peer === '') return trustUnix
    const address = read(peer)
    return address !== null && isTrusted(address)
  }
  return {
    trusts: isTrustedPeer,
    resolve({ peer, forwardedFor, forwarded }) {
      if ((forwardedFor ?? forwarded) === undefined || !isTrustedPeer(peer)) return null // mutant: C13.trusted-peer
      for (const text of forwardedFrom({ forwardedFor, forwarded })) {
        const address = text === null ? null : read(text)
        if (!address) return null
        if (!isTrusted(address)) return write(address)
      }
      return null
    },
  }
}

/** A tunnel's address holds the IPv4 address of the host behind it: 6to4 (RFC 3056 §2), Teredo (RFC 4380 §4). */
function tunnelEnd(address: Address): Address | undefined {
  const bytes = address.toByteArray()
  if (address.range() === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6))
  if (address.range() === 'teredo') return lastFour(bytes.map((byte) => byte ^ 0xff))
  return undefined
}

/** The IPv4 address of the host behind a tunnel's. Undefined: it is no tunnel's. */
export function tunnelEndOf(ip: string): string | undefined {
  const address = read(ip)
  const end = address instanceof ipaddr.IPv6 ? tunnelEnd(address) : undefined
  return end && write(end)
}

/**
 * The unit that a limit per address counts: an IPv4 address, or the /64 of an IPv6 one. A 6to4 host would have 65,536
 * of these for its one IPv4 address, all hosts of a Teredo server share one, and so may all of IPv4 behind a local NAT64.
 * @throws RangeError for anything that `parseAddress` does not know
 */
export function addressKey(ip: string): string {
  const address = read(ip)
  if (!address) throw new RangeError('not an address')
  if (!(address instanceof ipaddr.IPv6)) return write(address)
  const end = tunnelEnd(address)
  if (end) return write(end) // mutant: C14.6to4-teredo-ipv4
  if (contains(LOCAL_NAT64, address)) return write(address) // mutant: C14.local-nat64
  const site = address.parts.map((part, index) => (index < SITE_HEXTETS ? part : 0)) // mutant: C14.ipv6-prefix-64
  return `${new ipaddr.IPv6(site).toRFC5952String()}/64`
}

const PRIVATE_RANGES = /^(private|loopback|linkLocal|uniqueLocal|carrierGradeNat|unspecified)$/

/** True for addresses that no end user has on the public Internet: a bridge, a pod, this machine. */
export function isPrivateAddress(ip: string): boolean {
  const address = read(ip)
  return address !== null && PRIVATE_RANGES.test(address.range())
}

/** Warns once of a private address given as an end user, which may stand for all of them. On an intranet it is right. */
export function createPrivateAddressWarning(deps: {
  /** Off in development, where every address is private. */
  enabled: boolean
  logger: Pick<Logger, 'warn'>
}): (address: string | null) => void {
  let warned = !deps.enabled
  return (address) => {
    if (warned || address === null || !isPrivateAddress(address)) return
    warned = true
    deps.logger.warn(
      {},
      'a private address was given as an end user’s: if it is a bridge or a proxy, every user shares its budgets',
    )
  }
}

/** Of IPv4 and of IPv6: what one owner mostly has at the least. */
const NETWORK_BITS = { ipv4: 24, ipv6: 48 } as const

/** `203.0.113.0/24`, `2001:db8:1::/48`: the network that an address is counted in beside others. Undefined: it is none. */
export function networkKey(ip: string): string | undefined {
  const address = read(ip)
  if (!address) return undefined
  const end = address instanceof ipaddr.IPv6 ? (tunnelEnd(address) ?? address) : address
  const bits = NETWORK_BITS[end.kind()]
  const network =
    end instanceof ipaddr.IPv6
      ? ipaddr.IPv6.networkAddressFromCIDR(`${end.toString()}/${bits}`)
      : ipaddr.IPv4.networkAddressFromCIDR(`${end.toString()}/${bits}`)
  return `${write(network)}/${bits}`
}
