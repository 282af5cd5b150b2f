// Entries of the block and allow lists, as the store keeps them: made by people or by the shield's rules, and matched alike.
// It must not hold a number or address in plaintext: those are sealed, and found by a keyed hash.

import type { Actor } from '../kernel/actor.ts'

export const EFFECTS = ['allow', 'challenge', 'refuse'] as const
export type Effect = (typeof EFFECTS)[number]

/** What an entry is about; the order is that of forms. */
export const ENTRY_KINDS = ['number', 'address', 'prefix', 'country', 'network', 'domain'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

export type ListEntry = {
  id: string
  /** Null: of every service. */
  service: string | null
  effect: Effect
  by: EntryKind
  /** Canonical: digits, `DE`, `203.0.113.0/24`, `example.com`. Null: a person, as below. */
  value: string | null
  /** Of a number or address, as limits count it. Null: of anything else, like the two below. */
  budgetIndex: Uint8Array | null
  /** With the id as context. */
  recipientSealed: Uint8Array | null
  /** The root key of what is sealed and indexed here. */
  rootKey: string | null
  /** For admins. It names nobody. */
  reason: string
  /** Excluded. Null: until somebody ends it. */
  endsAt: number | null
  madeAt: number
  /** Of whoever made it, as events have it. Null: a rule did. */
  keyId: string | null
  /** The shield's, that made it. Null: a person did. */
  rule: string | null
}

/** Absent: any. `service` null: every service, and entries of every service. */
export type EntryFilter = {
  service: string | null
  effect?: Effect | undefined
  by?: EntryKind | undefined
  budgetIndexes?: readonly Uint8Array[] | undefined
  /** True: without those that are over at `now`. */
  inForce?: boolean | undefined
  now: number
}

export type EntryToMake = {
  entry: ListEntry
  /** In force: more are refused. */
  most: number
  /** Of these, the ones of the entry's service that people made. Null: no such bound. */
  share: number | null
  actor: Actor
  details: Record<string, string | number | null>
}

export type Made =
  | { kind: 'made' }
  /** One is in force with the same service, effect and value, and of the same maker: people or the same rule. */
  | { kind: 'exists'; id: string }
  | { kind: 'full' | 'share_full' }

export type ResealedEntry = Required<Pick<ListEntry, 'budgetIndex' | 'recipientSealed' | 'rootKey'>>

/** @throws StoreUnavailableError everywhere */
export type ListStore = {
  /** Grows with each change that a verdict may notice. */
  version(): Promise<number>
  /** In force at this time, in no order. */
  inForce(now: number, limit: number): Promise<ListEntry[]>
  find(id: string): Promise<ListEntry | undefined>
  /** One transaction with its event (`list.entry_made`). */
  make(input: EntryToMake): Promise<Made>
  /** One transaction with its event (`list.entry_ended`). @returns false where it is over already */
  end(input: {
    entry: ListEntry
    now: number
    actor: Actor
    details: EntryToMake['details']
  }): Promise<boolean>
  /**
   * Newest first, those that are over included until they are purged. A slice may hold fewer than `limit` and still have a
   * cursor: it reads a bounded number of rows. @throws InvalidCursorError
   */
  list(
    filter: EntryFilter,
    cursor: string | null,
    limit: number,
  ): Promise<{ items: ListEntry[]; nextCursor: string | null }>
  /** Removes those that were over before this time. @returns how many */
  purge(input: { before: number; limit: number }): Promise<number>
  /** The root keys that people's entries are under. */
  keyIds(): Promise<string[]>
  /** Of people, under another root key than this one, by id. */
  notUnder(rootKey: string, after: string, limit: number): Promise<ListEntry[]>
  /** @returns false where the row was changed or removed since it was read */
  rewrap(input: { before: ListEntry; after: ResealedEntry }): Promise<boolean>
}
