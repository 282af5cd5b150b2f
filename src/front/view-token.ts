// View tokens: a browser looks at one verification by one, and acts on it where its start allowed that.
// It must not be stored or logged, and nothing is read for one whose MAC is wrong.

import { timingSafeEqual } from 'node:crypto'
import { VERIFICATION_ID } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'

const PREFIX = 'vt_'
/** Of what follows it: another layout gets another number. */
const VERSION = 0x10
/** May check, send again and move on. */
const ACTIONS = 0x01
const ID_BYTES = 20
const MAC_BYTES = 16
const LENGTH = 1 + ID_BYTES + MAC_BYTES
const SHAPE = /^vt_[\w-]{50}$/
/** Of base32hex (kernel/ids.ts): 40 bits. */
const GROUP = { characters: 8, bytes: 5 } as const

export type ViewToken = { verificationId: string; actions: boolean }

export type ViewTokens = {
  /** The same for the same verification and flags, as long as the root key is the same. */
  make(token: ViewToken): string
  /** Undefined: not made here, or changed since. */
  read(text: string): ViewToken | undefined
}

function writeId(bytes: Buffer, id: string): void {
  const { characters, bytes: size } = GROUP
  for (let i = 0; i * size < ID_BYTES; i += 1) {
    const from = 'vrf_'.length + i * characters
    bytes.writeUIntBE(Number.parseInt(id.slice(from, from + characters), 32), 1 + i * size, size)
  }
}

function readId(bytes: Buffer): string {
  const { characters, bytes: size } = GROUP
  const groups = Array.from({ length: ID_BYTES / size }, (_, i) =>
    bytes
      .readUIntBE(1 + i * size, size)
      .toString(32)
      .padStart(characters, '0'),
  )
  return `vrf_${groups.join('')}`
}

export function createViewTokens({ keyring }: { keyring: Pick<Keyring, 'mac' | 'macs'> }) {
  const partsOf = (head: number, id: string) => ['view', String(head), id] // mutant: C86.signed-flags
  return {
    make({ verificationId, actions }) {
      if (!VERIFICATION_ID.test(verificationId)) throw new Error('not the id of a verification')
      const head = VERSION | (actions ? ACTIONS : 0)
      const bytes = Buffer.alloc(LENGTH)
      bytes.writeUInt8(head)
      writeId(bytes, verificationId)
      keyring.mac('view', partsOf(head, verificationId)).copy(bytes, 1 + ID_BYTES)
      return `${PREFIX}${bytes.toString('base64url')}`
    },
    read(text) {
      if (!SHAPE.test(text)) return undefined
      const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url')
      // The last character has bits to spare: each token has one spelling.
      if (`${PREFIX}${bytes.toString('base64url')}` !== text) return undefined
      const head = bytes.readUInt8()
      const verificationId = readId(bytes)
      const mac = bytes.subarray(1 + ID_BYTES)
      const isOurs = keyring
        .macs('view', partsOf(head, verificationId))
        .some((one) => timingSafeEqual(one, mac))
      if (!isOurs || (head & ~ACTIONS) !== VERSION) return undefined
      return { verificationId, actions: (head & ACTIONS) !== 0 }
    },
  } satisfies ViewTokens
}
