// The token of the link in a mail, derived from its verification's id: nothing is stored, so nothing has to be erased.
// It must not be logged: in the browser that asked for it, it approves.

import { timingSafeEqual } from 'node:crypto'
import { bytesOfId, ID_BYTES, idOfBytes } from './ids.ts'
import type { Keyring } from './keyring.ts'

/** As its mail says: opened on our page, or handed to the login flow's own LINK_URL. */
export type LinkKind = 'page' | 'login'

/** `lnk_`, then 20 bytes of an id and the 16 of a MAC in base64url (RFC 4648 §5): no bits are left over. */
const LINK = /^lnk_([A-Za-z0-9_-]{48})$/

const partsOf = (verificationId: string) => ['link', verificationId]

/** Under the oldest root key: every node of a rotation writes the same link, and can read it. */
export function writeLink(keyring: Pick<Keyring, 'oldestMac'>, verificationId: string): string {
  const mac = keyring.oldestMac('link', partsOf(verificationId)) // mutant: C89.same-link
  return `lnk_${Buffer.concat([bytesOfId(verificationId), mac]).toString('base64url')}`
}

/** The verification's id. Undefined: nobody here wrote this token; no store needs to be asked. */
export function readLink(keyring: Pick<Keyring, 'macs'>, token: string): string | undefined {
  const bytes = Buffer.from(LINK.exec(token)?.[1] ?? '', 'base64url')
  if (bytes.length === 0) return undefined
  const id = idOfBytes('vrf', bytes.subarray(0, ID_BYTES))
  const given = bytes.subarray(ID_BYTES)
  const isOurs = keyring.macs('link', partsOf(id)).some((mac) => timingSafeEqual(mac, given)) // mutant: C89.link-mac
  return isOurs ? id : undefined
}
