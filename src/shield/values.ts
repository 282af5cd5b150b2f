// The value of an entry: any spelling of a prefix, country, network or domain to one canonical text. Pure.
// It must not let through a value that would stop whole parts of the world for a slip of the pen.

import { isIPv6 } from 'node:net'
import { parseNetwork } from '../limits/client-address.ts'
import { readDomain } from '../verification/email.ts'
import { isCountry } from '../verification/phone.ts'
import { isUnreadable, type Recipient, readRecipient } from '../verification/recipient.ts'
import type { EntryKind } from './ports.ts'

/** As of an e-mail address, the longest value. A form of the console and a command bring texts of any length. */
export const MAX_VALUE = 320
/** Of a prefix: a country code of one digit has at least a range of an operator behind it; a number has at most 15. */
export const PREFIX_DIGITS = { min: 4, max: 14 } as const
/** Of a network: an operator's allocation. */
const WIDEST_IPV4_BITS = 8
const WIDEST_IPV6_BITS = 32

export type EntryValue =
  | { kind: 'person'; recipient: Recipient }
  | { kind: 'text'; text: string }
  | { kind: 'fault'; detail: string }

const fault = (detail: string): EntryValue => ({ kind: 'fault', detail })
const text = (canonical: string): EntryValue => ({ kind: 'text', text: canonical })

function readPerson(by: 'number' | 'address', given: string): EntryValue {
  const read = readRecipient(given, null)
  if (isUnreadable(read)) return fault(read.detail)
  const kind = by === 'number' ? 'phone' : 'email'
  if (read.kind === kind) return { kind: 'person', recipient: read }
  return fault(by === 'number' ? 'is not a phone number' : 'is not an e-mail address')
}

/** `+225 07`, `0022507`, `(225) 07-…`: what people copy out of a price list or a log. */
const PREFIX_TEXT = /^(?:\+|00)?[\d\s().-]*\d[\d\s().-]*$/

function readPrefix(given: string): EntryValue {
  const plain = given.normalize('NFKC').trim()
  const digits = PREFIX_TEXT.test(plain) ? plain.replace(/^00/, '').replaceAll(/\D/g, '') : ''
  const { min, max } = PREFIX_DIGITS
  if (/^[1-9]/.test(digits) && digits.length >= min && digits.length <= max) return text(digits)
  return fault(`must be the first ${min} to ${max} digits of numbers, with their country code`)
}

function readCountry(given: string): EntryValue {
  const code = given.trim().toUpperCase()
  return isCountry(code)
    ? text(code)
    : fault('is not a country code of ISO 3166-1 alpha-2, such as US')
}

/** As addresses of requests are written: IPv4 that is mapped into IPv6 is IPv4. Bits of a host are dropped. */
function readNetwork(given: string): EntryValue {
  const network = parseNetwork(given.trim())
  if (!network)
    return fault('must be an address or network, such as 203.0.113.0/24 or 2001:db8::/48')
  const { address, bits } = network
  const widest = isIPv6(address) ? WIDEST_IPV6_BITS : WIDEST_IPV4_BITS
  if (bits < widest) return fault(`must be a network of /${widest} at the widest`) // mutant: I21.network-width
  return text(`${address}/${bits}`)
}

function readMailDomain(given: string): EntryValue {
  const domain = readDomain(given.trim().replace(/^(?:\*\.|@)/, ''))
  return domain === null
    ? fault('must be the domain of e-mail addresses with at least two parts, such as example.com')
    : text(domain)
}

export function readValue(by: EntryKind, given: string): EntryValue {
  if (given.length > MAX_VALUE) return fault(`must have at most ${MAX_VALUE} characters`) // mutant: I21.value-length
  switch (by) {
    case 'number':
    case 'address':
      return readPerson(by, given)
    case 'prefix':
      return readPrefix(given)
    case 'country':
      return readCountry(given)
    case 'network':
      return readNetwork(given)
    case 'domain':
      return readMailDomain(given)
  }
}
