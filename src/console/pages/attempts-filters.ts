// The filters of the attempts: spans of time as links, everything else as a form that makes an address.
// It must not need a script.

import { html } from 'hono/html'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../../kernel/channel.ts'
import type { Query, Span } from '../attempt-filter.ts'
import type { Html } from './shell.ts'
import { OUTCOMES } from './stamps.ts'
import { ZONE } from './words.ts'

const SPAN_LABELS: Readonly<Record<Span, string>> = {
  hour: '1 hour',
  day: '1 day',
  week: '1 week',
}

const FIELDS = ['status', 'delivery', 'channel', 'service', 'provider', 'country', 'from', 'to']

/** Not in the form: they go on with it. */
const KEPT = ['recipient', 'reference', 'span'] as const
/** Of a page that another choice is not about. */
const OF_THE_PAGE: readonly string[] = ['cursor', 'nothing', 'also', 'span', 'from', 'to']

/** @param path of the page that they are on */
export function spans(query: Query, chosen: Span | undefined, path = '/admin/attempts'): Html {
  const rest = Object.entries(query).filter(([name]) => !OF_THE_PAGE.includes(name))
  const isAny = chosen === undefined && query.from === undefined && query.to === undefined
  const link = (label: string, span: Span | null) => {
    const address = `${path}?${new URLSearchParams(span ? [...rest, ['span', span]] : rest)}`
    const here = (span === null ? isAny : span === chosen) ? html` aria-current="true"` : ''
    return html`<li><a href="${address.replace(/\?$/, '')}"${here}>${label}</a></li>`
  }
  const all = Object.entries(SPAN_LABELS).map(([span, label]) => link(label, span as Span))
  return html`<nav aria-label="Time"><ul class="spans">${link('Any time', null)}${all}</ul></nav>`
}

export function select(
  name: string,
  label: string,
  options: Readonly<Record<string, string>>,
  chosen = '',
): Html {
  const choices = Object.entries(options).map(
    ([value, text]) =>
      html`<option value="${value}"${value === chosen ? html` selected` : ''}>${text}</option>`,
  )
  return html`<label>${label}<select name="${name}"><option value="">any</option>${choices}</select></label>`
}

export const same = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, name]))

const outcomes = Object.fromEntries(Object.entries(OUTCOMES).map(([name, [word]]) => [name, word]))

export function time(name: string, label: string, query: Query): Html {
  return html`<label><span>${label} (${ZONE})</span><input type="datetime-local" name="${name}" value="${query[name] ?? ''}" autocomplete="off"></label>`
}

export function filterForm(shown: { query: Query; services: readonly string[] }): Html {
  const { query, services } = shown
  const kept = KEPT.filter((name) => query[name]).map(
    (name) => html`<input type="hidden" name="${name}" value="${query[name]}">`,
  )
  const set = FIELDS.filter((name) => query[name]).length
  // Folded away, for the log is what one looks at; a very wide page has room for both, and no summary.
  return html`<details class="filter"${set > 0 ? html` open` : ''}><summary>Filters${set > 0 ? `, ${set} set` : ''}</summary>
<form class="filters" method="get" action="/admin/attempts">
${select('status', 'Outcome', outcomes, query.status)}
${select('delivery', 'Message', same(DELIVERY_STATUSES), query.delivery)}
${select('channel', 'Channel', same([...CHANNELS, ...FACTOR_CHANNELS]), query.channel)}
${services.length > 1 ? select('service', 'Service', same(services), query.service) : ''}
<label>Provider<input name="provider" value="${query.provider ?? ''}" autocapitalize="off" spellcheck="false"></label>
<label>Country<input name="country" value="${query.country ?? ''}" maxlength="2" placeholder="US"></label>
<span class="times">${time('from', 'From', query)}${time('to', 'To', query)}</span>
<span class="does">${kept}<button>Filter</button> <a class="button" href="/admin/attempts">Clear</a></span>
</form></details>`
}
