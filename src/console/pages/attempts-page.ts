// Attempts: the log, newest first, one line for each verification, with what became of its message.
// It must not show a recipient in clear.

import { html } from 'hono/html'
import type { AttemptFilter, AttemptRow } from '../../admin/ports.ts'
import { statusAt } from '../../verification/state.ts'
import { type Query, spanOf } from '../attempt-filter.ts'
import type { SignedInPage } from '../page.ts'
import { filterForm, spans } from './attempts-filters.ts'
import { livePart } from './live.ts'
import { attemptPath, personPath } from './paths.ts'
import { formToken, type Html, shell } from './shell.ts'
import { messageStamp, outcomeStamp } from './stamps.ts'
import { table } from './table.ts'
import { agoOf, timeOf, ZONE } from './words.ts'

/** The person masked, and sealed for the address of their page; undefined: the row's key is gone. */
type ShownAttempt = Omit<AttemptRow, 'recipientSealed'> & {
  person: { masked: string; sealed: string | undefined }
}

type ShownAttempts = {
  now: number
  rows: readonly ShownAttempt[]
  nextCursor: string | null
  lookedBackTo: number | null
  query: Query
  /** What was understood of the query. */
  filter: AttemptFilter
  /** Whom the query's recipient means; `also` is sealed: somebody else whom the same text means. */
  person: { masked: string; isSubject: boolean; also: string | undefined } | undefined
  /** To choose from; empty where the key is bound to one. */
  services: readonly string[]
}

/** Of a page with a log: what is looked for, filters, lines, a pager. */
// mutants: C74.phone-row C74.desk-one-line
export const LOG_STYLE = `
main { gap: var(--s3) }
.find { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--s1) var(--s2); flex: 1 1 22rem; max-width: 34rem }
.bar { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s5); align-items: center; justify-content: space-between }
.spans { display: flex; flex-wrap: wrap; gap: 0 } .spans a { padding: var(--s1) var(--s3); border: 1px solid var(--field); margin-left: -1px; color: var(--ink); background: var(--card); text-decoration: none; min-height: 2rem; display: inline-flex; align-items: center } .spans li:first-child a { margin-left: 0 } .spans a[aria-current] { background: var(--ink); color: var(--paper); border-color: var(--ink) } .spans a:hover { border-color: var(--mark); position: relative }
.filter summary { width: fit-content; cursor: pointer; font-weight: 600; padding: var(--s1) 0 } .filter[open] summary { margin-bottom: var(--s2) }
.filters { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end } .filters label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft); flex: 1 1 7.5rem; max-width: 12rem } .filters select, .filters input { font-size: var(--t3); font-weight: 400; color: var(--ink); min-width: 0; height: 2.25rem; padding-block: var(--s1) } .filters .times { display: flex; flex-wrap: wrap; gap: inherit; flex: 0 1 25rem } .filters .does { display: flex; gap: var(--s2) }
@media (max-width: 46rem) { .filters label { flex-basis: 8rem; max-width: none } .filters .times { flex-basis: 100% } }
@supports selector(::details-content) { @media (min-width: 110rem) { .filter summary { display: none } .filter::details-content { content-visibility: visible } } }
.when { display: flex; flex-wrap: wrap; gap: 0 var(--s2); align-items: baseline } .when time { white-space: nowrap } .when .soft { font-size: var(--t2) }
.log { display: grid; gap: var(--s4) } .log th, .log td { padding-block: .3rem } .log td:not(:nth-child(5)) { overflow-wrap: normal } .log th a { text-decoration: none } .log th a:hover { text-decoration: underline }
.pager { display: flex; gap: var(--s3) }
@media (min-width: 46.01rem) and (max-width: 90rem) { .when .soft { display: none } }
@media (max-width: 46rem) {
  .log .stack tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--s3); padding: var(--s2) var(--s3) } .log .stack th, .log .stack td { padding: 0 } .log .stack td::before { content: none }
  .log .stack td:nth-child(6) { grid-area: 1 / 2; justify-content: end } .log .stack td:nth-child(2) { grid-area: 2 / 1 / 3 / 3; justify-content: start } .log .stack td:nth-child(3) { grid-area: 3 / 1; justify-content: start }
  .log .stack td:nth-child(5) { grid-area: 3 / 2; justify-content: end } .log .stack td:is(:nth-child(4), :nth-child(n + 7)) { display: none }
}
`

const NOTHING: Readonly<Record<string, string>> = {
  text: 'Nothing was found. This is no reference (like K7Q-42M), no verification id, no e-mail address, and no phone number of a country that your services send to (with + and country code every number is one): so it was searched for as a user id.',
  id: 'There is no verification with this id.',
}

function messageOf({ deliveryStatus, errorCode, provider }: ShownAttempt): Html {
  const by = provider === null ? '' : html` <span class="soft">${provider}</span>`
  const code = errorCode === null ? '' : html` <code><bdi>${errorCode}</bdi></code>`
  return html`${messageStamp(deliveryStatus)}${code}${by}`
}

