// Recipients as the console handles them: masked in pages, sealed in addresses, as indexes in searches.
// It must not let one in clear out of here.

import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'

export type Recipients = {
  /** `+1415•••2671`, `a•••@example.com`. */
  masked(row: { id: string; recipientSealed: Uint8Array }): string
  /** Undefined: the text is no phone number or address. */
  seal(text: string, service: string | null): string | undefined
  /** Undefined: not sealed by this service. */
  indexesOf(sealed: string, service: string | null): readonly Uint8Array[] | undefined
}

const CONTEXT = 'console-recipient'
const DIGITS_SHOWN = { first: 4, last: 2 } as const
const HIDDEN = '•••'

/** Enough to recognise a number that the person says, too little to learn it. */
export function mask(recipient: string): string {
  const at = recipient.lastIndexOf('@')
  if (at > 0) return `${[...recipient][0]}${HIDDEN}${recipient.slice(at)}`
  return `${recipient.slice(0, DIGITS_SHOWN.first)}${HIDDEN}${recipient.slice(-DIGITS_SHOWN.last)}`
}

export function createRecipients(deps: {
  keyring: Pick<Keyring, 'open' | 'seal'>
  /** Null: no phone number or address. */
  eventIndexes: (query: {
    service: string | null
    to: string
    country: string | null
  }) => readonly Uint8Array[] | null
}): Recipients {
  const { keyring, eventIndexes } = deps
  return {
    masked({ id, recipientSealed }) {
      try {
        return mask(keyring.open(recipientSealed, recipientContext(id)))
      } catch {
        // Of a key that is no longer there: the row is still worth its line.
        return HIDDEN
      }
    },
    seal(text, service) {
      if (eventIndexes({ service, to: text, country: null }) === null) return undefined
      return keyring.seal(text, CONTEXT).toString('base64url')
    },
    indexesOf(sealed, service) {
      try {
        const to = keyring.open(Buffer.from(sealed, 'base64url'), CONTEXT)
        return eventIndexes({ service, to, country: null }) ?? undefined
      } catch {
        return undefined
      }
    },
  }
}
