// The lower part of the page Audit: what admins did, with the filters, each entry leading to more by the same person or address.
// It must not show a recipient: an entry leads to its verification.

import { html } from 'hono/html'
import type { FoundEvents } from '../admin/event-search.ts'
import type { EventRecord } from '../events/types.ts'
import { NO_SERVICE } from '../kernel/actor.ts'
import { ACTIONS, type AuditFilter, SUBJECTS, subjectsOf } from './audit-query.ts'
import { wordsOf } from './event-words.ts'
import { exportForm } from './exports.ts'
import { foldedFilters, SPAN_LABELS, select, time } from './log-page.ts'
import type { Query } from './log-query.ts'
import { pager, searchedBackTo } from './pager.ts'
import { type Html, type SignedInPage, verificationPath } from './shell.ts'
import { table } from './table.ts'
import type { KeyName } from './timeline.ts'
import { whenOf } from './words.ts'

export const PATH = '/admin/audit'
const FILTERS = ['about', 'type', 'who', 'ip', 'span', 'from', 'to']

export type ShownLog = {
  now: number
  query: Query
  filter: AuditFilter
  found: FoundEvents
  names: ReadonlyMap<string, KeyName>
  /** For the field: who may be meant, by what the log has and a name. */
  known: readonly (readonly [id: string, name: string])[]
}

/** Of the filters alone, with what is said otherwise; '' leaves one out. */
function address(query: Query, change: Readonly<Record<string, string>>): string {
  const all = { ...query, ...change }
  const kept = [...FILTERS, 'cursor'].flatMap((name) => (all[name] ? [[name, all[name]]] : []))
  const text = new URLSearchParams(kept).toString()
  return text === '' ? PATH : `${PATH}?${text}`
}

function choices({ filter, query }: ShownLog): Html {
  const links = ['', ...subjectsOf].map((name) => {
    const subject = subjectsOf.find((one) => one === name)
    const here = subject === filter.subject ? html` aria-current="true"` : ''
    const to = address(query, { about: name, type: '', cursor: '' })
    return html`<a class="button" href="${to}"${here}>${subject ? SUBJECTS[subject].label : 'All'}</a>`
  })
  return html`<nav class="pager" aria-label="What about">${links}</nav>`
}

function filterForm({ query, known }: ShownLog): Html {
  const options = known.map(([id, name]) => html`<option value="${id}">${name}</option>`)
  const about = query.about ? html`<input type="hidden" name="about" value="${query.about}">` : ''
  const set = ['who', 'type', 'ip', 'span', 'from', 'to'].filter((name) => query[name]).length
  return foldedFilters(
    PATH,
    set,
    html`<label>Who<input name="who" value="${query.who ?? ''}" list="known" placeholder="name or id" autocomplete="off" autocapitalize="off" spellcheck="false"></label><datalist id="known">${options}</datalist>
${select('type', 'Action', ACTIONS, query)}
<label>Address<input name="ip" value="${query.ip ?? ''}" placeholder="192.0.2.7" autocomplete="off" spellcheck="false"></label>
${select('span', 'Within', SPAN_LABELS, query)}
<span class="times">${time('from', 'From', query)}${time('to', 'To', query)}</span>${about}`,
  )
}

function aboutOf({ verificationId, reference, details }: EventRecord): Html | string {
  if (verificationId !== null)
    return html`<a class="mono" href="${verificationPath(verificationId)}">${reference ?? 'show'}</a>`
  const id = details.key ?? details.suppression ?? details.entry ?? null
  return id === null ? '–' : html`<code>${String(id)}</code>`
}

function who({ keyId }: EventRecord, { names, query }: ShownLog): Html {
  if (keyId === null) return html`<span class="by-whom">the service itself</span>`
  const name = names.get(keyId)
  const link = html`<a href="${address(query, { who: keyId, cursor: '' })}"><bdi>${name?.name ?? keyId}</bdi></a>`
  return html`<span class="by-whom">${link}${name ? html`<span class="agent">${name.kind}</span>` : ''}</span>`
}

function from({ clientIp, userAgent }: EventRecord, { query }: ShownLog): Html {
  const ip =
    clientIp === null
      ? '–'
      : html`<a class="mono" href="${address(query, { ip: clientIp, cursor: '' })}">${clientIp}</a>`
  const agent = userAgent === null ? '' : html`<bdi class="agent">${userAgent}</bdi>`
  return html`<span>${ip}${agent}</span>`
}

function lines(shown: ShownLog): Html | '' {
  const { items } = shown.found
  if (items.length === 0) return ''
  return table({
    caption: 'What admins did, newest first',
    columns: [{ label: 'When', isTime: true }, 'Who', 'What', 'From', 'About', 'Service'],
    rows: items.map((event) => [
      whenOf(event.at, shown.now),
      who(event, shown),
      wordsOf(event)[0],
      from(event, shown),
      aboutOf(event),
      event.service === NO_SERVICE ? 'all' : event.service,
    ]),
  })
}

function howFar({ items, lookedBackTo }: FoundEvents): Html | '' {
  if (lookedBackTo !== null) return searchedBackTo(lookedBackTo, items.length, 'entries')
  return items.length === 0 ? html`<p class="note">Nothing of this kind is in the log.</p>` : ''
}

export function auditLog(page: SignedInPage, shown: ShownLog): Html {
  const { query, found } = shown
  const links = pager(query, found, (to) => address(to, {}))
  const kept = FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : []))
  return html`<section><h2>What admins did</h2>${choices(shown)}${filterForm(shown)}
${lines(shown)}${howFar(found)}${links}
${exportForm(page, PATH, Object.fromEntries(kept), { canName: false })}</section>`
}
