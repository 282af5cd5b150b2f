// GET /admin/person?who=…: one recipient or subject. And POST …/export, POST …/lift, GET …/erase, POST …/erased.
// It must not accept a person from an address unsealed, nor release one in plaintext except in the export.

import { html } from 'hono/html'
import type { Exported } from '../admin/people.ts'
import type { Person } from '../admin/recipients.ts'
import { toWireExport } from '../http/schemas/people.ts'
import { listedNote, listedNow } from './list-words.ts'
import { PAGE_SIZE } from './log-query.ts'
import { type Answer, type ConsoleDeps, type Pages, say } from './page-route.ts'
import {
  ERASE_WORD,
  eraseConfirmPage,
  erasedPage,
  type PersonShown,
  personPage,
} from './person-page.ts'
import { personPath, type SignedInPage } from './shell.ts'
import { suppressedNote, suppressedNow } from './suppressed.ts'

const PATH = '/admin/person'

type Found = { person: Person; shown: PersonShown; budgetIndexes: readonly Uint8Array[] }

function kindOf({ to }: Person): PersonShown['kind'] {
  if (to === null) return 'subject'
  return to.includes('@') ? 'e-mail address' : 'phone number'
}

function notFound(page: SignedInPage): Answer {
  const advice =
    'The address was cut off, or was made under a key of the service that no longer exists. Search for the number or address in Verifications.'
  return say(page, 404, 'This address names nobody', advice)
}

async function show(page: SignedInPage, deps: ConsoleDeps, found: Found) {
  const { person, budgetIndexes } = found
  const { service } = page.admin
  const [list, limits, suppressed, listed] = await Promise.all([
    deps.admin.verifications.list({ service, budgetIndexes }, null, PAGE_SIZE),
    deps.admin.operations.limitsOf(page.admin, person),
    suppressedNow(deps, { service, budgetIndexes }),
    listedNow(deps, service, person),
  ])
  const shown = {
    person: found.shown,
    now: deps.clock.now(),
    limits,
    suppressed: html`${suppressedNote(suppressed, found.shown.sealed)}${listedNote(listed, found.shown.sealed)}`,
    verifications: list.items,
    hasMore: list.nextCursor !== null,
    isLifted: page.c.req.query('done') === 'lifted',
  }
  return page.c.html(personPage(page, shown))
}

/** Except for the event of this export, which is always there. */
function isEmpty({ verifications, factors, suppressions, entries, events }: Exported): boolean {
  const others = events.filter(({ type }) => type !== 'recipient.exported')
  return (
    verifications.length + factors.length + suppressions.length + entries.length + others.length ===
    0
  )
}

function download({ c }: SignedInPage, deps: ConsoleDeps, exported: Exported): Response {
  const now = deps.clock.now()
  const day = new Date(now).toISOString().slice(0, 10)
  c.header('Content-Disposition', `attachment; filename="countersign-person-${day}.json"`)
  c.header('Content-Type', 'application/json')
  return c.body(JSON.stringify(toWireExport(exported, now, deps.admin.recipients), null, 2))
}

export function addPerson(pages: Pages, deps: ConsoleDeps): void {
  const { recipients, operations } = deps.admin
  /** Not found: it was not sealed here, or its key no longer exists. */
  const withPerson = (
    page: SignedInPage,
    sealed: string | null | undefined,
    run: (found: Found) => Answer,
  ): Answer => {
    const person = sealed ? recipients.open(sealed) : undefined
    const budgetIndexes = person && recipients.indexesOf(person, page.admin.service)
    if (!sealed || !person || !budgetIndexes) return notFound(page)
    const shown = { sealed, masked: recipients.maskedPerson(person), kind: kindOf(person) }
    return run({ person, shown, budgetIndexes })
  }
  const showFor = (path: string, run: (page: SignedInPage, found: Found) => Answer) =>
    pages.showPage(path, (page) =>
      withPerson(page, page.c.req.query('who'), (found) => run(page, found)),
    )
  const takeFor = (
    path: string,
    run: (page: SignedInPage, found: Found, form: URLSearchParams) => Answer,
  ) =>
    // mutant: C35.console-lift-scope
    pages.takeForm(path, 'admin', (page, form) =>
      withPerson(page, form.get('who'), (found) => run(page, found, form)),
    )

  showFor(PATH, (page, found) => show(page, deps, found))
  takeFor(`${PATH}/export`, async (page, { person }) => {
    const exported = await operations.exportOf(page.admin, person)
    // Nobody here: a text sealed for another service is not opened for this one.
    return isEmpty(exported) ? notFound(page) : download(page, deps, exported)
  })
  takeFor(`${PATH}/lift`, async (page, { person, shown }) => {
    await operations.lift(page.admin, person, { service: null, name: null })
    return page.c.redirect(`${personPath(shown.sealed)}&done=lifted`, 303)
  })
  showFor(`${PATH}/erase`, (page, { shown }) =>
    page.session.access.scopes.has('admin')
      ? page.c.html(eraseConfirmPage(page, shown, false))
      : page.c.redirect(personPath(shown.sealed), 303),
  )
  takeFor(`${PATH}/erased`, async (from, { person, shown }, form) => {
    // The switch of colours needs a page that can be requested.
    const page = { ...from, path: personPath(shown.sealed) }
    if (form.get('confirm')?.trim().toUpperCase() !== ERASE_WORD)
      return page.c.html(eraseConfirmPage(page, shown, true), 422)
    return page.c.html(erasedPage(page, shown, await operations.erase(page.admin, person)))
  })
}
