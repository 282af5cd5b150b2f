// GET /admin/attempts/{id}, and what is done there: POST …/resend, …/cancel, …/reveal.
// It must not tell one service's key of another's verification, nor put what it shows in clear into an address.

import { diagnoseFor } from '../admin/diagnosis.ts'
import { nameKeys } from '../admin/key-names.ts'
import { adminOf } from '../http/admin-from-request.ts'
import type { App } from '../http/register.ts'
import { CHANNELS } from '../kernel/channel.ts'
import { VERIFICATION_ID } from '../kernel/ids.ts'
import type { CancelResult, ResendResult } from '../verification/api.ts'
import type { ConsoleDeps } from './deps.ts'
import type { SignedInPage } from './page.ts'
import { showPage, takeForm } from './page-route.ts'
import { attemptPage } from './pages/attempt-page.ts'
import { messagePage } from './pages/message-page.ts'
import { type Done, noticeOf, refusedQuery } from './pages/notice.ts'
import { attemptPath, personPath } from './pages/paths.ts'

const PATH = '/admin/attempts/:id'

/** Of what is no id, too: an address that was cut off when it was copied. */
function notFound(page: SignedInPage): Response | Promise<Response> {
  const advice =
    'It may have been erased, belong to another service than your key, or the address was cut off.'
  return page.c.html(messagePage(page, { title: 'There is no such verification', advice }), 404)
}

function idOf({ c }: SignedInPage): string | undefined {
  const id = c.req.param('id') ?? ''
  return VERIFICATION_ID.test(id) ? id : undefined
}

/** @param clear the recipient, to be shown in this answer alone */
async function show(page: SignedInPage, deps: ConsoleDeps, clear: string | null = null) {
  const id = idOf(page)
  const detail =
    id && (await deps.admin.operations.detail(adminOf(page.c, deps, page.session.access), id))
  if (!detail) return notFound(page)
  const { recipients } = deps.admin
  const { attempt, events } = detail
  const now = deps.clock.now()
  const person = recipients.ofRow(attempt)
  const sealed = person && recipients.seal(person, attempt.service)
  const keys = await nameKeys(
    deps.authenticator,
    events.map(({ keyId }) => keyId),
  )
  const about = {
    channels: deps.services.get(attempt.service)?.channels ?? [],
    mayAct: page.session.access.scopes.has('admin'),
    now,
  }
  const shown = {
    ...{ now, detail, keys, clear },
    ...diagnoseFor(detail, about),
    to: recipients.masked(attempt),
    personPath: sealed === undefined ? null : personPath(sealed),
    notice: noticeOf(page.c.req.query()),
  }
  return page.c.html(attemptPage(page, shown))
}

function doneBy(result: CancelResult | ResendResult): Done {
  if (result.kind === 'resent') return 'resent'
  const isCanceled = result.kind === 'canceled' && result.verification.status === 'canceled'
  return isCanceled ? 'canceled' : 'ended'
}

/** A reload of the page after it must not do it once more. */
function goBack(page: SignedInPage, id: string, result: CancelResult | ResendResult | undefined) {
  if (!result) return notFound(page)
  const query = result.kind === 'refused' ? refusedQuery(result) : `done=${doneBy(result)}`
  return page.c.redirect(`${attemptPath(id)}?${query}`, 303)
}

export function addAttempt(app: App, deps: ConsoleDeps): void {
  const scope = 'admin'
  showPage(app, deps, PATH, (page) => show(page, deps))
  takeForm(app, deps, { path: `${PATH}/resend`, scope }, async (page, form) => {
    const id = idOf(page)
    if (!id) return notFound(page)
    const channel = CHANNELS.find((one) => one === form.get('channel')) ?? null
    return goBack(
      page,
      id,
      await deps.admin.operations.resend(adminOf(page.c, deps, page.session.access), id, channel),
    )
  })
  takeForm(app, deps, { path: `${PATH}/cancel`, scope }, async (page) => {
    const id = idOf(page)
    if (!id) return notFound(page)
    return goBack(
      page,
      id,
      await deps.admin.operations.cancel(adminOf(page.c, deps, page.session.access), id),
    )
  })
  // mutant: C33.viewer-no-reveal
  takeForm(app, deps, { path: `${PATH}/reveal`, scope }, async (page) => {
    const id = idOf(page)
    const person =
      id && (await deps.admin.operations.reveal(adminOf(page.c, deps, page.session.access), id))
    if (!id || !person) return notFound(page)
    // The way back, for the switch of colours, is the page itself.
    return show({ ...page, path: attemptPath(id) }, deps, person.to ?? person.subject)
  })
}
