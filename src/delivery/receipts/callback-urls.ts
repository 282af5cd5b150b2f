// What a provider names a message by: a URL of its own, to report to or to ask what a call is to say, or a token that comes back
// with a bounce. Each holds the try and a MAC of it and of the provider, for that one use. It must not decide what a report does.

import { timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../../kernel/keyring.ts'

export type CallbackUrls = ReturnType<typeof createCallbackUrls>

/** By their use: where they lead. */
const PATHS = { receipt: 'receipts', call: 'calls' } as const
type Use = keyof typeof PATHS
const MAC_TEXT = /^[\w-]{22}$/

function createTryMacs(keyring: Pick<Keyring, 'mac' | 'macs'>, use: Use = 'receipt') {
  return {
    of: (provider: string, tryId: string) =>
      keyring.mac(use, [provider, tryId]).toString('base64url'),
    /** The try itself, where the MAC was made for it, here or on a node with one of our keys. */
    check(provider: string, tryId: string, text: string): string | undefined {
      if (!MAC_TEXT.test(text)) return undefined
      const given = Buffer.from(text, 'base64url')
      const isOurs = keyring.macs(use, [provider, tryId]).map((mac) => timingSafeEqual(mac, given)) // mutant: C55.callback-mac
      return isOurs.includes(true) ? tryId : undefined
    },
  }
}

/** @param deps.publicUrl an origin */
export function createCallbackUrls({
  publicUrl,
  keyring,
  use = 'receipt',
}: {
  publicUrl: string
  keyring: Pick<Keyring, 'mac' | 'macs'>
  use?: Use
}) {
  const macs = createTryMacs(keyring, use)
  return {
    of: (provider: string, tryId: string) =>
      `${publicUrl}/${PATHS[use]}/${provider}?try=${tryId}&mac=${macs.of(provider, tryId)}`,
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
