// GET /admin/attempts, and POST /admin/attempts/find: what was typed becomes a filter in the address.
// It must not put a recipient into an address: only a sealed text that this service alone can open.

import type { Person, Recipients } from '../admin/recipients.ts'
import type { App } from '../http/register.ts'
import { readReference, VERIFICATION_ID } from '../kernel/ids.ts'
import { readFilter, withoutEmpty } from './attempt-filter.ts'
import type { ConsoleDeps } from './deps.ts'
import type { SignedInPage } from './page.ts'
import { showPage, takeForm } from './page-route.ts'
import { attemptsPage } from './pages/attempts-page.ts'
import { attemptPath } from './pages/paths.ts'

const PAGE_SIZE = 50
/** For a user id that is a number or an address as well: it may be said to be one. */
const SUBJECT = /^subject:\s*(?<subject>.+)$/i

/** Longer than any address or id. */
export const MAX_TYPED = 320

const list = (parameters: Record<string, string>) =>
  `/admin/attempts?${new URLSearchParams(parameters)}`

/** Whom a page is filtered by. @param also sealed: another meaning of what was typed */
export function describeSearched(person: Person, also: string | undefined, recipients: Recipients) {
  return {
    masked: recipients.maskedPerson(person),
    isSubject: person.to === null,
    also: also !== undefined && recipients.open(also) ? also : undefined,
  }
}

async function show(page: SignedInPage, deps: ConsoleDeps): Promise<Response> {
  const { c, session } = page
  const { attempts, recipients } = deps.admin
  const { service } = session.access
  const query = c.req.query()
  const canonical = withoutEmpty(query)
  if (canonical) return c.redirect(list(canonical), 303)
  const now = deps.clock.now()
  const person = query.recipient === undefined ? undefined : recipients.open(query.recipient)
  const filter = readFilter(query, { deps, service, person, now })
  const found = await attempts.list(filter, query.cursor ?? null, PAGE_SIZE)
  const shown = {
    ...{ now, query, filter, nextCursor: found.nextCursor, lookedBackTo: found.lookedBackTo },
    rows: found.items.map((row) => ({ ...row, person: recipients.shown(row) })),
    person: person && describeSearched(person, query.also, recipients),
    services: service === null ? [...deps.services.keys()] : [],
  }
  return c.html(attemptsPage(page, shown))
}

/** The likeliest first: a number or address in any spelling, and a user id, for that can be any text. */
export function meaningsOf(typed: string, service: string | null, deps: ConsoleDeps): Person[] {
  const subject = SUBJECT.exec(typed)?.groups?.subject
  if (subject !== undefined) return [{ to: null, subject }]
  const { recipients } = deps.admin
  const bySpelling = recipients.readingsOf(typed, { service, country: null })
  return [...bySpelling, { to: null, subject: typed }] // mutant: C74.bare-user-id
}

/** Of whom there is a row: nobody is asked which of them was typed. */
export async function findPersons(
  meanings: readonly Person[],
  service: string | null,
  about: {
    recipients: Pick<Recipients, 'indexesOf'>
    firstOf(budgetIndexes: readonly Uint8Array[]): Promise<{ items: readonly unknown[] }>
  },
): Promise<Person[]> {
  const found: Person[] = []
  for (const person of meanings) {
    const { items } = await about.firstOf(about.recipients.indexesOf(person, service) ?? [])
    if (items.length > 0) found.push(person)
  }
  return found
}

/** Where the page is that shows what was typed. */
async function find(typed: string, service: string | null, deps: ConsoleDeps): Promise<string> {
  const { attempts, recipients, refusals } = deps.admin
  if (VERIFICATION_ID.test(typed)) {
    const row = await attempts.find(service, typed)
    return row ? attemptPath(row.id) : list({ nothing: 'id' })
  }
  const reference = readReference(typed)
  const { items } = reference ? await attempts.list({ service, reference }, null, 2) : { items: [] }
  const [only, second] = items
  if (only && !second) return attemptPath(only.id)
  const meanings = meaningsOf(typed, service, deps)
  // Of somebody who was refused each time there is no verification, but a page that leads to the refusals.
  const firstOf = async (budgetIndexes: readonly Uint8Array[]) => {
    const begun = await attempts.list({ service, budgetIndexes }, null, 1)
    return begun.items.length > 0 ? begun : refusals({ service, budgetIndexes }, null, 1) // mutant: C73.refused-only-found
  }
  const found = second ? [] : await findPersons(meanings, service, { recipients, firstOf })
  // A user id may look like a reference (`ann-123`); where there is nobody, it was one.
  if (reference && found.length === 0) return list({ reference })
  const shown = found.length > 0 ? found : meanings.slice(0, 1)
  const [recipient, also] = shown.map((person) => recipients.seal(person, service))
  const isNobody = found.length === 0 && meanings.length === 1 && !SUBJECT.test(typed)
  return list({
    ...(recipient !== undefined && { recipient }),
    ...(also !== undefined && { also }),
    ...(isNobody && { nothing: 'text' }),
  })
}

export function addAttempts(app: App, deps: ConsoleDeps): void {
  showPage(app, deps, '/admin/attempts', (page) => show(page, deps))
  takeForm(
    app,
    deps,
    { path: '/admin/attempts/find', scope: 'admin:read' },
    async ({ c, session }, form) => {
      const typed = form.get('find')?.trim() ?? ''
      if (typed.length > MAX_TYPED) return c.redirect(list({ nothing: 'text' }), 303)
      if (typed === '') return c.redirect('/admin/attempts', 303)
      return c.redirect(await find(typed, session.access.service, deps), 303)
    },
  )
}
