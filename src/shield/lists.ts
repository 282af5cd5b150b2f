// Making and ending entries of the lists, for people and for the shield's rules; and moving people's to another root key.
// It must not make an entry that has no effect, nor keep a number or address in plaintext.

import { type Actor, NO_SERVICE } from '../kernel/actor.ts'
import { type Clock, DAY_MS } from '../kernel/clock.ts'
import { createId } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import { rewrapPeople } from '../verification/people-under-keys.ts'
import { type Recipient, recipientOf } from '../verification/recipient.ts'
import { type Book, MAX_ENTRIES, personIndexes } from './book.ts'
import type { Effect, EntryKind, ListEntry, ListStore, ResealedEntry } from './ports.ts'
import { readValue } from './values.ts'

/** Room for a sentence and the number of a ticket. */
export const MAX_REASON = 200
/** Of one service, made by people: its own admins make no more. */
const MAX_OF_SERVICE = 1_000
/** The rules, and admins of one service, leave room for admins of every service. */
const MAX_BY_OTHERS = 9_000
/** Longer than anybody plans: a year with a digit too many is a mistake. */
const LONGEST_MS = 10 * 366 * DAY_MS

export type EntryToWrite = {
  /** Null: every service. */
  service: string | null
  effect: Effect
  by: EntryKind
  /** In any spelling. */
  value: string
  reason: string
  /** Null: until somebody ends it. */
  endsAt: number | null
  /** The shield's; null: a person makes it. */
  rule: string | null
  /** By an admin of its service alone, who has a share of the room. */
  isShared: boolean
  actor: Omit<Actor, 'service'>
}

export type EntryFault = { field: 'value' | 'reason' | 'endsAt' | 'effect'; detail: string }
export type Written =
  | { kind: 'made'; entry: ListEntry }
  | { kind: 'exists'; id: string }
  | { kind: 'full' | 'share_full'; most: number }
  | { kind: 'fault'; fault: EntryFault }

export type Lists = ReturnType<typeof createLists>

/** Under the current root key. */
function sealUnder(
  keyring: Keyring,
  { id, service }: Pick<ListEntry, 'id' | 'service'>,
  recipient: Recipient,
): ResealedEntry {
  return {
    budgetIndex: personIndexes(keyring, service, recipient)[0] as Buffer,
    recipientSealed: keyring.seal(recipient.address, recipientContext(id)),
    rootKey: keyring.currentKeyId,
  }
}

const NOBODY = { budgetIndex: null, recipientSealed: null, rootKey: null }

function faultOf(given: EntryToWrite, now: number): EntryFault | undefined {
  const { reason, endsAt } = given
  if (reason.trim() === '' || reason.length > MAX_REASON || /[\p{Cc}\u2028\u2029]/u.test(reason))
    return { field: 'reason', detail: `must be one line of 1 to ${MAX_REASON} characters` }
  if (endsAt !== null && !(endsAt > now && endsAt <= now + LONGEST_MS))
    return { field: 'endsAt', detail: 'must lie in the future, within ten years' }
  return undefined
}

const boundsOf = ({ rule, isShared }: EntryToWrite) => ({
  most: rule === null && !isShared ? MAX_ENTRIES : MAX_BY_OTHERS,
  share: isShared ? MAX_OF_SERVICE : null,
})

/** @throws StoreUnavailableError everywhere */
export function createLists(deps: {
  store: ListStore
  book: Pick<Book, 'refresh'>
  keyring: Keyring
  clock: Clock
}) {
  const { store, book, keyring, clock } = deps
  /** The change is made: where the store is down now, the book reads it a little later. */
  const showNow = () => book.refresh().catch(() => {})
  const detailsOf = ({ id, effect, by, value }: ListEntry) => ({
    ...{ entry: id, effect, by },
    ...(value !== null && { value }),
  })
  return {
    list: store.list,
    find: store.find,

    async make(given: EntryToWrite): Promise<Written> {
      const now = clock.now()
      const fault = faultOf(given, now)
      if (fault) return { kind: 'fault', fault }
      const { service, effect, by, endsAt, rule, actor } = given
      const value = readValue(by, given.value)
      if (value.kind === 'fault')
        return { kind: 'fault', fault: { field: 'value', detail: value.detail } }
      const id = createId('lst', now)
      const reason = given.reason.trim()
      const entry: ListEntry = {
        ...{ id, service, effect, by, reason, endsAt, madeAt: now, rule },
        value: value.kind === 'text' ? value.text : null,
        ...(value.kind === 'person'
          ? sealUnder(keyring, { id, service }, value.recipient)
          : NOBODY),
        keyId: rule === null ? actor.keyId : null,
      }
      const bounds = boundsOf(given)
      const details = {
        ...detailsOf(entry),
        ...(rule !== null && { rule }),
        reason,
        ends_at: endsAt,
      }
      const made = await store.make({
        ...{ entry, details, ...bounds },
        actor: { ...actor, service: service ?? NO_SERVICE },
      })
      if (made.kind === 'exists') return made
      if (made.kind === 'full') return { kind: 'full', most: bounds.most }
      if (made.kind === 'share_full') return { kind: 'share_full', most: MAX_OF_SERVICE }
      await showNow()
      return { kind: 'made', entry }
    },

    /** Early. Undefined: it is over already, or there is none of this service (null: of any). */
    async end(
      id: string,
      by: { service: string | null; reason: string; actor: Omit<Actor, 'service'> },
    ): Promise<ListEntry | undefined> {
      const entry = await store.find(id)
      const now = clock.now()
      if (!entry || (by.service !== null && entry.service !== by.service)) return undefined
      const ended = await store.end({
        ...{ entry, now, details: { ...detailsOf(entry), end_reason: by.reason.trim() } },
        actor: { ...by.actor, service: entry.service ?? NO_SERVICE },
      })
      if (!ended) return undefined
      await showNow()
      return { ...entry, endsAt: now }
    },
  }
}

/** To the current root key. @throws the reason of `stop` */
export const rewrapEntries = (deps: {
  store: Pick<ListStore, 'notUnder' | 'rewrap'>
  keyring: Keyring
  stop: AbortSignal
}) =>
  rewrapPeople({
    ...deps,
    rows: deps.store,
    seal: (row, to) => sealUnder(deps.keyring, row, recipientOf(to, null)),
  })
