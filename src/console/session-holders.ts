// Whose session a cookie or a row of the store is: of a key that is still valid, or of a person whose role still is.
// It must not believe the store: a cookie is signed for its holder, and a person is sealed for one row.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Authenticator, Standing } from '../access/authenticator.ts'
import type { Identities, Identity } from '../access/identities.ts'
import type { AdminSession } from '../access/ports.ts'
import type { Keyring } from '../kernel/keyring.ts'

export type HolderDeps = {
  authenticator: Pick<Authenticator, 'standing'>
  /** Null: OpenID Connect is not set up. */
  identities: Identities | null
  keyring: Pick<Keyring, 'mac' | 'macs' | 'seal' | 'open'>
}

export const hashOf = (id: string) => createHash('sha256').update(id, 'utf8').digest()

export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(expected))
}

const contextOf = (idHash: Uint8Array) => `admin session ${Buffer.from(idHash).toString('hex')}`

/** With the key's digest: changing ADMIN_KEY ends the sessions of the previous one. */
const partsOf = (id: string, { access, digest }: Standing) => [
  ...['cookie', id, access.keyId],
  Buffer.from(digest).toString('hex'),
]

export function createHolders({ authenticator, identities, keyring }: HolderDeps) {
  /** Undefined: of a root key that this node lacks, or changed in the store. */
  const open = (sealed: Uint8Array, idHash: Uint8Array): Identity | undefined => {
    try {
      return JSON.parse(keyring.open(sealed, contextOf(idHash))) as Identity
    } catch {
      return undefined
    }
  }
  return {
    async of(row: AdminSession): Promise<Standing | undefined> {
      if (row.identitySealed === null) return authenticator.standing(row.keyId)
      const identity = open(row.identitySealed, row.idHash)
      return identity && identities?.standing(identity)
    },
    seal: (identity: Identity, idHash: Uint8Array) =>
      keyring.seal(JSON.stringify(identity), contextOf(idHash)),
    sign: (id: string, key: Standing) =>
      keyring.mac('console', partsOf(id, key)).toString('base64url'),
    isSigned: (id: string, key: Standing, signature: string) =>
      keyring
        .macs('console', partsOf(id, key))
        .some((mac) => isSame(signature, mac.toString('base64url'))),
  }
}
