// The page of a log: a search, spans of time as links, filters as a form that makes an address, the lines, a pager.
// It must not need a script.

import { html } from 'hono/html'
import { EXPORT_STYLE, exportForm } from './exports.ts'
import { livePart } from './live.ts'
import {
  type Found,
  type Log,
  type LogPath,
  logAddress,
  type Query,
  type Span,
  spanOf,
} from './log-query.ts'
import { pager, searchedBackTo } from './pager.ts'
import { type Html, personPath, postForm, type SignedInPage, shell } from './shell.ts'
import { ZONE } from './words.ts'

/** Of filters that are folded away. */
export const FILTER_STYLE = `
.filter summary { width: fit-content; cursor: pointer; font-weight: 600; padding: var(--s1) 0 } .filter[open] summary { margin-bottom: var(--s2) }
.filters { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end } .filters label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft); flex: 1 1 7.5rem; max-width: 12rem } .filters select, .filters input { font-size: var(--t3); font-weight: 400; color: var(--ink); min-width: 0; height: 2.25rem; padding-block: var(--s1) } .filters .times { display: flex; flex-wrap: wrap; gap: inherit; flex: 0 1 25rem } .filters .does { display: flex; gap: var(--s2) }
@media (max-width: 46rem) { .filters label { flex-basis: 8rem; max-width: none } .filters .times { flex-basis: 100% } }
@supports selector(::details-content) { @media (min-width: 110rem) { .filter summary { display: none } .filter::details-content { content-visibility: visible } } }
`

// mutants: C74.phone-row C74.desk-one-line
const LOG_STYLE = `
main { gap: var(--s3) }
.find { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--s1) var(--s2); flex: 1 1 22rem; max-width: 34rem }
.bar { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s5); align-items: center; justify-content: space-between }
.spans { display: flex; flex-wrap: wrap; gap: 0 } .spans a { padding: var(--s1) var(--s3); border: 1px solid var(--field); margin-left: -1px; color: var(--ink); background: var(--card); text-decoration: none; min-height: 2rem; display: inline-flex; align-items: center } .spans li:first-child a { margin-left: 0 } .spans a[aria-current] { background: var(--ink); color: var(--paper); border-color: var(--ink) } .spans a:hover { border-color: var(--mark); position: relative }
.when { display: flex; flex-wrap: wrap; gap: 0 var(--s2); align-items: baseline } .when time { white-space: nowrap } .when .soft { font-size: var(--t2) }
.log { display: grid; gap: var(--s4) } .log th, .log td { padding-block: .3rem } .log td:not(:nth-child(5)) { overflow-wrap: normal } .log th a { text-decoration: none } .log th a:hover { text-decoration: underline }
.pager { display: flex; gap: var(--s3) }
@media (min-width: 46.01rem) and (max-width: 90rem) { .when .soft { display: none } }
@media (min-width: 46.01rem) and (max-width: 79.99rem) { .log :is(th, td):is(:nth-child(7), :nth-child(8)) { display: none } .log td:is(:nth-child(3), :nth-child(9)) { overflow-wrap: anywhere } .log .when time { white-space: normal } .find { flex-basis: 16rem } }
@media (min-width: 46.01rem) and (max-width: 100rem) { .log .stack:has(th:nth-child(9)) :is(th, td) { padding-inline: var(--s2) } .log .stack:has(th:nth-child(9)) td:is(:nth-child(3), :nth-child(9)) { overflow-wrap: anywhere } }
@media (max-width: 46rem) {
  .log .stack tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--s3); padding: var(--s2) var(--s3) } .log .stack th, .log .stack td { padding: 0 } .log .stack td::before { content: none }
  .log .stack td:nth-child(6) { grid-area: 1 / 2; justify-content: end } .log .stack td:nth-child(2) { grid-area: 2 / 1 / 3 / 3; justify-content: start } .log .stack td:nth-child(3) { grid-area: 3 / 1; justify-content: start }
  .log .stack td:nth-child(5) { grid-area: 3 / 2; justify-content: end } .log .stack td:is(:nth-child(4), :nth-child(n + 7)) { display: none }
}
`

export const SPAN_LABELS: Readonly<Record<Span, string>> = {
  hour: '1 hour',
  day: '1 day',
  week: '1 week',
}
/** Of one page: another choice drops them. */
const OF_THE_PAGE = ['cursor', 'nothing', 'also', 'span', 'from', 'to']

const UNREADABLE = html`<p class="note bad">The recipient in this address cannot be read: the address was not created here, or with a key that no longer exists.</p>`

function spans(path: LogPath, query: Query): Html {
  const chosen = spanOf(query)
  const rest = Object.entries(query).filter(([name]) => !OF_THE_PAGE.includes(name))
  const isAny = chosen === undefined && query.from === undefined && query.to === undefined
  const link = (label: string, span: Span | null) => {
    const address = logAddress(path, Object.fromEntries(span ? [...rest, ['span', span]] : rest))
    const here = (span === null ? isAny : span === chosen) ? html` aria-current="true"` : ''
    return html`<li><a href="${address.replace(/\?$/, '')}"${here}>${label}</a></li>`
  }
  const all = Object.entries(SPAN_LABELS).map(([span, label]) => link(label, span as Span))
  return html`<nav aria-label="Time"><ul class="spans">${link('Any time', null)}${all}</ul></nav>`
}

