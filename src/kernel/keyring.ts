// Every key of the service, derived from one root secret by purpose (HKDF-SHA-256, RFC 5869).
// It must not hand out the root secret, and nothing here is ever logged.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const MAC_PURPOSES = ['blind-index', 'session', 'idempotency', 'console'] as const
export type MacPurpose = (typeof MAC_PURPOSES)[number]

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
  /** Under the oldest key, on which the nodes of a rolling restart agree (limit counters). */
  oldestMac(purpose: MacPurpose, parts: readonly string[]): Buffer
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_ID_BYTES = 4
const MAC_BYTES = 16

type KeySet = { id: string; pepper: Buffer; seal: Buffer; macs: Record<MacPurpose, Buffer> }

function derive(root: Uint8Array, purpose: string, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', root, 'countersign/v1', purpose, bytes))
}

function createKeySet(root: Uint8Array): KeySet {
  if (root.length !== 32) throw new Error('a root secret is 32 bytes')
  return {
    id: derive(root, 'key-id', KEY_ID_BYTES).toString('hex'),
    pepper: derive(root, 'pepper'),
    seal: derive(root, 'seal'),
    macs: Object.fromEntries(
      MAC_PURPOSES.map((purpose) => [purpose, derive(root, purpose)]),
    ) as KeySet['macs'],
  }
}

/** Each part after its length in bytes (four, big-endian): no two lists make the same text. */
function macWith(key: Buffer, parts: readonly string[]): Buffer {
  const hmac = createHmac('sha256', key)
  for (const part of parts) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(Buffer.byteLength(part))
    hmac.update(length).update(part, 'utf8')
  }
  return hmac.digest().subarray(0, MAC_BYTES)
}

function sealWith(set: KeySet, plaintext: string, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', set.seal, nonce)
  cipher.setAAD(Buffer.from(context, 'utf8')) // mutant: I9.seal-context
  const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]) // mutant: I7.encryption
  return Buffer.concat([Buffer.from(set.id, 'hex'), nonce, body, cipher.getAuthTag()])
}

function openWith(set: KeySet, sealed: Buffer, context: string): string {
  const nonce = sealed.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', set.seal, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context, 'utf8')) // mutant: I9.seal-context.2
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const body = sealed.subarray(KEY_ID_BYTES + NONCE_BYTES, sealed.length - TAG_BYTES)
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
}

/** @param roots 32 bytes each, the current one first, then the previous ones, newest first. */
export function createKeyring(roots: readonly Uint8Array[]): Keyring {
  const all = roots.map(createKeySet)
  const [current] = all
  const oldest = all.at(-1)
  // During a key rotation the current key is in the list twice: sums over keys count it once.
  const sets = [...new Map(all.map((set) => [set.id, set])).values()]
  if (!current || !oldest) throw new Error('a keyring needs at least one root secret')
  const find = (keyId: string): KeySet => {
    const set = sets.find((candidate) => candidate.id === keyId)
    if (!set) throw new UnknownKeyError(keyId)
    return set
  }
  return {
    currentKeyId: current.id,
    keyIds: sets.map((set) => set.id),
    pepper: (keyId) => find(keyId).pepper,
    seal: (plaintext, context) => sealWith(current, plaintext, context),
    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes.length < KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES)
        throw new Error('sealed value cut short')
      return openWith(find(bytes.subarray(0, KEY_ID_BYTES).toString('hex')), bytes, context)
    },
    mac: (purpose, parts) => macWith(current.macs[purpose], parts),
    macs: (purpose, parts) => sets.map((set) => macWith(set.macs[purpose], parts)),
    oldestMac: (purpose, parts) => macWith(oldest.macs[purpose], parts),
  }
}
