// The session of a browser, as the login flow names it: kept as a MAC, and compared in constant time.

import { timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../kernel/keyring.ts'

const partsOf = (service: string, session: string) => ['session', service, session]

export function sessionMac(keyring: Keyring, service: string, session: string): Buffer {
  return keyring.mac('session', partsOf(service, session))
}

/** Under every key of the ring. */
export function sessionMacs(keyring: Keyring, service: string, session: string): Buffer[] {
  return keyring.macs('session', partsOf(service, session))
}

export function isOneOf(stored: Uint8Array, candidates: readonly Uint8Array[]): boolean {
  return candidates.some((mac) => mac.length === stored.length && timingSafeEqual(mac, stored))
}
