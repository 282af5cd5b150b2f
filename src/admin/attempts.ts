// GET /admin/attempts, and POST /admin/attempts/find: what was typed becomes a filter in the address.
// It must not put a recipient into an address: only a sealed text that this service alone can open.

import type { AppDeps } from '../http/deps.ts'
import type { App } from '../http/register.ts'
import { readReference, VERIFICATION_ID } from '../kernel/ids.ts'
import { readFilter, withoutEmpty } from './attempt-filter.ts'
import type { SignedInPage } from './page.ts'
import { showPage, takeForm } from './page-route.ts'
import { attemptsPage } from './pages/attempts-page.ts'
import { attemptPath } from './pages/paths.ts'

const PAGE_SIZE = 50
/** A login flow's own id of a user might be anything: it is said to be one. */
const SUBJECT = /^subject:\s*(?<subject>.+)$/i

/** Longer than any address or id. */
const MAX_TYPED = 320

const list = (parameters: Record<string, string>) =>
  `/admin/attempts?${new URLSearchParams(parameters)}`

async function show(page: SignedInPage, deps: AppDeps): Promise<Response> {
  const { c, session } = page
  const { attempts, recipients } = deps.console
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
    person: person && recipients.maskedPerson(person),
    services: service === null ? [...deps.services.keys()] : [],
  }
  return c.html(attemptsPage(page, shown))
}

/** Where that which was typed is shown. */
async function find(typed: string, service: string | null, deps: AppDeps): Promise<string> {
  const { attempts, recipients } = deps.console
  const reference = readReference(typed)
  if (reference) {
    const { items } = await attempts.list({ service, reference }, null, 2)
    const [only, another] = items
    return only && !another ? attemptPath(only.id) : list({ reference })
  }
  if (VERIFICATION_ID.test(typed)) {
    const row = await attempts.find(service, typed)
    return row ? attemptPath(row.id) : list({ nothing: 'id' })
  }
  const subject = SUBJECT.exec(typed)?.groups?.subject
  const person = subject === undefined ? { to: typed, subject: null } : { to: null, subject }
  const recipient = recipients.seal(person, service)
  return list(recipient === undefined ? { nothing: 'text' } : { recipient })
}

export function addAttempts(app: App, deps: AppDeps): void {
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
