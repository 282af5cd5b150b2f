// The overview's rows: one breakdown, each row with the way to narrow it or to its attempts; and refusals by reason.

import { html } from 'hono/html'
import { countryName } from '../admin/change-words.ts'
import {
  BREAKDOWNS,
  type Breakdown,
  type Figures,
  type Group,
  NARROWED_BY,
  type Summary,
} from '../admin/figures.ts'
import type { LimitName } from '../verification/policy.ts'
import { moneyOf, shareOr, whole } from './overview-figures.ts'
import { mayBreak, overviewAddress } from './overview-query.ts'
import type { Html } from './shell.ts'
import { bar, numbers, table } from './table.ts'
import { LIMIT_WORDS, spanOf } from './words.ts'

export const ROWS_STYLE = `
.rows { overflow-x: auto } .rows td > span, .rows small { white-space: nowrap } .rows thead th { white-space: normal } .rows small { font-size: var(--t2); color: var(--soft) } .rows td .bar { width: 4rem; margin-left: auto }
@media (max-width: 72rem) { .rows th, .rows td { padding-inline: var(--s2) } .rows small { display: none } }
@media (max-width: 46rem) { .rows .stack tr { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 var(--s4); padding: var(--s2) var(--s3) } .rows .stack th { grid-column: 1 / 3 } .rows .stack th, .rows .stack td { padding: .1rem 0 } .rows .stack td { gap: var(--s2) } .rows td .bar { display: none } }
`

const BY_LABELS: Readonly<Record<Breakdown, string>> = {
  provider: 'Provider',
  country: 'Country',
  channel: 'Channel',
  purpose: 'Purpose',
  service: 'Service',
}
const NONE: Readonly<Record<Breakdown, string>> = {
  provider: 'no message',
  country: 'no country',
  channel: 'no channel',
  purpose: 'no purpose',
  service: 'no service',
}

export function links<Name extends string>(
  label: string,
  names: readonly Name[],
  about: { chosen: Name; text: (name: Name) => string; address: (name: Name) => string },
): Html {
  const items = names.map((name) => {
    const here = name === about.chosen ? html` aria-current="true"` : ''
    return html`<li><a href="${about.address(name)}"${here}>${about.text(name)}</a></li>`
  })
  return html`<nav aria-label="${label}"><ul class="spans">${items}</ul></nav>`
}

export const shownValue = (by: Breakdown, value: string) => {
  if (value === '') return NONE[by]
  return by === 'country' ? countryName(value) : value
}

/** Narrows the overview where that is counted, and leads to the attempts otherwise. */
function rowHead(summary: Summary, value: string): Html {
  const { by, only, service } = summary
  const shown = shownValue(by, value)
  if (value === '') return html`<span class="soft">${shown}</span>`
  if (by === 'service')
    return html`<a href="${overviewAddress(summary, { service: value })}"><bdi>${shown}</bdi></a>`
  const dimension = NARROWED_BY.find((one) => one === by)
  if (!dimension) return html`<bdi>${shown}</bdi>`
  if (!only)
    return html`<a href="${overviewAddress(summary, { only: { dimension, value }, by: dimension === 'provider' ? 'country' : 'provider' })}"><bdi>${shown}</bdi></a>`
  const filter = {
    ...{ [only.dimension]: only.value, [dimension]: value },
    ...(service !== null && { service }),
    from: new Date(summary.since).toISOString().slice(0, 16),
  }
  return html`<bdi>${shown}</bdi> <a href="/admin/verifications?${new URLSearchParams(filter).toString()}">attempts</a>`
}

function conversionOf({ now, before }: Group): Html | string {
  if (now.conversion === null) return '–'
  const was =
    before.conversion === null ? '' : html` <small>${shareOr(before.conversion)} before</small>`
  return html`${shareOr(now.conversion)}${was}${bar(now.conversion)}`
}

type Column = readonly [string, (group: Group) => Html | string]

/** A start has no provider yet, and times are not counted where the overview is narrowed. */
function columnsOf({ by, only }: Summary): readonly Column[] {
  const starts: Column = ['Starts', ({ now }) => whole(now.started)]
  const time: Column = [
    'Approved in',
    ({ now }) => (now.approve ? spanOf(now.approve.medianMs) : '–'),
  ]
  return [
    ...(by === 'provider' || only?.dimension === 'provider' ? [] : [starts]),
    ['Messages', ({ now }) => whole(now.sent)],
    ['Delivered', ({ now }) => whole(now.delivered)],
    ['Not accepted', ({ now }) => whole(now.retried + now.failed)],
    ['Approved', ({ now }) => whole(now.approved)],
    ['Conversion', conversionOf],
    ...(only ? [] : [time]),
    ['Costs', ({ now }) => now.costs.map(moneyOf).join(', ') || '–'],
  ]
}

const messagesAndEnds = ({ sent, delivered, retried, failed, approved, unapproved }: Figures) =>
  sent + delivered + retried + failed + approved + unapproved

/** Refusals make no row, and starts none of a provider's. */
const isRow = ({ by }: Summary, { now, before }: Group) =>
  messagesAndEnds(now) + messagesAndEnds(before) > 0 ||
  (by !== 'provider' && now.started + before.started > 0)

export function breakdown(summary: Summary): Html {
  const { by, only } = summary
  const groups = summary.groups.filter((group) => isRow(summary, group))
  const columns = columnsOf(summary)
  const tabs = links(
    'Rows',
    BREAKDOWNS.filter((one) => mayBreak(one, only)),
    {
      chosen: by,
      text: (one) => BY_LABELS[one],
      address: (one) => overviewAddress(summary, { by: one }),
    },
  )
  const rows = table({
    caption: `By ${by}`,
    columns: [BY_LABELS[by], ...numbers(...columns.map(([label]) => label))],
    rows: groups.map((group) => [
      rowHead(summary, group.value),
      ...columns.map(([, write]) => write(group)),
    ]),
    ids: groups.map(({ value }) => `${by} ${value}`),
  })
  const hint =
    by === 'provider'
      ? html`<p class="soft">An approval counts for the provider of the last message.</p>`
      : ''
  const shown =
    groups.length === 0
      ? html`<p class="note">Nothing was counted in this span.</p>`
      : html`<div class="rows" tabindex="0" role="region" aria-label="By ${by}">${rows}</div>${hint}`
  return html`<section><h2>By ${BY_LABELS[by].toLowerCase()}</h2>${tabs}${shown}</section>`
}

export function refusals({ reasons, span, service }: Summary): Html | '' {
  if (reasons.length === 0) return ''
  const near = { '1h': 'hour', '24h': 'day', '7d': 'week', '30d': '' }[span]
  const rows = reasons.map(({ reason, now, before }) => {
    const isLimit = reason in LIMIT_WORDS
    const filter = {
      ...(isLimit ? { limit: reason } : { error: reason }),
      ...(near !== '' && { span: near }),
      ...(service !== null && { service }),
    }
    const words = isLimit ? LIMIT_WORDS[reason as LimitName] : reason.replaceAll('_', ' ')
    return [
      html`<a href="/admin/refusals?${new URLSearchParams(filter).toString()}"><bdi>${words}</bdi></a>`,
      whole(now),
      whole(before),
    ]
  })
  return html`<section><h2>Refused requests</h2>${table({ caption: 'Refused requests by reason', columns: ['Reason', ...numbers('Now', 'Before')], rows })}</section>`
}
