// An Ed25519 key from its seed, as the keyring gives it.

import { createPrivateKey, type KeyObject } from 'node:crypto'

/** RFC 8410 §7: before the 32 bytes of a private key. */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** @param seed 32 bytes */
export function privateKeyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([PREFIX, seed])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
