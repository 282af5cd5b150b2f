// The URL that a provider reports to about one message: it names the try, and carries a MAC of it and of the provider.
// It must not decide what a report does.

import { timingSafeEqual } from 'node:crypto'
import type { Keyring } from '../kernel/keyring.ts'

export type CallbackUrls = ReturnType<typeof createCallbackUrls>

const PURPOSE = 'receipt'
const MAC_TEXT = /^[\w-]{22}$/

/** @param deps.publicUrl an origin */
export function createCallbackUrls({
  publicUrl,
  keyring,
}: {
  publicUrl: string
  keyring: Pick<Keyring, 'mac' | 'macs'>
}) {
  return {
    of(provider: string, tryId: string): string {
      const mac = keyring.mac(PURPOSE, [provider, tryId]).toString('base64url')
      return `${publicUrl}/receipts/${provider}?try=${tryId}&mac=${mac}`
    },
    /** The try that the URL was made for, here or on a node with one of our keys; undefined: for none. */
    tryOf(provider: string, query: URLSearchParams): string | undefined {
      const [tryId = '', text = ''] = [query.get('try') ?? '', query.get('mac') ?? '']
      if (!MAC_TEXT.test(text)) return undefined
      const given = Buffer.from(text, 'base64url')
      const isOurs = keyring
        .macs(PURPOSE, [provider, tryId])
        .map((mac) => timingSafeEqual(mac, given)) // mutant: C55.callback-mac
      return isOurs.includes(true) ? tryId : undefined
    },
  }
}
