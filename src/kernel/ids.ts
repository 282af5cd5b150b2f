// Identifiers: unguessable, and time-ordered so that neighbours in time are neighbours in an index.
// It must not be used for secrets that people type: those come from verification/code.ts.

import { randomInt } from 'node:crypto'
import { drawBytes } from './random.ts'

const BASE32 = '0123456789abcdefghijklmnopqrstuv'
const REFERENCE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 32 characters: 32 bits of seconds, then 128 random bits, base32hex, so that ids sort by time. */
function timeOrdered(nowMs: number): string {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32BE(Math.floor(nowMs / 1000) % 2 ** 32, 0)
  drawBytes(16).copy(bytes, 4)
  let text = ''
  // 20 bytes are 160 bits, 5 to a character: what is left over of a byte goes before the next one.
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    count += 8
    while (count >= 5) {
      count -= 5
      text += BASE32[bits >> count]
      bits &= (1 << count) - 1
    }
  }
  return text
}

export type IdPrefix = 'vrf' | 'fct' | 'key' | 'req'

/** `vrf_` and 32 characters; 128 random bits (ASVS 11.5.1). */
export function createId(prefix: IdPrefix, nowMs: number): string {
  return `${prefix}_${timeOrdered(nowMs)}`
}

export const VERIFICATION_ID = /^vrf_[0-9a-v]{32}$/

/** Deliveries and send attempts are named after their verification and their number: no index of their own is needed to find them. */
export function deliveryId(verificationId: string, sendNumber: number): string {
  return `dlv_${verificationId.slice(4)}_${sendNumber}`
}

export function sendAttemptId(verificationId: string, sendNumber: number, attempt: number): string {
  return `att_${verificationId.slice(4)}_${sendNumber}_${attempt}`
}

/** K7Q-42M: six characters without look-alikes; speakable, no secret, almost unique. */
export function createReference(): string {
  let text = ''
  for (let i = 0; i < 6; i += 1) text += REFERENCE_ALPHABET[randomInt(REFERENCE_ALPHABET.length)]
  return `${text.slice(0, 3)}-${text.slice(3)}`
}

const REFERENCE = /^([2-9A-Z]{3})-?([2-9A-Z]{3})$/

/** `k7q42m` and `K7Q-42M` are the same. Undefined: it is none. */
export function readReference(text: string): string | undefined {
  const [, first, last] = REFERENCE.exec(text.toUpperCase()) ?? []
  return first && last && `${first}-${last}`
}
