// Identifiers: unguessable, and time-ordered so that neighbours in time are neighbours in an index.

import { randomFillSync, randomInt } from 'node:crypto'

const REFERENCE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Drawn one by one, random bytes were 5 % of a burst of starts. */
const PAGE_BYTES = 4096
const page = Buffer.alloc(PAGE_BYTES)
let used = PAGE_BYTES

/**
 * Random bytes for ids, fencing tokens and salts. Never for codes, keys or nonces: a page lies in memory, and two copies
 * of a machine's memory would give out the same bytes.
 * @param count at most 4096
 * @returns a copy: no two callers share bytes
 */
export function drawBytes(count: number): Buffer {
  if (used + count > PAGE_BYTES) {
    randomFillSync(page)
    used = 0
  }
  const drawn = Buffer.from(page.subarray(used, used + count))
  // What was given out is not kept.
  page.fill(0, used, used + count)
  used += count
  return drawn
}

/** 64 random bits: distinguishes workers, and is not a secret. */
const TOKEN_BYTES = 8

/** Of a claim: whoever holds the delivery has it. */
export const drawToken = (): string => drawBytes(TOKEN_BYTES).toString('base64url')

export type IdPrefix = 'vrf' | 'fct' | 'key' | 'req' | 'sup' | 'lst' | 'exp'

export const ID_BYTES = 20
/** Base32hex (RFC 4648 §7) of ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => bits.toString(32).padStart(2, '0'))

/** `vrf_` and 32 characters: 32 bits of seconds, then 128 random bits (ASVS 11.5.1), in base32hex, which sorts by time. */
export function createId(prefix: IdPrefix, nowMs: number): string {
  const bytes = drawBytes(ID_BYTES)
  bytes.writeUInt32BE(Math.floor(nowMs / 1000) % 2 ** 32)
  return idOfBytes(prefix, bytes)
}

/** @param bytes 20 of them */
export function idOfBytes(prefix: IdPrefix, bytes: Buffer): string {
  let id = `${prefix}_`
  for (let at = 0; at < ID_BYTES; at += 5) {
    const forty = bytes.readUIntBE(at, 5)
    const [high, low] = [Math.floor(forty / 2 ** 20), forty % 2 ** 20]
    id += `${PAIRS[high >> 10]}${PAIRS[high & 1023]}${PAIRS[low >> 10]}${PAIRS[low & 1023]}`
  }
  return id
}

/** The bytes that `idOfBytes` was given, for tokens that carry an id. */
export function bytesOfId(id: string): Buffer {
  const bytes = Buffer.alloc(ID_BYTES)
  for (let at = 0; at < ID_BYTES; at += 5) {
    const from = 4 + (at * 8) / 5
    bytes.writeUIntBE(Number.parseInt(id.slice(from, from + 8), 32), at, 5)
  }
  return bytes
}

export const VERIFICATION_ID = /^vrf_[0-9a-v]{32}$/

export const API_KEY_ID = /^key_[0-9a-v]{32}$/

export const SUPPRESSION_ID = /^sup_[0-9a-v]{32}$/

export const LIST_ENTRY_ID = /^lst_[0-9a-v]{32}$/

/** Named after their verification and their number, deliveries and tries are found without an index of their own. */
export function deliveryId(verificationId: string, sendNumber: number): string {
  return `dlv_${verificationId.slice(4)}_${sendNumber}`
}

export function tryId(verificationId: string, sendNumber: number, tryNumber: number): string {
  return `att_${verificationId.slice(4)}_${sendNumber}_${tryNumber}`
}

const TRY_ID = /^att_([0-9a-v]{32})_(\d{1,3})_(\d{1,3})$/

export type TryKey = { verificationId: string; send: number; tryNumber: number }

/** Undefined: it is no id of a try. */
export function readTryId(id: string): TryKey | undefined {
  const [, verification, send, tryNumber] = TRY_ID.exec(id) ?? []
  if (verification === undefined) return undefined
  return { verificationId: `vrf_${verification}`, send: Number(send), tryNumber: Number(tryNumber) }
}

/** No `.`: Standard Webhooks signs `id.timestamp.body`. The same at every try. */
export function webhookId(verificationId: string, destination: string, sequence: number): string {
  return `whm_${verificationId.slice(4)}_${destination.slice(4)}_${sequence}`
}

export type WebhookKey = { verificationId: string; destination: string; sequence: number }

const WEBHOOK_ID = /^whm_([0-9a-v]{32})_([0-9a-f]{12})_([1-9]\d{0,5})$/

/** Undefined for anything that `webhookId` does not write. */
export function readWebhookId(text: string): WebhookKey | undefined {
  const [, verification, destination, sequence] = WEBHOOK_ID.exec(text) ?? []
  if (!verification || !destination) return undefined
  return {
    verificationId: `vrf_${verification}`,
    destination: `whd_${destination}`,
    sequence: Number(sequence),
  }
}

/** K7Q-42M: six characters without look-alikes; speakable, no secret, almost unique. */
export function createReference(): string {
  const draw = () => REFERENCE_ALPHABET[randomInt(REFERENCE_ALPHABET.length)]
  const half = () => `${draw()}${draw()}${draw()}`
  return `${half()}-${half()}`
}

const REFERENCE = /^([2-9A-Z]{3})-?([2-9A-Z]{3})$/

/** `k7q42m` and `K7Q-42M` are the same; undefined for anything that is not a reference. */
export function readReference(text: string): string | undefined {
  const [, first, last] = REFERENCE.exec(text.toUpperCase()) ?? []
  return first && last && `${first}-${last}`
}
