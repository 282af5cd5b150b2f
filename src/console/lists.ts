// GET /admin/lists: entries that block starts or let them through, with a form that makes one; POST …/create and …/end.
// It must not show a recipient in plaintext.

import { type AdminFault, isOver, shownValue } from '../admin/lists.ts'
import { HOUR_MS } from '../kernel/clock.ts'
import { LIST_ENTRY_ID } from '../kernel/ids.ts'
import { MAX_REASON } from '../shield/lists.ts'
import { EFFECTS, ENTRY_KINDS, type ListEntry } from '../shield/ports.ts'
import { nameKeys } from './key-names.ts'
import { listPage, type Made, type ShownLists } from './lists-page.ts'
import { addLog, type Log, logAddress, PAGE_SIZE, searchFor } from './log-query.ts'
import { type ConsoleDeps, type Pages, say } from './page-route.ts'
import type { SignedInPage } from './shell.ts'

const PATH = '/admin/lists'

const FIELDS: Readonly<Record<AdminFault['field'], string>> = {
  ...{ service: 'Service', effect: 'What it does', value: 'Value', reason: 'Why', endsAt: 'Ends' },
}

const oneOf = <Name extends string>(names: readonly Name[], text: string | null | undefined) =>
  names.find((name) => name === text)

/** On one line, whatever was pasted. */
const reasonOf = (form: URLSearchParams) =>
  (form.get('reason') ?? '').replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').trim()

/** Undefined: a field was not chosen from the form. */
function readForm(form: URLSearchParams, now: number) {
  const effect = oneOf(EFFECTS, form.get('effect'))
  const by = oneOf(ENTRY_KINDS, form.get('by'))
  const hours = form.get('hours') ?? ''
  if (!effect || !by || !/^\d{0,5}$/.test(hours)) return undefined
  return {
    ...{ effect, by, service: form.get('service') || null, value: form.get('value') ?? '' },
    reason: reasonOf(form),
    endsAt: hours === '' ? null : now + Number(hours) * HOUR_MS,
  }
}

async function entriesOf(deps: ConsoleDeps, entries: readonly ListEntry[]) {
  const { recipients } = deps.admin
  const names = await nameKeys(
    deps.authenticator,
    entries.map(({ keyId }) => keyId),
  )
  return entries.map((entry) => {
    const { id, recipientSealed } = entry
    const sealed = recipientSealed && recipients.shown({ id, channel: 'sms', recipientSealed })
    const maker = entry.keyId === null ? undefined : (names.get(entry.keyId)?.name ?? entry.keyId)
    return {
      ...{ entry, value: shownValue(entry, recipients), sealed: sealed?.sealed, maker },
      isOver: isOver(entry, deps.clock.now()),
    }
  })
}

/** What an answer says was done. */
const DONE: Readonly<Record<string, Made>> = {
  made: { state: 'good', text: 'Made: it holds from now on, on other nodes within 5 seconds.' },
  ended: { state: 'good', text: 'Ended: it has no effect from now on.' },
  exists: {
    state: 'bad',
    text: 'No entry was made: one with the same effect and value is in force. End it first.',
  },
  full: {
    state: 'bad',
    text: 'No entry was made: the lists are full. End entries that are no longer needed.',
  },
  share_full: {
    state: 'bad',
    text: 'Nothing was made: your service has as many entries as its own admins may make. End entries that are no longer needed.',
  },
}

/** By its id, which is the reference that a refused person gives. Undefined: none is asked for. */
async function oneEntry(page: SignedInPage, deps: ConsoleDeps, { query }: Log) {
  if (query.entry === undefined) return undefined
  const isId = LIST_ENTRY_ID.test(query.entry)
  const entry = isId ? await deps.admin.lists.find(page.admin, query.entry) : undefined
  return { items: entry ? [entry] : [], nextCursor: null }
}

async function show(page: SignedInPage, deps: ConsoleDeps, log: Log, about: ShownLists['about']) {
  const { cursor = null, done = '' } = log.query
  const one = await oneEntry(page, deps, log)
  const found = one ?? (await deps.admin.lists.list(about.filter, cursor, PAGE_SIZE))
  const services = page.admin.service === null ? [...deps.services.keys()] : [page.admin.service]
  return listPage(page, {
    ...{ log, services, about, lines: await entriesOf(deps, found.items) },
    ...{ nextCursor: found.nextCursor, notice: Object.hasOwn(DONE, done) ? DONE[done] : undefined },
  })
}

export function addLists(pages: Pages, deps: ConsoleDeps): void {
  const { lists } = deps.admin
  addLog(pages, deps, PATH, {
    show(page, { service, budgetIndexes }, log) {
      const { by, effect, over } = log.query
      const chosen = { effect: oneOf(EFFECTS, effect), by: undefined }
      const about = { service, budgetIndexes, ...chosen, inForce: over === undefined, now: log.now }
      const given = { by: oneOf(ENTRY_KINDS, by), value: log.query.value ?? '' }
      return show(page, deps, log, { filter: about, given, fault: undefined })
    },
    async find(typed, service) {
      if (LIST_ENTRY_ID.test(typed)) return logAddress(PATH, { entry: typed })
      const now = deps.clock.now()
      const firstOf = (budgetIndexes: readonly Uint8Array[]) =>
        lists.list({ service, budgetIndexes, now }, null, 1)
      const { query } = await searchFor(typed, service, deps, firstOf)
      return logAddress(PATH, query.recipient === undefined ? { nothing: 'text' } : query)
    },
  })
  pages.takeForm(`${PATH}/create`, 'admin', async (page, form) => {
    const now = deps.clock.now()
    const given = readForm(form, now)
    if (!given) return say(page, 400, 'No entry was made', 'Use the form of the lists.')
    const made = await lists.make(page.admin, {
      ...given,
      service: given.service ?? page.admin.service,
    })
    if (made.kind !== 'fault') return page.c.redirect(`${PATH}?done=${made.kind}`, 303)
    const { service } = page.admin
    const log = { now, query: {}, person: undefined, services: [] }
    const fault = `${FIELDS[made.fault.field]} ${made.fault.detail}.`
    const filter = { service, inForce: true, now }
    // Of the form itself: what was entered stands nowhere else, and is a recipient perhaps.
    return page.c.html(await show(page, deps, log, { filter, given, fault }), 422)
  })
  pages.takeForm(`${PATH}/end`, 'admin', async (page, form) => {
    const id = form.get('id') ?? ''
    const reason = reasonOf(form)
    const isValid = LIST_ENTRY_ID.test(id) && reason !== '' && reason.length <= MAX_REASON
    const ended = isValid ? await lists.end(page.admin, id, reason) : undefined
    if (ended) return page.c.redirect(`${PATH}?done=ended`, 303)
    const advice = 'It may be over already, or no reason was given.'
    return say(page, 404, 'Nothing was ended', advice)
  })
}
