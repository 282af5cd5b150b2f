// GET /admin/person?who=…: one recipient or subject. And POST …/export, POST …/lift, GET …/erase, POST …/erased.
// It must not take a person from an address but sealed, nor hand one out in clear but in the export.

import type { Exported } from '../admin/people.ts'
import type { Person } from '../admin/recipients.ts'
import { adminOf } from '../http/admin-from-request.ts'
import type { App } from '../http/register.ts'
import { toWireExport } from '../http/schemas/people.ts'
import type { ConsoleDeps } from './deps.ts'
import type { SignedInPage } from './page.ts'
import { showPage, takeForm } from './page-route.ts'
import { ERASE_WORD, eraseConfirmPage, erasedPage } from './pages/erase-page.ts'
import { messagePage } from './pages/message-page.ts'
import { personPath } from './pages/paths.ts'
import { type PersonShown, personPage } from './pages/person-page.ts'

const PAGE_SIZE = 50
const SCOPE = 'admin'

type Found = { person: Person; shown: PersonShown; budgetIndexes: readonly Uint8Array[] }

function kindOf({ to }: Person): PersonShown['kind'] {
  if (to === null) return 'subject'
  return to.includes('@') ? 'e-mail address' : 'phone number'
}

/** Undefined: it was not sealed here, or under a key that is gone. */
function find(page: SignedInPage, deps: ConsoleDeps, sealed: string | null): Found | undefined {
  const { recipients } = deps.admin
  const person = sealed ? recipients.open(sealed) : undefined
  const budgetIndexes = person && recipients.indexesOf(person, page.session.access.service)
  if (!sealed || !person || !budgetIndexes) return undefined
  const shown = { sealed, masked: recipients.maskedPerson(person), kind: kindOf(person) }
  return { person, shown, budgetIndexes }
}

function notFound(page: SignedInPage): Response | Promise<Response> {
  const advice =
    'The address was cut off, or was made under a key of the service that is gone. Look for the number or address in Attempts.'
  return page.c.html(messagePage(page, { title: 'Nobody can be meant by this', advice }), 404)
}

async function show(page: SignedInPage, deps: ConsoleDeps) {
  const found = find(page, deps, page.c.req.query('who') ?? null)
  if (!found) return notFound(page)
  const { operations, attempts } = deps.admin
  const { service } = page.session.access
  const { person, budgetIndexes } = found
  const [list, limits] = await Promise.all([
    attempts.list({ service, budgetIndexes }, null, PAGE_SIZE),
    operations.limitsOf(adminOf(page.c, deps, page.session.access), person),
  ])
  const shown = {
    ...{ person: found.shown, now: deps.clock.now(), limits },
    ...{ attempts: list.items, hasMore: list.nextCursor !== null },
    isLifted: page.c.req.query('done') === 'lifted',
  }
  return page.c.html(personPage(page, shown))
}

/** The line that tells of this export is always there. */
function isEmpty({ verifications, factors, events }: Exported): boolean {
  const others = events.filter(({ type }) => type !== 'recipient.exported')
  return verifications.length + factors.length + others.length === 0
}

export function addPerson(app: App, deps: ConsoleDeps): void {
  showPage(app, deps, '/admin/person', (page) => show(page, deps))
  takeForm(app, deps, { path: '/admin/person/export', scope: SCOPE }, async (page, form) => {
    const found = find(page, deps, form.get('who'))
    if (!found) return notFound(page)
    const exported = await deps.admin.operations.exportOf(
      adminOf(page.c, deps, page.session.access),
      found.person,
    )
    // Of nobody here: a text that was sealed for another service is not opened for this one.
    if (isEmpty(exported)) return notFound(page)
    const { c } = page
    const now = deps.clock.now()
    const day = new Date(now).toISOString().slice(0, 10)
    c.header('Content-Disposition', `attachment; filename="countersign-person-${day}.json"`)
    c.header('Content-Type', 'application/json')
    return c.body(JSON.stringify(toWireExport(exported, now, deps.admin.recipients), null, 2))
  })
  // mutant: C35.console-lift-scope
  takeForm(app, deps, { path: '/admin/person/lift', scope: SCOPE }, async (page, form) => {
    const found = find(page, deps, form.get('who'))
    if (!found) return notFound(page)
    const admin = adminOf(page.c, deps, page.session.access)
    await deps.admin.operations.lift(admin, found.person, { service: null, name: null })
    return page.c.redirect(`${personPath(found.shown.sealed)}&done=lifted`, 303)
  })
  showPage(app, deps, '/admin/person/erase', (page) => {
    const found = find(page, deps, page.c.req.query('who') ?? null)
    if (!found) return notFound(page)
    if (page.session.access.scopes.has(SCOPE))
      return page.c.html(eraseConfirmPage(page, found.shown, false))
    return page.c.redirect(personPath(found.shown.sealed), 303)
  })
  takeForm(app, deps, { path: '/admin/person/erased', scope: SCOPE }, async (given, form) => {
    const found = find(given, deps, form.get('who'))
    if (!found) return notFound(given)
    // The way back, for the switch of colours, is a page that can be asked for.
    const page = { ...given, path: personPath(found.shown.sealed) }
    if (form.get('confirm')?.trim().toUpperCase() !== ERASE_WORD)
      return page.c.html(eraseConfirmPage(page, found.shown, true), 422)
    const removed = await deps.admin.operations.erase(
      adminOf(page.c, deps, page.session.access),
      found.person,
    )
    return page.c.html(erasedPage(page, found.shown, removed))
  })
}
