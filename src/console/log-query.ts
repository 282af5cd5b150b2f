// A page with a log (Verifications, Refusals): its address as a filter, and typed text as an address.
// It must not fail for any text (nonsense is ignored), nor put a recipient into an address unsealed.

import type { VerificationFilter } from '../admin/ports.ts'
import type { Person } from '../admin/recipients.ts'
import { FAULTS } from '../delivery/ports.ts'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../kernel/channel.ts'
import { DAY_MS, HOUR_MS } from '../kernel/clock.ts'
import { readReference } from '../kernel/ids.ts'
import { STATUSES } from '../verification/state.ts'
import { answerForm, type ExportOf } from './exports.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import type { Html, SignedInPage } from './shell.ts'

export const PAGE_SIZE = 50
/** Longer than any address or id. */
const MAX_TYPED = 320
const WORD = /^[\w.:-]{1,64}$/
/** From an input of a form; in UTC, like all times here. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/
/** Says that a number or an address is a user id. */
const SUBJECT = /^subject:\s*(?<subject>.+)$/i
/** Back from now, each time that the page is shown. */
const SPANS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS } as const
export type Span = keyof typeof SPANS

export type LogPath =
  | '/admin/verifications'
  | '/admin/refusals'
  | '/admin/suppressions'
  | '/admin/lists'
export type Query = Readonly<Record<string, string>>

/** The parts of a log's page other than its lines. */
export type Log = {
  now: number
  query: Query
  /** Whom the query's recipient means. `also` is sealed: somebody else whom the same text means. */
  person: { masked: string; isSubject: boolean; also: string | undefined } | undefined
  /** To choose from; empty where the key is bound to one. */
  services: readonly string[]
}

/** A page is made from a bounded number of rows. `lookedBackTo` null: it holds all that match. */
export type Found = { nextCursor: string | null; lookedBackTo: number | null }

export const logAddress = (path: LogPath, parameters: Record<string, string>) =>
  `${path}?${new URLSearchParams(parameters)}`

const oneOf = <T extends string>(known: readonly T[], text: string | undefined) =>
  known.find((one) => one === text)

export const spanOf = ({ span }: Query): Span | undefined =>
  oneOf(Object.keys(SPANS) as Span[], span)

/** Without empty fields, and without a span where from or to is set. Undefined: the query is that already. */
function canonicalOf(query: Query): Record<string, string> | undefined {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const isExact = kept.some(([name]) => name === 'from' || name === 'to')
  const left = kept.filter(([name]) => !(isExact && name === 'span'))
  return left.length === Object.keys(query).length ? undefined : Object.fromEntries(left)
}

function timeOf(text: string | undefined): number | undefined {
  const at = text && TIME.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  return at >= 0 ? at : undefined
}

/** An exact time wins over a span, of which it may be a part. */
export function rangeOf(query: Query, now: number) {
  const span = spanOf(query)
  return { since: timeOf(query.from) ?? (span && now - SPANS[span]), until: timeOf(query.to) }
}

/**
 * @param about.service of the session; null: any, and the address may name one
 * @param about.person of the query's `recipient`; undefined, though it is there: nobody
 */
function readFilter(
  query: Query,
  deps: ConsoleDeps,
  about: { service: string | null; person: Person | undefined; now: number },
): VerificationFilter {
  const { person, now } = about
  const word = (name: string) => (WORD.test(query[name] ?? '') ? query[name] : undefined)
  const wanted = word('service')
  const known = wanted !== undefined && deps.services.has(wanted) ? wanted : null
  const service = about.service ?? known
  return {
    service,
    reference: query.reference && readReference(query.reference),
    budgetIndexes: query.recipient
      ? ((person && deps.admin.recipients.indexesOf(person, service)) ?? [])
      : undefined,
    status: oneOf(STATUSES, query.status),
    delivery: oneOf(DELIVERY_STATUSES, query.delivery),
    channel: oneOf([...CHANNELS, ...FACTOR_CHANNELS], query.channel),
    provider: word('provider'),
    fault: oneOf(FAULTS, query.fault),
    country: word('country')?.toUpperCase(),
    ...rangeOf(query, now),
  }
}

