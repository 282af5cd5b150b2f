// GET /admin/refusals, and POST /admin/refusals/find: refused requests, of everybody or of whom was typed.
// It must not put a recipient into an address: only a sealed text that this service alone can open.

import type { Person } from '../admin/recipients.ts'
import type { RefusalFilter } from '../admin/refusals.ts'
import type { App } from '../http/register.ts'
import { type Query, readFilter, withoutEmpty } from './attempt-filter.ts'
import { describeSearched, findPersons, MAX_TYPED, meaningsOf } from './attempts.ts'
import type { ConsoleDeps } from './deps.ts'
import type { SignedInPage } from './page.ts'
import { showPage, takeForm } from './page-route.ts'
import { refusalsPage } from './pages/refusals-page.ts'

const PAGE_SIZE = 50
const NAME = /^[a-z_]{1,40}$/
const PATH = '/admin/refusals'

const list = (parameters: Record<string, string>) => `${PATH}?${new URLSearchParams(parameters)}`

function filterOf(
  query: Query,
  asked: { deps: ConsoleDeps; service: string | null; person: Person | undefined; now: number },
): RefusalFilter {
  const { service, budgetIndexes, since, until } = readFilter(query, asked)
  const name = (text: string | undefined) => (NAME.test(text ?? '') ? text : undefined)
  const { error, limit } = query
  return { service, budgetIndexes, since, until, error: name(error), limit: name(limit) } // mutant: C73.search-off-url
}

async function show({ c, session, ...page }: SignedInPage, deps: ConsoleDeps): Promise<Response> {
  const { refusals, recipients } = deps.admin
  const { service } = session.access
  const query = c.req.query()
  const canonical = withoutEmpty(query)
  if (canonical) return c.redirect(list(canonical), 303)
  const now = deps.clock.now()
  const person = query.recipient === undefined ? undefined : recipients.open(query.recipient)
  const filter = filterOf(query, { deps, service, person, now })
  const found = await refusals(filter, query.cursor ?? null, PAGE_SIZE)
  const shown = {
    ...{ now, query, nextCursor: found.nextCursor, lookedBackTo: found.lookedBackTo },
    lines: found.items.map((line) => ({
      line,
      masked: line.person && recipients.maskedPerson(line.person),
      sealed: line.person && recipients.seal(line.person, line.service),
    })),
    person: person && describeSearched(person, query.also, recipients),
    services: service === null ? [...deps.services.keys()] : [],
  }
  return c.html(refusalsPage({ ...page, c, session }, shown))
}

/** Of several that the text may mean those who were refused; where none was, the likeliest. */
async function find(typed: string, service: string | null, deps: ConsoleDeps): Promise<string> {
  const { refusals, recipients } = deps.admin
  const meanings = meaningsOf(typed, service, deps)
  const found = await findPersons(meanings, service, {
    recipients,
    firstOf: (budgetIndexes) => refusals({ service, budgetIndexes }, null, 1),
  })
  const shown = found.length > 0 ? found : meanings.slice(0, 1)
  const [recipient, also] = shown.map((person) => recipients.seal(person, service))
  if (recipient === undefined) return list({ nothing: 'text' })
  return list({ recipient, ...(also !== undefined && { also }) }) // mutant: C73.ambiguous-shows-both
}

export function addRefused(app: App, deps: ConsoleDeps): void {
  showPage(app, deps, PATH, (page) => show(page, deps))
  takeForm(
    app,
    deps,
    { path: `${PATH}/find`, scope: 'admin:read' },
    async ({ c, session }, form) => {
      const typed = form.get('find')?.trim() ?? ''
      if (typed.length > MAX_TYPED) return c.redirect(list({ nothing: 'text' }), 303) // mutant: C73.unreadable-search-empty
      if (typed === '') return c.redirect(PATH, 303)
      return c.redirect(await find(typed, session.access.service, deps), 303)
    },
  )
}
