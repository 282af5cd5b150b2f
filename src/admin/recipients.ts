// People as the console handles them: masked in pages, sealed in addresses, as indexes in searches.
// It must not release one in plaintext except to an admin who requests it, which is logged.

import type { RefusalRecord } from '../events/types.ts'
import { isFactorChannel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { HIDDEN, mask } from '../kernel/mask.ts'
import { remember } from '../kernel/remember.ts'
import {
  type PartyNames,
  readPartyText,
  recipientContext,
  refusalContext,
  writePartyText,
} from '../kernel/sealing.ts'
import type { ListedVerification } from './ports.ts'

export type Person = PartyNames

type RowOfPerson = Pick<ListedVerification, 'id' | 'channel' | 'recipientSealed'>

type Shown = { masked: string; sealed: string | undefined }

export type Recipients = {
  /** `+141•••71`, `a•••@example.com`. */
  masked(row: RowOfPerson): string
  maskedPerson(person: Person): string
  /**
   * For a line of a list: masked, and sealed for an address (undefined: as below). Remembered for a while, because a
   * live page shows the same lines every two seconds, and sealing fifty is half of its work.
   */
  shown(row: RowOfPerson): Shown
  /** Undefined: sealed under a key that no longer exists. */
  ofRow(row: RowOfPerson): Person | undefined
  /** Undefined: it named nobody who can be read, or as above. */
  ofRefusal(
    refusal: Pick<RefusalRecord, 'verificationId' | 'budgetIndex' | 'recipientSealed' | 'channel'>,
  ): Person | undefined
  /** Opaque, and a different text each time. Undefined: `to` is no phone number or address. */
  seal(person: Person, service: string | null): string | undefined
  /** Undefined: not sealed by this service. */
  open(sealed: string): Person | undefined
  /**
   * Whom a number or address may mean, in any spelling, by the countries of one service or (null) of each; the
   * likeliest first. Empty: nobody. @param country named with it; null: none
   */
  readingsOf(to: string, about: { service: string | null; country: string | null }): Person[]
  /** Under every key of the ring, in one service or (null) in each; undefined: nobody can be meant. */
  indexesOf(person: Person, service: string | null): readonly Uint8Array[] | undefined
}

/** Some 300 bytes each. */
const MAX_REMEMBERED = 2_000

const CONTEXT = 'console-recipient'

const textOf = ({ to, subject }: Person) => to ?? subject

export function createRecipients(deps: {
  keyring: Pick<Keyring, 'open' | 'seal'>
  /** Null: no phone number or address. */
  eventIndexes: (
    query: Person & { service: string | null; country: string | null },
  ) => readonly Uint8Array[] | null
  readingsOf: (to: string, about: { service: string | null; country: string | null }) => string[]
}): Recipients {
  const { keyring } = deps
  const indexesOf = (person: Person, service: string | null) =>
    deps.eventIndexes({ ...person, service, country: null }) ?? undefined
  const ofRow = ({ id, channel, recipientSealed }: RowOfPerson): Person | undefined => {
    try {
      const text = keyring.open(recipientSealed, recipientContext(id))
      return isFactorChannel(channel) ? { to: null, subject: text } : { to: text, subject: null }
    } catch {
      // Its key no longer exists: the row is still worth a line.
      return undefined
    }
  }
  const maskedPerson = (person: Person) => mask(textOf(person))
  const sealPerson = (person: Person) =>
    keyring.seal(writePartyText(person), CONTEXT).toString('base64url')
  const shown = remember(
    MAX_REMEMBERED,
    (row: RowOfPerson): Shown => {
      const person = ofRow(row)
      return person
        ? { masked: maskedPerson(person), sealed: sealPerson(person) }
        : { masked: HIDDEN, sealed: undefined }
    },
    // The recipient of a row never changes.
    ({ id }) => id,
  )
  return {
    masked(row) {
      const person = ofRow(row)
      return person ? maskedPerson(person) : HIDDEN
    },
    maskedPerson,
    shown,
    ofRow,
    ofRefusal(refusal) {
      const { verificationId, budgetIndex, recipientSealed, channel } = refusal
      if (!recipientSealed) return undefined
      if (verificationId !== null)
        return channel ? ofRow({ id: verificationId, channel, recipientSealed }) : undefined
      if (!budgetIndex) return undefined
      try {
        return readPartyText(keyring.open(recipientSealed, refusalContext(budgetIndex)))
      } catch {
        return undefined
      }
    },
    seal: (person, service) => (indexesOf(person, service) ? sealPerson(person) : undefined),
    open(sealed) {
      try {
        return readPartyText(keyring.open(Buffer.from(sealed, 'base64url'), CONTEXT))
      } catch {
        return undefined
      }
    },
    readingsOf: (to, about) =>
      deps.readingsOf(to, about).map((address) => ({ to: address, subject: null })),
    indexesOf,
  }
}
