// GET /admin/audit: who is signed in to the console, and what admins did; POST …/end signs one of them out, …/export is a file.
// It must not show another service's.

import { html } from 'hono/html'
import { searchEvents } from '../admin/event-search.ts'
import { actorOf } from '../admin/people.ts'
import { createExports } from '../http/schemas/exports.ts'
import { InvalidCursorError } from '../kernel/errors.ts'
import { auditLog, PATH, type ShownLog } from './audit-log.ts'
import { readAudit } from './audit-query.ts'
import { readToken } from './cookies.ts'
import { answerForm, EXPORT_STYLE } from './exports.ts'
import { nameKeys } from './key-names.ts'
import { FILTER_STYLE } from './log-page.ts'
import { type ConsoleDeps, type Pages, say } from './page-route.ts'
import { type OpenSession, sessionIdOf } from './sessions.ts'
import { type Html, mayOf, postForm, type SignedInPage, shell } from './shell.ts'
import { table } from './table.ts'
import { agoOf, stamp, timeOf } from './words.ts'

const PAGE_SIZE = 50
/** A session's id, as base64url of SHA-256. */
const SESSION_ID = /^[\w-]{43}$/

const STYLE = `${FILTER_STYLE}${EXPORT_STYLE}.pager { display: flex; flex-wrap: wrap; gap: var(--s2) } .pager [aria-current] { background: var(--ink); color: var(--paper) }
tbody th { white-space: normal; overflow-wrap: anywhere } .when { display: grid } .when .soft { font-size: var(--t2) } .stack td > span { min-width: 0 } .by-whom { display: block; min-width: 8rem } .stack form button { min-height: 1.75rem; padding: var(--s1) var(--s3); font-size: var(--t2) } .agent { display: block; max-width: 24rem; font-size: var(--t2); color: var(--soft) }
`

type Shown = { sessions: readonly OpenSession[]; ownId: string; isEnded: boolean; log: ShownLog }

function openSessions(page: SignedInPage, { sessions, log, ownId }: Shown): Html {
  const mayEnd = page.session.access.scopes.has('admin')
  return table({
    caption: 'Open sessions, the last one seen first',
    isWide: true,
    columns: [
      ...['Who', 'Signed in by', 'Access'],
      { label: 'Since', isTime: true },
      'Seen',
      { label: 'Until at most', isTime: true },
      ...(mayEnd ? ['Sign out'] : []),
    ],
    rows: sessions.map((one) => {
      const { access, keyName, isByOidc, id } = one
      const own = id === ownId ? html` ${stamp('you', '')}` : ''
      const field = html`<input type="hidden" name="id" value="${id}"><button aria-label="Sign out ${keyName}">Sign out</button>`
      return [
        html`<bdi>${keyName}</bdi>${own}`,
        isByOidc ? 'OpenID Connect' : 'key',
        `${access.service ?? 'all services'}, ${mayOf(access.scopes)}`,
        timeOf(one.createdAt),
        agoOf(one.seenAt, log.now),
        timeOf(one.expiresAt),
        ...(mayEnd ? [id === ownId ? '–' : postForm(page, `${PATH}/end`, field)] : []),
      ]
    }),
  })
}

function auditPage(page: SignedInPage, shown: Shown): Html {
  const ended = shown.isEnded
    ? html`<p class="note good" role="status">Signed out: the session no longer works, on any node.</p>`
    : ''
  const body = html`<div class="head"><h1>Audit</h1></div>
${ended}
<section><h2>Signed in now</h2>${openSessions(page, shown)}</section>
${auditLog(page, shown.log)}`
  return shell(page, { title: 'Audit', current: 'audit', style: STYLE, body })
}

/** Keys and those who are signed in: for the field, once each. */
function knownOf(
  keys: readonly { id: string; name: string }[],
  sessions: readonly OpenSession[],
): ShownLog['known'] {
  const signedIn = sessions.map(({ access, keyName }) => [access.keyId, keyName] as const)
  const pairs = [...signedIn, ...keys.map(({ id, name }) => [id, name || id] as const)]
  return [...new Map(pairs)]
}

export function addAudit(pages: Pages, deps: ConsoleDeps): void {
  const { sessions, events, authenticator, clock } = deps
  const read = async (page: SignedInPage): Promise<Shown> => {
    const query = page.c.req.query()
    const { service } = page.admin
    const [keys, open] = await Promise.all([
      deps.admin.keys.list({ service }),
      sessions.list(service),
    ])
    const now = clock.now()
    const filter = readAudit(query, keys, { service, now })
    const asked = { ...filter, limit: PAGE_SIZE }
    const found = await searchEvents(events, { ...asked, cursor: query.cursor || null }).catch(
      (error: unknown) => {
        if (error instanceof InvalidCursorError)
          return searchEvents(events, { ...asked, cursor: null })
        throw error
      },
    )
    // As on the page Keys.
    const mayList = page.session.access.scopes.has('admin')
    const names = await nameKeys(
      authenticator,
      found.items.map(({ keyId }) => keyId),
    )
    return {
      ...{ sessions: open, ownId: sessionIdOf(readToken(page.c) ?? '') },
      isEnded: query.done === 'ended',
      log: { now, query, filter, found, names, known: knownOf(mayList ? keys : [], open) },
    }
  }
  pages.showPage(PATH, async (page) => page.c.html(auditPage(page, await read(page))))
  pages.takeForm(`${PATH}/end`, 'admin', async (page, form) => {
    const id = form.get('id') ?? ''
    const ended = SESSION_ID.test(id) ? await sessions.endOne(id, page.admin.service) : undefined
    if (!ended) return say(page, 404, 'Nobody was signed out', 'This session is over already.')
    const details = { key: ended.access.keyId, name: ended.keyName }
    const about = { verificationId: null, budgetIndex: null, details }
    const actor = actorOf(page.admin, ended.access.service)
    const type = 'admin.session_ended'
    await events.append([{ ...actor, at: clock.now(), type, ...about }])
    return page.c.redirect(`${PATH}?done=ended`, 303)
  })
  pages.takeForm(`${PATH}/export`, 'admin:read', async (page, form) => {
    const { service } = page.admin
    const keys = await deps.admin.keys.list({ service })
    const about = { service, now: clock.now() }
    const { subject: _, ...filter } = readAudit(Object.fromEntries(form), keys, about)
    return answerForm(page, deps, form, () => createExports(deps).events(filter))
  })
}
