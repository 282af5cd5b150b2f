// Entries of the block and allow lists in words, and the address of a form that is filled in for one.

import { html } from 'hono/html'
import type { Person } from '../admin/recipients.ts'
import type { Effect, EntryKind, ListEntry } from '../shield/ports.ts'
import type { ConsoleDeps } from './page-route.ts'
import type { Html } from './shell.ts'
import { timeOf, ZONE } from './words.ts'

export const EFFECT_WORDS: Readonly<Record<Effect, readonly [word: string, state: string]>> = {
  refuse: ['blocked', 'bad'],
  challenge: ['challenged', 'warn'],
  allow: ['let through', 'good'],
}

export const KIND_WORDS: Readonly<Record<EntryKind, string>> = {
  number: 'a number',
  address: 'an e-mail address',
  prefix: 'a prefix of numbers',
  country: 'a country of numbers',
  network: 'a network',
  domain: 'an e-mail domain',
}

/** The form of a new entry; what it is about is filled in. */
export function newEntryPath(about: { by: EntryKind; value: string; service: string | null }) {
  const { by, value, service } = about
  return `/admin/lists?${new URLSearchParams({ by, value, ...(service !== null && { service }) })}#new`
}

/** One for each service and effect, of a person. */
const MAX_SHOWN = 10

/** Entries about one person that are in force. @param person undefined: nobody can be named */
export async function listedNow(
  { admin, clock }: Pick<ConsoleDeps, 'admin' | 'clock'>,
  service: string | null,
  person: Person | undefined,
): Promise<ListEntry[]> {
  const budgetIndexes = person && admin.recipients.indexesOf(person, service)
  if (!budgetIndexes) return []
  const now = clock.now()
  const filter = { service, budgetIndexes, inForce: true, now }
  const { items } = await admin.lists.list(filter, null, MAX_SHOWN)
  return items
}

/** @param sealed of the person; undefined: nobody can be named */
export function listedNote(entries: readonly ListEntry[], sealed: string | undefined): Html | '' {
  if (entries.length === 0) return ''
  const each = entries.map(({ effect, reason, endsAt, service, id }) => {
    const end = endsAt === null ? 'somebody ends it' : html`${timeOf(endsAt)} ${ZONE}`
    return html`<li>${EFFECT_WORDS[effect][0]} in ${service ?? 'every service'}, until ${end}: ${reason} <code class="soft">${id}</code></li>`
  })
  const query = sealed === undefined ? '' : html`?recipient=${sealed}`
  const state = entries.some(({ effect }) => effect === 'refuse') ? ' bad' : ''
  return html`<div class="note${state}"><p>On the lists: <a href="/admin/lists${query}">Show or end</a></p><ul>${each}</ul></div>`
}
