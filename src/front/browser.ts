// The one browser that a verification is shown to: the first that opens its view token. It is known by 256 random bits of its
// own, in a cookie of our pages or in a header of the element's. They must not be stored: their MAC is.

import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../kernel/keyring.ts'
import type { FrontDoor, FrontStore } from '../verification/front-ports.ts'

const SECRET_BYTES = 32
const SECRET = /^[\w-]{43}$/
/** Of the end of an id, which is random. */
const NAME_CHARACTERS = 8

/** `taken`: another browser was first; `gone`: its verification was erased meanwhile. */
export type Binding = 'bound' | 'taken' | 'gone'

export type Browsers = {
  /** Whether it is the browser that opened it first; false where none has. Reads nothing. */
  isBound(verificationId: string, door: FrontDoor | undefined, secret: string): boolean
  /** Claims it where none has. @throws StoreUnavailableError */
  bind(verificationId: string, door: FrontDoor | undefined, secret: string): Promise<Binding>
}

export const isBrowserSecret = (text: string): boolean => SECRET.test(text)

export const newBrowserSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/**
 * One for each verification: the cookie of another start is of no use.
 * @param isSecure over https: a `__Host-` cookie is set by this very host alone (RFC 6265bis §4.1.3.2)
 */
export const cookieNameOf = (verificationId: string, isSecure: boolean): string =>
  `${isSecure ? '__Host-' : ''}cs_${verificationId.slice(-NAME_CHARACTERS)}`

export function createBrowsers(deps: {
  keyring: Pick<Keyring, 'mac' | 'macs'>
  store: Pick<FrontStore, 'claimBrowser'>
}): Browsers {
  const { keyring, store } = deps
  const isSame = (verificationId: string, stored: Uint8Array, secret: string) =>
    keyring
      .macs('browser', [verificationId, secret])
      .some((mac) => mac.length === stored.length && timingSafeEqual(mac, stored))
  return {
    isBound: (id, door, secret) => !!door?.browserMac && isSame(id, door.browserMac, secret),
    async bind(id, door, secret) {
      const mac = keyring.mac('browser', [id, secret])
      const held = door?.browserMac ?? (await store.claimBrowser(id, mac))
      if (!held) return 'gone'
      return isSame(id, held, secret) ? 'bound' : 'taken' // mutant: C86.first-browser
    },
  }
}