/** The likeliest first: a number or address in any spelling, and a user id, which can be any text. */
function meaningsOf(typed: string, service: string | null, deps: ConsoleDeps): Person[] {
  const subject = SUBJECT.exec(typed)?.groups?.subject
  if (subject !== undefined) return [{ to: null, subject }]
  const bySpelling = deps.admin.recipients.readingsOf(typed, { service, country: null })
  return [...bySpelling, { to: null, subject: typed }] // mutant: C74.bare-user-id
}

/**
 * The query for the people whom the text may mean: those with rows, or else the likeliest one.
 * @param firstOf one row of theirs
 * @returns isGuess: nobody has a row, and the text was taken for a user id for lack of another meaning
 */
export async function searchFor(
  typed: string,
  service: string | null,
  deps: ConsoleDeps,
  firstOf: (budgetIndexes: readonly Uint8Array[]) => Promise<{ items: readonly unknown[] }>,
): Promise<{ query: { recipient?: string; also?: string }; isFound: boolean; isGuess: boolean }> {
  const { recipients } = deps.admin
  const meanings = meaningsOf(typed, service, deps)
  const found: Person[] = []
  for (const person of meanings) {
    const { items } = await firstOf(recipients.indexesOf(person, service) ?? [])
    if (items.length > 0) found.push(person)
  }
  const isFound = found.length > 0
  const shown = isFound ? found : meanings.slice(0, 1)
  const [recipient, also] = shown.map((person) => recipients.seal(person, service))
  const query = { ...(recipient && { recipient }), ...(also !== undefined && { also }) } // mutant: C73.ambiguous-shows-both
  return { query, isFound, isGuess: !isFound && meanings.length === 1 && !SUBJECT.test(typed) }
}

/** The log itself, and its search: a form whose text becomes a filter in the address. */
export function addLog(
  pages: Pages,
  deps: ConsoleDeps,
  path: LogPath,
  run: {
    show(page: SignedInPage, filter: VerificationFilter, log: Log): Promise<Html>
    /** Absent: the list has none. */
    exportOf?: ExportOf
    /** @returns the address of the page with the text that was entered */
    find(typed: string, service: string | null): Promise<string>
  },
): void {
  pages.showPage(path, async (page) => {
    const { recipients } = deps.admin
    const query = page.c.req.query()
    const canonical = canonicalOf(query)
    if (canonical) return page.c.redirect(logAddress(path, canonical), 303)
    const now = deps.clock.now()
    const { service } = page.admin
    const person = query.recipient === undefined ? undefined : recipients.open(query.recipient)
    const { also } = query
    const shown = person && {
      masked: recipients.maskedPerson(person),
      isSubject: person.to === null,
      also: also !== undefined && recipients.open(also) ? also : undefined,
    }
    const services = service === null ? [...deps.services.keys()] : []
    const filter = readFilter(query, deps, { service, person, now })
    return page.c.html(await run.show(page, filter, { now, query, person: shown, services }))
  })
  const { exportOf } = run
  if (exportOf)
    pages.takeForm(`${path}/export`, 'admin:read', (page, form) => {
      const { format: _, recipients: __, form_token: ___, ...query } = Object.fromEntries(form)
      const person =
        query.recipient === undefined ? undefined : deps.admin.recipients.open(query.recipient)
      const about = { service: page.admin.service, person, now: deps.clock.now() }
      const filter = readFilter(query, deps, about)
      return answerForm(page, deps, form, (isPlain) => exportOf(filter, query, isPlain))
    })
  pages.takeForm(`${path}/find`, 'admin:read', async ({ c, admin }, form) => {
    const typed = form.get('find')?.trim() ?? ''
    if (typed.length > MAX_TYPED) return c.redirect(logAddress(path, { nothing: 'text' }), 303) // mutant: C73.unreadable-search-empty
    return c.redirect(typed === '' ? path : await run.find(typed, admin.service), 303)
  })
}
