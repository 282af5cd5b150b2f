// A head as a signed note with the lines of a checkpoint (C2SP signed-note and tlog-checkpoint), by Ed25519.
// The hash of a head is that of a chain of segments, not of a Merkle tree of events. It must not be signed by a key that is stored.

import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { privateKeyOf } from '../kernel/ed25519.ts'

/** The log's name, and its key's. */
export const ORIGIN = 'countersign/audit-log'
/** C2SP signed-note: the type of an Ed25519 key. */
const ED25519 = 1
const KEY_ID_BYTES = 4
/** RFC 8410 §4: before the 32 bytes of a public key. */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

export type Head = { size: number; hash: Uint8Array }

export type Verifier = { id: Buffer; key: KeyObject; text: string }
export type Signer = { verifier: Verifier; key: KeyObject }

function verifierOf(publicBytes: Buffer): Verifier {
  const typed = Buffer.concat([Uint8Array.of(ED25519), publicBytes])
  const id = createHash('sha256').update(`${ORIGIN}\n`).update(typed).digest()
  const der = Buffer.concat([PUBLIC_PREFIX, publicBytes])
  const short = id.subarray(0, KEY_ID_BYTES)
  return {
    id: short,
    key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
    text: `${ORIGIN}+${short.toString('hex')}+${typed.toString('base64')}`,
  }
}

export function createSigner(seed: Uint8Array): Signer {
  const key = privateKeyOf(seed)
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return { key, verifier: verifierOf(spki.subarray(PUBLIC_PREFIX.length)) }
}

/** `name+id+key`, as `audit key` prints it. Undefined: it is none of this log. */
export function readVerifier(text: string): Verifier | undefined {
  const [, name, id, key = ''] = /^(\S+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? []
  const typed = Buffer.from(key, 'base64')
  if (name !== ORIGIN || typed.length !== 33 || typed[0] !== ED25519) return undefined
  const verifier = verifierOf(typed.subarray(1))
  return verifier.id.toString('hex') === id ? verifier : undefined
}

const bodyOf = ({ size, hash }: Head) =>
  `${ORIGIN}\n${size}\n${Buffer.from(hash).toString('base64')}\n`

export function signHead(head: Head, { key, verifier }: Signer): string {
  const body = bodyOf(head)
  const signature = Buffer.concat([verifier.id, sign(null, Buffer.from(body), key)])
  return `${body}\n\u2014 ${ORIGIN} ${signature.toString('base64')}\n`
}

export type ReadNote =
  | { kind: 'head'; head: Head }
  | { kind: 'malformed' | 'unknown_key' | 'bad_signature' }

const NOTE = /^(\S+)\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n\n((?:\u2014 \S+ \S+\n)+)$/

export function readNote(note: string, verifiers: readonly Verifier[]): ReadNote {
  const [, origin, size, hash = '', lines = ''] =
    NOTE.exec(`${note.replaceAll('\r\n', '\n').trim()}\n`) ?? []
  if (origin !== ORIGIN) return { kind: 'malformed' }
  const head = { size: Number(size), hash: Buffer.from(hash, 'base64') }
  const signatures = [...lines.matchAll(/^\u2014 (\S+) (\S+)$/gm)]
    .filter(([, name]) => name === ORIGIN)
    .map(([, , text = '']) => Buffer.from(text, 'base64'))
  for (const bytes of signatures) {
    const id = bytes.subarray(0, KEY_ID_BYTES)
    const known = verifiers.find((one) => one.id.equals(id))
    if (!known) continue
    const isGood = verify(null, Buffer.from(bodyOf(head)), known.key, bytes.subarray(KEY_ID_BYTES))
    return isGood ? { kind: 'head', head } : { kind: 'bad_signature' }
  }
  return { kind: 'unknown_key' }
}
