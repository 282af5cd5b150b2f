// Which addresses a webhook may reach (C34): the public ones, and those of WEBHOOK_ALLOW_PRIVATE.
// It must not trust a spelling: an address is judged by what a socket would connect to.

import ipaddr from 'ipaddr.js'

type Address = ReturnType<typeof ipaddr.parse>
export type Range = [Address, number]

/** RFC 4291 §2.4: of the rest of IPv6 nothing is anybody's on the internet. */
const GLOBAL_UNICAST: Range = [ipaddr.parse('2000::'), 3]
/** Translators: an IPv4 address in the last 32 bits (RFC 6052 §2.1; RFC 8215's own prefix is refused with the rest). */
const TRANSLATED = new Set(['ipv4Mapped', 'rfc6052', 'rfc6145'])
const IPV4_BYTES = 4

/** CIDRs as the settings give them. */
export const readRanges = (texts: readonly string[]): Range[] =>
  texts.map((text) => ipaddr.parseCIDR(text) as Range)

const isWithin = (address: Address, [range, bits]: Range) =>
  address.kind() === range.kind() && address.match(range as never, bits)

/** An IPv4 address that is written in one of IPv6 is that IPv4 address. */
function unwrap(address: Address): Address {
  if (address.kind() === 'ipv4' || !TRANSLATED.has(address.range())) return address
  return ipaddr.fromByteArray(address.toByteArray().slice(-IPV4_BYTES)) // mutant: C34.translated-unwrapped
}

/** @param text as a resolver or a socket gives it; anything but an address is not allowed */
export function mayReach(text: string, allowed: readonly Range[]): boolean {
  // A zone is of a link, which is not the internet.
  if (!ipaddr.isValid(text) || text.includes('%')) return false
  const address = unwrap(ipaddr.parse(text))
  if (allowed.some((range) => isWithin(address, range))) return true
  if (address.range() !== 'unicast') return false // mutant: C34.private-refused
  return address.kind() === 'ipv4' || isWithin(address, GLOBAL_UNICAST)
}

/** The address of a URL whose host is one, in any spelling that URLs have (`2130706433`, `0x7f.1`); null: it is a name. */
export function literalAddress({ hostname }: Pick<URL, 'hostname'>): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(bare) ? bare : null
}