function recipientOf({ person, country }: ShownAttempt): Html {
  const { masked, sealed } = person
  const shown =
    sealed === undefined
      ? html`<span class="mono">${masked}</span>`
      : html`<a class="mono" href="${personPath(sealed)}">${masked}</a>`
  return html`${shown}${country === null ? '' : html` <span class="soft">${country}</span>`}`
}

function log({ rows, now, services }: ShownAttempts): Html {
  const hasService = services.length > 1
  return table({
    caption: 'Attempts, newest first',
    columns: [
      { label: 'Reference' },
      { label: 'When', isTime: true },
      { label: 'Recipient' },
      { label: 'Channel' },
      { label: 'Message' },
      { label: 'Outcome' },
      { label: 'Wrong', isNumber: true },
      { label: 'Sends', isNumber: true },
      ...(hasService ? [{ label: 'Service' }] : []),
    ],
    ids: rows.map(({ id }) => id),
    rows: rows.map((row) => [
      html`<a class="mono" href="${attemptPath(row.id)}">${row.reference}</a>`,
      html`<span class="when">${timeOf(row.createdAt)} <span class="soft">${agoOf(row.createdAt, now)}</span></span>`,
      recipientOf(row),
      row.channel,
      messageOf(row),
      // What the sweeper has not come to yet, too.
      outcomeStamp(statusAt(row, now)),
      `${row.failed} of ${row.maxAttempts}`,
      row.maxSends === 0 ? '–' : `${row.sends} of ${row.maxSends}`,
      ...(hasService ? [row.service] : []),
    ]),
  })
}

function pager({ query, nextCursor, lookedBackTo }: ShownAttempts): Html | '' {
  const rest = Object.entries(query).filter(([name]) => name !== 'cursor' && name !== 'nothing')
  const at = (more: [string, string][]) =>
    `/admin/attempts?${new URLSearchParams([...rest, ...more])}`
  const next =
    nextCursor === null
      ? ''
      : html`<a class="button" rel="next" href="${at([['cursor', nextCursor]])}">${lookedBackTo === null ? 'Older' : 'Look further back'}</a>`
  const back = query.cursor ? html`<a class="button" href="${at([])}">Newest</a>` : ''
  return next || back ? html`<nav class="pager" aria-label="Pages">${back}${next}</nav>` : ''
}

/** A page is made of a bounded number of rows: whoever reads it must know that it is not all. */
function howFar({ rows, lookedBackTo }: ShownAttempts): Html | '' {
  if (lookedBackTo !== null)
    return html`<p class="note">${rows.length === 0 ? 'Nothing fits' : 'No more fits'} back to ${timeOf(lookedBackTo)} ${ZONE}. Older attempts have not been searched yet.</p>`
  return rows.length === 0 ? html`<p class="note">No attempt fits.</p>` : ''
}

/** What was typed means somebody else as well: one of them must not be taken for the other. */
export function otherMeaning(
  path: string,
  { isSubject, also }: { isSubject: boolean; also: string | undefined },
): Html | '' {
  if (also === undefined) return ''
  return html` The same text is ${isSubject ? 'somebody else' : 'a user id or another number'}, too: <a href="${path}?recipient=${also}">show those</a>.`
}

/** The narrow filters that have no field of their own in the form. */
function only({ query, person, filter }: ShownAttempts): Html | '' {
  if (query.recipient !== undefined) {
    if (person === undefined)
      return html`<p class="note bad">The address names a recipient that cannot be read: it was not made here, or with a key that no longer exists.</p>`
    const { masked, isSubject } = person
    const other = otherMeaning('/admin/attempts', person)
    return html`<p class="note">Only ${isSubject ? 'the user id ' : ''}<strong class="mono">${masked}</strong>. <a href="${personPath(query.recipient)}">All about ${isSubject ? 'this user' : 'this recipient'}</a>, <a href="/admin/refusals?recipient=${query.recipient}">their refused requests</a>.${other}</p>`
  }
  if (filter.reference !== undefined)
    return html`<p class="note">Only the reference <strong class="mono">${filter.reference}</strong>.</p>`
  return ''
}

export function attemptsPage(page: SignedInPage, shown: ShownAttempts): Html {
  const nothing = NOTHING[shown.query.nothing ?? '']
  const live = livePart()
  const body = html`<div class="head"><h1>Attempts</h1>
<form class="find" method="post" action="/admin/attempts/find" role="search">${formToken(page)}<input name="find" aria-label="Reference, phone number, e-mail address, user id or verification id" placeholder="Reference, number, address, user id" autocomplete="off" autocapitalize="off" spellcheck="false"><button class="main">Find</button></form></div>
${nothing === undefined ? '' : html`<p class="note bad" role="alert">${nothing}</p>`}
<section aria-label="Filter">
<div class="bar">${spans(shown.query, spanOf(shown.query))}${live.bar}</div>
${filterForm(shown)}
</section>
${only(shown)}
<div class="log" data-live>${shown.rows.length === 0 ? '' : log(shown)}${howFar(shown)}${pager(shown)}</div>`
  return shell(page, {
    ...{ title: 'Attempts', current: '/admin/attempts', body },
    ...{ style: LOG_STYLE + live.style, script: live.script },
  })
}
