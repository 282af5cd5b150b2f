// Below a slice of a list: the link to what is older, the one back to the newest, and how far a search has looked.

import { html } from 'hono/html'
import type { Query } from './log-query.ts'
import type { Html } from './shell.ts'
import { timeOf, ZONE } from './words.ts'

/** @param query of the slice that is shown, its cursor among it; the links keep the rest */
export function pager(
  { cursor, ...rest }: Query,
  { nextCursor, lookedBackTo = null }: { nextCursor: string | null; lookedBackTo?: number | null },
  addressOf: (query: Record<string, string>) => string,
): Html | '' {
  const label = lookedBackTo === null ? 'Older' : 'Search further back'
  const next =
    nextCursor === null
      ? ''
      : html`<a class="button" rel="next" href="${addressOf({ ...rest, cursor: nextCursor })}">${label}</a>`
  const back = cursor ? html`<a class="button" href="${addressOf(rest)}">Newest</a>` : ''
  return next || back ? html`<nav class="pager" aria-label="Pages">${back}${next}</nav>` : ''
}

/** Of a slice that was not searched to the end. @param what verifications, entries */
export const searchedBackTo = (at: number, count: number, what: string): Html =>
  html`<p class="note">${count === 0 ? 'Nothing matches' : 'Nothing else matches'} back to ${timeOf(at)} ${ZONE}. Older ${what} have not been searched yet.</p>` // mutant: C74.search-end-zone
