// GET /admin/audit: who is signed in to the console, and what admins did; POST …/end signs one of them out.
// It must not show a recipient: an entry leads to its verification.

import { html } from 'hono/html'
import { actorOf } from '../admin/people.ts'
import { ADMIN_EVENTS, type AdminEvent, type EventRecord } from '../events/types.ts'
import { NO_SERVICE } from '../kernel/actor.ts'
import { InvalidCursorError } from '../kernel/errors.ts'
import { readToken } from './cookies.ts'
import { wordsOf } from './event-words.ts'
import { nameKeys } from './key-names.ts'
import { type ConsoleDeps, type Pages, say } from './page-route.ts'
import { type OpenSession, sessionIdOf } from './sessions.ts'
import { type Html, mayOf, postForm, type SignedInPage, shell, verificationPath } from './shell.ts'
import { table } from './table.ts'
import type { KeyName } from './timeline.ts'
import { agoOf, stamp, timeOf, whenOf } from './words.ts'

const PATH = '/admin/audit'
const PAGE_SIZE = 50
/** A session's id, as base64url of SHA-256. */
const SESSION_ID = /^[\w-]{43}$/

/** By subject, in the order of the choice. What admins did to one verification is on its own page, too. */
export const SUBJECTS = {
  people: {
    label: 'People',
    types: ['recipient.shown', 'recipient.exported', 'recipient.erased', 'recipient.unsuppressed'],
  },
  limits: { label: 'Limits', types: ['limit.lifted'] },
  lists: { label: 'Lists', types: ['list.entry_made', 'list.entry_ended'] },
  sessions: {
    label: 'Sign-ins',
    types: ['admin.signed_in', 'admin.signed_out', 'admin.session_ended'],
  },
  keys: { label: 'Keys', types: ['key.created', 'key.revoked'] },
  webhooks: { label: 'Webhooks', types: ['webhook.switched_on', 'webhook.replayed'] },
  exports: { label: 'Exports', types: ['export.started', 'export.ended'] },
} as const satisfies Record<string, { label: string; types: readonly AdminEvent[] }>
type Subject = keyof typeof SUBJECTS

const ALL_TYPES = ADMIN_EVENTS.filter((type) => type !== 'audit.head')

const STYLE = `
.pager { display: flex; flex-wrap: wrap; gap: var(--s2) } .pager [aria-current] { background: var(--ink); color: var(--paper) }
tbody th { white-space: normal; overflow-wrap: anywhere } .when { display: grid } .when .soft { font-size: var(--t2) } .stack td > span { min-width: 0 } .by-whom { display: inline-block; min-width: 8rem } .agent { display: block; max-width: 24rem; font-size: var(--t2); color: var(--soft) }
`

type Shown = {
  now: number
  subject: Subject | undefined
  events: readonly EventRecord[]
  nextCursor: string | null
  names: ReadonlyMap<string, KeyName>
  sessions: readonly OpenSession[]
  ownId: string
  isEnded: boolean
}

const reachOf = (service: string | null) => service ?? 'all services'

function openSessions(page: SignedInPage, { sessions, now, ownId }: Shown): Html {
  const mayEnd = page.session.access.scopes.has('admin')
  return table({
    caption: 'Open sessions, the last one seen first',
    columns: [
      ...['Who', 'Signed in by', 'May'],
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
        `${reachOf(access.service)}, ${mayOf(access.scopes)}`,
        timeOf(one.createdAt),
        agoOf(one.seenAt, now),
        timeOf(one.expiresAt),
        ...(mayEnd ? [id === ownId ? '–' : postForm(page, `${PATH}/end`, field)] : []),
      ]
    }),
  })
}

function aboutOf({ verificationId, reference, details }: EventRecord): Html | string {
  if (verificationId !== null)
    return html`<a class="mono" href="${verificationPath(verificationId)}">${reference ?? 'show'}</a>`
  const id = details.key ?? details.suppression ?? null
  return id === null ? '–' : html`<code>${String(id)}</code>`
}

function log({ events, names, now }: Shown): Html {
  if (events.length === 0) return html`<p class="note">Nothing of this kind is in the log.</p>`
  return table({
    caption: 'What admins did, newest first',
    columns: [{ label: 'When', isTime: true }, 'Who', 'What', 'From', 'About', 'Service'],
    rows: events.map((event) => {
      const { keyId, clientIp, userAgent, service, at } = event
      const name = keyId === null ? undefined : names.get(keyId)
      const who = keyId === null ? 'the service itself' : html`<bdi>${name?.name ?? keyId}</bdi>`
      const agent = userAgent === null ? '' : html`<bdi class="agent">${userAgent}</bdi>`
      return [
        whenOf(at, now),
        html`<span class="by-whom">${who}${name ? html`<span class="agent">${name.kind}</span>` : ''}</span>`,
        wordsOf(event)[0],
        html`<span><span class="mono">${clientIp ?? '–'}</span>${agent}</span>`,
        aboutOf(event),
        service === NO_SERVICE ? 'all' : service,
      ]
    }),
  })
}

function auditPage(page: SignedInPage, shown: Shown): Html {
  const choices = ['', ...Object.keys(SUBJECTS)].map((name) => {
    const here = name === (shown.subject ?? '') ? html` aria-current="true"` : ''
    const label = name === '' ? 'All' : SUBJECTS[name as Subject].label
    return html`<a class="button" href="${name === '' ? PATH : `${PATH}?about=${name}`}"${here}>${label}</a>`
  })
  const next = new URLSearchParams({
    ...(shown.subject && { about: shown.subject }),
    cursor: shown.nextCursor ?? '',
  })
  const older =
    shown.nextCursor === null
      ? ''
      : html`<nav class="pager" aria-label="Pages"><a class="button" rel="next" href="${PATH}?${next.toString()}">Older</a></nav>`
  const ended = shown.isEnded
    ? html`<p class="note good" role="status">Signed out: the session no longer works, on any node.</p>`
    : ''
  const body = html`<div class="head"><h1>Audit</h1></div>
${ended}
<section><h2>Signed in now</h2>${openSessions(page, shown)}</section>
<section><h2>What admins did</h2><nav class="pager" aria-label="What about">${choices}</nav>${log(shown)}${older}</section>`
  return shell(page, { title: 'Audit', current: 'audit', style: STYLE, body })
}

export function addAudit(pages: Pages, deps: ConsoleDeps): void {
  const { sessions, events, authenticator, clock } = deps
  const read = async (page: SignedInPage): Promise<Shown> => {
    const { about, cursor, done } = page.c.req.query()
    const { service } = page.admin
    const subject = (Object.keys(SUBJECTS) as Subject[]).find((one) => one === about)
    const types = subject ? SUBJECTS[subject].types : ALL_TYPES
    const query = { service, types, limit: PAGE_SIZE }
    const found = await events
      .list({ ...query, cursor: cursor || null })
      .catch((error: unknown) => {
        if (error instanceof InvalidCursorError) return events.list({ ...query, cursor: null })
        throw error
      })
    const ids = found.items.map(({ keyId }) => keyId)
    return {
      ...{ now: clock.now(), subject, events: found.items, nextCursor: found.nextCursor },
      names: await nameKeys(authenticator, ids),
      sessions: await sessions.list(service),
      ownId: sessionIdOf(readToken(page.c) ?? ''),
      isEnded: done === 'ended',
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
}
