// What a provider's report names its message by: a URL of its own, or a token that comes back with a bounce. Both hold the try
// and a MAC of it and of the provider. It must not decide what a report does.

import { timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../kernel/keyring.ts'

export type CallbackUrls = ReturnType<typeof createCallbackUrls>

const PURPOSE = 'receipt'
const MAC_TEXT = /^[\w-]{22}$/

function createTryMacs(keyring: Pick<Keyring, 'mac' | 'macs'>) {
  return {
    of: (provider: string, tryId: string) =>
      keyring.mac(PURPOSE, [provider, tryId]).toString('base64url'),
    /** The try itself, where the MAC was made for it, here or on a node with one of our keys. */
    check(provider: string, tryId: string, text: string): string | undefined {
      if (!MAC_TEXT.test(text)) return undefined
      const given = Buffer.from(text, 'base64url')
      const isOurs = keyring
        .macs(PURPOSE, [provider, tryId])
        .map((mac) => timingSafeEqual(mac, given)) // mutant: C55.callback-mac
      return isOurs.includes(true) ? tryId : undefined
    },
  }
}

/** @param deps.publicUrl an origin */
export function createCallbackUrls({
  publicUrl,
  keyring,
}: {
  publicUrl: string
  keyring: Pick<Keyring, 'mac' | 'macs'>
}) {
  const macs = createTryMacs(keyring)
  return {
    of: (provider: string, tryId: string) =>
      `${publicUrl}/receipts/${provider}?try=${tryId}&mac=${macs.of(provider, tryId)}`,
    /** The try that the URL was made for; undefined: for none. */
    tryOf: (provider: string, query: URLSearchParams) =>
      macs.check(provider, query.get('try') ?? '', query.get('mac') ?? ''),
  }
}

export type ReturnTokens = ReturnType<typeof createReturnTokens>

/** `att_….<MAC>`: letters, digits, `_`, `-` and a dot, so that every mail server returns it as it is. */
export function createReturnTokens(keyring: Pick<Keyring, 'mac' | 'macs'>) {
  const macs = createTryMacs(keyring)
  return {
    of: (provider: string, tryId: string) => `${tryId}.${macs.of(provider, tryId)}`,
    /** The try that the token was made for; undefined: for none. */
    tryOf(provider: string, token: string): string | undefined {
      const [tryId = '', mac = ''] = token.split('.', 2)
      return macs.check(provider, tryId, mac)
    },
  }
}
