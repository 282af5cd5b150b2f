// The session of a browser, as the login flow names it, or the wire that stands in for one: kept as a MAC, and compared in constant time.

import { timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../kernel/keyring.ts'
import type { Wire } from './wire-ports.ts'

const partsOf = (service: string, session: string) => ['session', service, session]

export function sessionMac(keyring: Keyring, service: string, session: string): Buffer {
  return keyring.mac('session', partsOf(service, session))
}

/** Under every key of the ring. */
export function sessionMacs(keyring: Keyring, service: string, session: string): Buffer[] {
  return keyring.macs('session', partsOf(service, session))
}

type Wired = { service: string; wire: Wire; address: string }

/** No session that a caller can name has the same parts. */
const wireParts = ({ service, wire, address }: Wired) => ['wire', service, wire, address]

/** Of a start by a wire, in place of the session's: so no call of our own API reaches it, and none of another wire. */
export const wireMac = (keyring: Keyring, wired: Wired): Buffer =>
  keyring.mac('session', wireParts(wired))

/** Under every key of the ring. */
export const wireMacs = (keyring: Keyring, wired: Wired): Buffer[] =>
  keyring.macs('session', wireParts(wired))

/** Of a check, under every key of the ring. @param address of the verification, where it is known; a wire has no other way */
export function givenMacs(
  keyring: Keyring,
  service: string,
  { session, wire }: { session: string | null; wire?: Wire | undefined },
  address?: () => string,
): Buffer[] {
  if (wire && address) return wireMacs(keyring, { service, wire, address: address() })
  return session === null ? [] : sessionMacs(keyring, service, session)
}

export function isOneOf(stored: Uint8Array, candidates: readonly Uint8Array[]): boolean {
  return candidates.some((mac) => mac.length === stored.length && timingSafeEqual(mac, stored))
}
