// Every key of the service, derived from one root secret by purpose (HKDF-SHA-256, RFC 5869).
// It must not hand out the root secret, and nothing here is ever logged.

import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'

const MAC_PURPOSES = [
  'blind-index',
  'session',
  'idempotency',
  'console',
  'receipt',
  'call',
  'trace',
  'challenge',
  'view',
  'browser',
  'link',
  'approval',
] as const
export type MacPurpose = (typeof MAC_PURPOSES)[number]

const SIGNING_PURPOSES = ['audit-sign', 'approval-sign'] as const
export type SigningPurpose = (typeof SIGNING_PURPOSES)[number]

/** The value was made under a root secret this node does not have (a rolling restart): 503, never "wrong". */
export class UnknownKeyError extends Error {
  override name = 'UnknownKeyError'
  readonly keyId: string
  constructor(keyId: string) {
    super(`no root secret with key id ${keyId}: add it to SECRET_KEY_PREVIOUS`)
    this.keyId = keyId
  }
}

export type Keyring = {
  /** Eight hex characters; every sealed or hashed value carries the id of its key. */
  readonly currentKeyId: string
  readonly keyIds: readonly string[]
  /** 32 bytes for argon2's secret. @throws UnknownKeyError */
  pepper(keyId: string): Buffer
  /** AES-256-GCM; opening takes the same `context` (associated data). Layout: key id (4), nonce (12), ciphertext, tag (16). */
  seal(plaintext: string, context: string): Buffer
  /** @throws UnknownKeyError, or Error where the value was changed or belongs to another context */
  open(sealed: Uint8Array, context: string): string
  /** HMAC-SHA-256 cut to 128 bits (RFC 2104 §5) under the current key, over length-prefixed parts. */
  mac(purpose: MacPurpose, parts: readonly string[]): Buffer
  /** The same under every key, current first: look-ups try them all. */
  macs(purpose: MacPurpose, parts: readonly string[]): Buffer[]
  /** Ed25519 seeds of 32 bytes, the current one first: for heads of the log's chain, and for approvals. */
  signingSeeds(purpose: SigningPurpose): Buffer[]
  /** Under the oldest key, on which the nodes of a rolling restart agree (limit counters). */
  oldestMac(purpose: MacPurpose, parts: readonly string[]): Buffer
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_ID_BYTES = 4
const MAC_BYTES = 16
/** Of SHA-256. */
const BLOCK_BYTES = 64

/** A key of 32 bytes, over the two pads of RFC 2104 §2. */
type MacKey = { inner: Buffer; outer: Buffer }

type KeySet = {
  id: Buffer
  pepper: Buffer
  seal: Buffer
  signs: Record<SigningPurpose, Buffer>
  macs: Record<MacPurpose, MacKey>
}

function derive(root: Uint8Array, purpose: string, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'countersign/v1', purpose, bytes))
}

function createMacKey(key: Buffer): MacKey {
  const over = (pad: number) =>
    Buffer.from(Array.from({ length: BLOCK_BYTES }, (_, i) => pad ^ (key[i] ?? 0)))
  return { inner: over(0x36), outer: over(0x5c) }
}

function createKeySet(root: Uint8Array): KeySet {
  if (root.length !== 32) throw new Error('a root secret is 32 bytes')
  return {
    id: derive(root, 'key-id', KEY_ID_BYTES),
    pepper: derive(root, 'pepper'),
    seal: derive(root, 'seal'),
    signs: Object.fromEntries(
      SIGNING_PURPOSES.map((purpose) => [purpose, derive(root, purpose)]),
    ) as KeySet['signs'],
    macs: Object.fromEntries(
      MAC_PURPOSES.map((purpose) => [purpose, createMacKey(derive(root, purpose))]),
    ) as KeySet['macs'],
  }
}

/** Each part after its length in bytes (four, big-endian): no two lists make the same text. */
function joinParts(parts: readonly string[]): Buffer {
  // UTF-8 takes three bytes at most for each unit of UTF-16.
  const joined = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + 4 + part.length * 3, 0))
  let end = 0
  for (const part of parts) {
    const size = joined.write(part, end + 4, 'utf8')
    end = joined.writeUInt32BE(size, end) + size
  }
  return joined.subarray(0, end)
}

/** Two hashes, one after the other: with Node's `Hmac`, an object and a stream, a forged receipt cost a tenth more. */
function macWith({ inner, outer }: MacKey, message: Buffer): Buffer {
  const digest = hash('sha256', Buffer.concat([inner, message]), 'buffer')
  return hash('sha256', Buffer.concat([outer, digest]), 'buffer').subarray(0, MAC_BYTES)
}

/** GCM is a stream: all of the text comes out of `update`, and `final` makes or checks the tag. */
function sealWith({ id, seal }: KeySet, plaintext: string, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', seal, nonce)
  cipher.setAAD(Buffer.from(context, 'utf8')) // mutant: I9.seal-context
  const body = cipher.update(plaintext, 'utf8') // mutant: I7.encryption
  cipher.final()
  return Buffer.concat([id, nonce, body, cipher.getAuthTag()])
}

function openWith({ seal }: KeySet, sealed: Buffer, context: string): string {
  const nonce = sealed.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', seal, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context, 'utf8')) // mutant: I9.seal-context.2
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const body = decipher.update(sealed.subarray(KEY_ID_BYTES + NONCE_BYTES, -TAG_BYTES))
  decipher.final() // mutant: I9.seal-tag
  return body.toString('utf8')
}

/** @param roots 32 bytes each, the current one first, then the previous ones, newest first. */
export function createKeyring(roots: readonly Uint8Array[]): Keyring {
  const all = roots.map(createKeySet)
  const [current] = all
  const oldest = all.at(-1)
  // During a key rotation the current key is in the list twice: sums over keys count it once.
  const sets = new Map(all.map((set) => [set.id.toString('hex'), set]))
  if (!current || !oldest) throw new Error('a keyring needs at least one root secret')
  const find = (keyId: string): KeySet => {
    const set = sets.get(keyId)
    if (!set) throw new UnknownKeyError(keyId)
    return set
  }
  return {
    currentKeyId: current.id.toString('hex'),
    keyIds: [...sets.keys()],
    pepper: (keyId) => find(keyId).pepper,
    seal: (plaintext, context) => sealWith(current, plaintext, context),
    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes.length < KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES)
        throw new Error('sealed value cut short')
      return openWith(find(bytes.toString('hex', 0, KEY_ID_BYTES)), bytes, context)
    },
    mac: (purpose, parts) => macWith(current.macs[purpose], joinParts(parts)),
    macs(purpose, parts) {
      const message = joinParts(parts)
      return Array.from(sets.values(), (set) => macWith(set.macs[purpose], message))
    },
    signingSeeds: (purpose) => Array.from(sets.values(), ({ signs }) => signs[purpose]),
    oldestMac: (purpose, parts) => macWith(oldest.macs[purpose], joinParts(parts)),
  }
}
