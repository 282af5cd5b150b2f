// GET /admin/abuse: who is refused by which limit, and where codes are sent that nobody uses; a row becomes an entry of the lists.
// It must not show a whole number: a prefix lacks its last four digits.

import { html } from 'hono/html'
import {
  ABUSE_SPANS,
  type AbuseReport,
  type AbuseRow,
  type AbuseSpan,
  type SequenceRow,
} from '../admin/abuse-tally.ts'
import { formatSums } from '../kernel/money.ts'
import { LIMIT_NAMES, type LimitName } from '../verification/policy.ts'
import { TAB_STYLE, tabs } from './abuse-tabs.ts'
import { newEntryPath } from './list-words.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { type Html, type SignedInPage, shell, verificationPath } from './shell.ts'
import { numbers, table } from './table.ts'
import { LIMIT_WORDS, timeOf, ZONE } from './words.ts'

const PATH = '/admin/abuse'
const STYLE = `
.pager { display: flex; flex-wrap: wrap; gap: var(--s2) } .pager [aria-current] { background: var(--ink); color: var(--paper) } .cases { display: flex; flex-wrap: wrap; gap: var(--s1) var(--s2) } .stack td > span { min-width: 0 }
`
const SPAN_LABELS: Readonly<Record<AbuseSpan, string>> = { '1h': '1 hour', '24h': '1 day' }

type Shown = { report: AbuseReport; service: string | null }
type Of = { by: 'network' | 'prefix' | 'country'; page: SignedInPage; service: string | null }

function casesOf({ cases }: Pick<AbuseRow, 'cases'>): Html {
  const links = cases.map(
    ({ id, reference }) => html`<a class="mono" href="${verificationPath(id)}">${reference}</a>`,
  )
  return html`<span class="cases">${links}</span>`
}

const spentOf = ({ costs }: AbuseRow) => formatSums(costs) || '–'

const blockLink = ({ by, service }: Of, value: string) =>
  html`<a class="button" href="${newEntryPath({ by, value, service })}" aria-label="Block ${value}…">Block…</a>`

const mayBlock = ({ page }: Of) => page.session.access.scopes.has('admin')

function shownOf({ by }: Of, value: string): Html {
  if (by === 'country')
    return html`<a class="mono" href="/admin/verifications?country=${value}">${value}</a>`
  return html`<span class="mono">${by === 'prefix' ? `+${value}••••` : value}</span>`
}

function top(of: Of, title: string, what: string, rows: readonly AbuseRow[]): Html {
  const body =
    rows.length === 0
      ? html`<p class="note">None with five messages or more.</p>`
      : table({
          caption: title,
          isWide: true,
          columns: [
            ...[what, ...numbers('Starts', 'Approved', 'Unused messages', 'Cost, about')],
            ...['Newest', ...(mayBlock(of) ? ['Block'] : [])],
          ],
          rows: rows.map((row) => [
            ...[shownOf(of, row.value), row.starts, row.approved, row.wasted, spentOf(row)],
            ...[casesOf(row), ...(mayBlock(of) ? [blockLink(of, row.value)] : [])],
          ]),
        })
  return html`<section><h2>${title}</h2>${body}</section>`
}

function sequences(of: Of, rows: readonly SequenceRow[]): Html {
  if (rows.length === 0)
    return html`<p class="note">No block has six numbers within 60 of each other.</p>`
  return table({
    caption: 'Blocks whose numbers lie close together',
    columns: [
      ...['Block', ...numbers('Numbers', 'Close together'), 'Newest'],
      ...(mayBlock(of) ? ['Block it'] : []),
    ],
    rows: rows.map((row) => [
      ...[shownOf(of, row.value), row.numbers, row.close, casesOf(row)],
      ...(mayBlock(of) ? [blockLink(of, row.value)] : []),
    ]),
  })
}

const isLimit = (reason: string): reason is LimitName => LIMIT_NAMES.some((name) => name === reason)

function refused({ report: { refused: rows, span } }: Shown): Html {
  if (rows.length === 0) return html`<p class="note">Nobody was refused.</p>`
  const back = span === '1h' ? 'hour' : 'day'
  return table({
    caption: 'Refused requests by limit or error, the most first',
    isWide: true,
    columns: ['By', ...numbers('Times'), 'What it counts'],
    rows: rows.map(({ reason, times }) => {
      const name = isLimit(reason) ? 'limit' : 'error'
      const query = new URLSearchParams({ [name]: reason, span: back })
      const link = html`<a href="/admin/refusals?${query}"><code>${reason}</code></a>`
      return [link, times, isLimit(reason) ? LIMIT_WORDS[reason] : '–']
    }),
  })
}

function choices({ report }: Shown, services: readonly string[], service: string | null): Html {
  const link = (label: string, query: Record<string, string>, isHere: boolean) =>
    html`<a class="button" href="${PATH}?${new URLSearchParams(query)}"${isHere ? html` aria-current="true"` : ''}>${label}</a>`
  const own = service === null ? {} : { service }
  const spans = ABUSE_SPANS.map((span) =>
    link(SPAN_LABELS[span], { span, ...own }, span === report.span),
  )
  const { span } = report
  const each = services.map((name) => link(name, { span, service: name }, name === service))
  const all =
    services.length > 1 ? [link('Every service', { span }, service === null), ...each] : []
  return html`<nav class="pager" aria-label="Time">${spans}</nav>${all.length === 0 ? '' : html`<nav class="pager" aria-label="Service">${all}</nav>`}`
}

function abusePage(page: SignedInPage, shown: Shown, services: readonly string[]): Html {
  const { report, service } = shown
  const { networks, prefixes, countries } = report
  const of = (by: Of['by']): Of => ({ by, page, service })
  const far = report.isWhole
    ? ''
    : html`<p class="note warn">Only the newest ${report.verifications} verifications were read, back to ${timeOf(report.since)} ${ZONE}.</p>`
  const body = html`<div class="head"><h1>Abuse</h1></div>${tabs('abuse')}
${choices(shown, services, service)}${far}
<p class="soft">Verifications that ended without an approval, by where they came from and went to. Codes that may still be used are not counted yet; decoys and test recipients never are. Read once a minute.</p>
<section><h2>Refused</h2>${refused(shown)}</section>
${top(of('network'), 'Networks', 'Network', networks)}${top(of('prefix'), 'Prefixes', 'Prefix', prefixes)}${top(of('country'), 'Countries', 'Country', countries)}
<section><h2>Numbers close together</h2>${sequences(of('prefix'), report.sequences)}</section>`
  return shell(page, { title: 'Abuse', current: 'refusals', style: STYLE + TAB_STYLE, body })
}

export function addAbuse(pages: Pages, deps: ConsoleDeps): void {
  pages.showPage(PATH, async (page) => {
    const { span, service } = page.c.req.query()
    const chosen = ABUSE_SPANS.find((one) => one === span) ?? '1h'
    const services = page.admin.service === null ? [...deps.services.keys()] : []
    const named = services.find((one) => one === service) ?? null
    const within = page.admin.service ?? named
    const report = await deps.admin.abuse(within, chosen)
    return page.c.html(abusePage(page, { report, service: within }, services))
  })
}