export const CHOICE_STYLE = `
.choice { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end } .choice label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft) } .choice :is(select, input) { font-size: var(--t3); font-weight: 400; color: var(--ink); height: 2.25rem; min-width: 9rem; max-width: 22rem }
`

/** @param options values with their labels, or values that are their own */
export function select(
  name: string,
  label: string,
  options: Readonly<Record<string, string>> | readonly string[],
  query: Query,
): Html {
  const pairs = Array.isArray(options) ? options.map((one) => [one, one]) : Object.entries(options)
  const choices = pairs.map(
    ([value, text]) =>
      html`<option value="${value}"${value === query[name] ? html` selected` : ''}>${text}</option>`,
  )
  return html`<label>${label}<select name="${name}"><option value="">any</option>${choices}</select></label>`
}

export function time(name: string, label: string, query: Query): Html {
  return html`<label><span>${label} (${ZONE})</span><input type="datetime-local" name="${name}" value="${query[name] ?? ''}" autocomplete="off"></label>`
}

/** @param about.fields before those that both logs have. @param about.kept in the address, without a field */
function filterForm(
  path: LogPath,
  { query, services }: Log,
  about: { fields: Html; names: readonly string[]; kept: readonly string[] },
): Html {
  const kept = about.kept
    .filter((name) => query[name])
    .map((name) => html`<input type="hidden" name="${name}" value="${query[name]}">`)
  const names = [...about.names, 'service', 'from', 'to']
  const set = names.filter((name) => query[name]).length
  return foldedFilters(
    path,
    set,
    html`${about.fields}
${services.length > 1 ? select('service', 'Service', services, query) : ''}
<span class="times">${time('from', 'From', query)}${time('to', 'To', query)}</span>${kept}`,
  )
}

/** Folded, because readers come for the log; a very wide page has room for both, and no summary. @param set how many are */
export function foldedFilters(path: string, set: number, fields: Html): Html {
  return html`<details class="filter"${set > 0 ? html` open` : ''}><summary>Filters${set > 0 ? `, ${set} set` : ''}</summary>
<form class="filters" method="get" action="${path}">
${fields}
<span class="does"><button>Filter</button> <a class="button" href="${path}">Clear</a></span>
</form></details>`
}

const NOTHING_YET =
  'There are no verifications yet. The first one appears here as soon as a login flow starts it.'

/** @param what verifications, refusals */
function howFar(what: string, count: number, query: Query, { lookedBackTo }: Found): Html | '' {
  if (lookedBackTo !== null) return searchedBackTo(lookedBackTo, count, what)
  if (count > 0) return ''
  const isWhole = what === 'verifications' && Object.keys(query).length === 0
  return html`<p class="note">${isWhole ? NOTHING_YET : `No ${what} match.`}</p>`
}

/** The person of the filter. The text of the search may mean somebody else as well, who must not be mistaken for them. */
export function onlyPerson(path: LogPath, { person }: Log, links: Html): Html {
  if (!person) return UNREADABLE
  const { isSubject, masked, also } = person
  const other =
    also === undefined
      ? ''
      : html` The same text also matches ${isSubject ? 'somebody else' : 'a user id or another number'}: <a href="${path}?recipient=${also}">show those</a>.`
  return html`<p class="note">Only ${isSubject ? 'the user id ' : ''}<strong class="mono">${masked}</strong>. ${links}.${other}</p>`
}

/** Masked, with a link to the person where the address can name them. */
export function personCell(masked: string, sealed: string | undefined, country: string | null) {
  const shown =
    sealed === undefined
      ? html`<span class="mono">${masked}</span>`
      : html`<a class="mono" href="${personPath(sealed)}">${masked}</a>`
  return html`${shown}${country === null ? '' : html` <span class="soft">${country}</span>`}`
}

const withoutNotice = ({ nothing: _, ...rest }: Query): Query => rest

function withoutPlace({ cursor: _, nothing: __, also: ___, ...filters }: Query) {
  return filters
}

export function logPage(
  page: SignedInPage,
  log: Log,
  about: {
    name: 'verifications' | 'refusals'
    title: string
    style?: string
    /** The input of the search, and what follows its button. */
    find: readonly [Html, Html | '']
    filters: { fields: Html; names: readonly string[]; kept: readonly string[] }
    notes: Html | ''
    /** Of pages that belong together. */
    tabs?: Html
    /** '': there are no lines. */
    lines: Html | ''
    count: number
    found: Found
  },
): Html {
  const { name, title, count, found } = about
  const path: LogPath = `/admin/${name}`
  const live = livePart({ refusals: name === 'refusals' })
  const [input, help] = about.find
  const find = html`${input}<button class="main">Find</button>${help}`
  const body = html`<div class="head"><h1>${title}</h1>
${postForm(page, `${path}/find`, find, html` class="find" role="search"`)}</div>${about.tabs ?? ''}
<section aria-label="Filter">
<div class="bar">${spans(path, log.query)}${live.bar}</div>
${filterForm(path, log, about.filters)}
</section>
${about.notes}
<div class="${name === 'verifications' ? 'log' : 'refused'}" data-live>${about.lines}${howFar(name, count, log.query, found)}${pager(withoutNotice(log.query), found, (query) => logAddress(path, query))}</div>
${exportForm(page, path, withoutPlace(log.query))}`
  const style = LOG_STYLE + FILTER_STYLE + EXPORT_STYLE + (about.style ?? '') + live.style
  return shell(page, { title, current: name, body, style, script: live.script })
}
