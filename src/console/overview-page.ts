// The overview: what changed, the funnel, charts with a table behind each, one breakdown, refusals by reason.
// It must not need a script, nor show anything from outside unescaped.

import { html, raw } from 'hono/html'
import { tellChange } from '../admin/change-words.ts'
import type { Summary } from '../admin/figures.ts'
import { SPAN_NAMES, type Span } from '../counts/buckets.ts'
import { CHART_STYLE, type Chart, chart } from './charts.ts'
import { livePart } from './live.ts'
import { FIGURES_STYLE, figures, funnel, percent, whole } from './overview-figures.ts'
import { overviewAddress, PATH } from './overview-query.ts'
import { breakdown, links, ROWS_STYLE, refusals, shownValue } from './overview-rows.ts'
import { type Html, type SignedInPage, shell } from './shell.ts'
import { BAR_STYLE } from './table.ts'
import { spanOf, timeOf, ZONE } from './words.ts'

const STYLE = `${BAR_STYLE}${FIGURES_STYLE}${CHART_STYLE}${ROWS_STYLE}
.over { display: grid; gap: var(--s5) } .spans { display: flex; flex-wrap: wrap } .spans a { padding: var(--s1) var(--s3); border: 1px solid var(--field); margin-left: -1px; color: var(--ink); background: var(--card); text-decoration: none; min-height: 2rem; display: inline-flex; align-items: center } .spans li:first-child a { margin-left: 0 } .spans a[aria-current] { background: var(--ink); color: var(--paper); border-color: var(--ink) } .spans a:hover { border-color: var(--mark); position: relative }
.bar-of { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s5); align-items: center; justify-content: space-between } .bar-of form { display: flex; gap: var(--s2); align-items: center } .bar-of select { width: auto; height: 2rem; min-height: 2rem; padding-block: 0 } .bar-of button { min-height: 2rem; padding-block: 0 }
.changes { display: grid; gap: var(--s2) } .changes li { border-left: 3px solid var(--soft); background: var(--card); padding: var(--s3) var(--s4); display: flex; flex-wrap: wrap; gap: var(--s1) var(--s4); justify-content: space-between } .changes li.bad { border-color: var(--bad) }
`

const SPAN_LABELS: Readonly<Record<Span, string>> = {
  '1h': '1 hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
}
/** @param services to choose from */
function serviceForm({ service, span, by, only }: Summary, services: readonly string[]): Html | '' {
  if (services.length < 2) return ''
  const choices = services.map(
    (name) =>
      html`<option value="${name}"${name === service ? html` selected` : ''}>${name}</option>`,
  )
  const kept = { span, by, ...(only && { [only.dimension]: only.value }) }
  const hidden = Object.entries(kept).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="get" action="${PATH}">${hidden}<select name="service" aria-label="Service"><option value="">All services</option>${choices}</select><button>Show</button></form>`
}

function changed({ changes, service }: Summary): Html {
  const [first] = changes
  if (!first)
    return html`<p class="soft">Nothing left its usual band in the current hour and the one before it, compared with the same hours of the last fourteen days. Fewer than twenty cases never show up here, and prefixes of numbers are not counted.</p>`
  const items = changes.map((change) => {
    const { sentence, filter, isBad } = tellChange(change, service)
    return html`<li class="${isBad ? 'bad' : ''}"><span>${sentence}</span><a href="/admin/verifications?${new URLSearchParams(filter).toString()}">Show the attempts</a></li>`
  })
  return html`<p class="soft">Since ${timeOf(first.since)} ${ZONE}, against the same hours of fourteen days.</p><ul class="changes">${items}</ul>`
}

function chartsOf({ bins, binMs, span }: Summary): Html {
  const at = bins.map((bin) => bin.at)
  const common = { at, binMs }
  const of = (name: 'started' | 'approved' | 'sent') => bins.map((bin) => bin[name])
  const shares = bins.map(({ approved, unapproved }) =>
    approved + unapproved === 0 ? null : approved / (approved + unapproved),
  )
  const lost = bins.map(({ retried, failed }) => retried + failed)
  const sum = (values: readonly number[]) => whole(values.reduce((all, one) => all + one, 0))
  const known = shares.filter((one) => one !== null)
  const lastHours = `in ${spanOf(binMs)} each, over ${SPAN_LABELS[span]}`
  const charts: Chart[] = [
    {
      ...common,
      title: 'Starts and approvals',
      summary: `${sum(of('started'))} starts and ${sum(of('approved'))} approvals, ${lastHours}.`,
      series: [
        { label: 'Starts', look: 'a', isArea: true, values: of('started') },
        { label: 'Approved', look: 'b', values: of('approved') },
      ],
      least: 4,
      write: whole,
    },
    {
      ...common,
      title: 'Conversion',
      summary:
        known.length === 0
          ? 'no verification ended.'
          : `between ${percent(Math.min(...known))} and ${percent(Math.max(...known))}, ${lastHours}.`,
      series: [{ label: 'Approved, of those that ended', look: 'b', values: shares }],
      least: 1,
      write: percent,
    },
    {
      ...common,
      title: 'Messages',
      summary: `${sum(of('sent'))} accepted and ${sum(lost)} tries not accepted, ${lastHours}.`,
      series: [
        { label: 'Accepted', look: 'a', isArea: true, values: of('sent') },
        { label: 'Not accepted', look: 'bad', values: lost },
      ],
      least: 4,
      write: whole,
    },
  ]
  return html`<div class="charts">${charts.map(chart)}</div>`
}

function narrowed(summary: Summary): Html | '' {
  const { only } = summary
  if (!only) return ''
  return html`<p class="note">Only the ${only.dimension} <strong><bdi>${shownValue(only.dimension, only.value)}</bdi></strong>. <a href="${overviewAddress(summary, { only: null, by: only.dimension })}">Show everything</a>.</p>`
}

function behind({ counted }: Summary): Html | '' {
  if (!counted.isBehind) return ''
  return html`<p class="note bad" role="status">The log is still being counted, up to ${timeOf(counted.until)} ${ZONE} so far: the figures are not complete yet.</p>`
}

/** The same for everybody who is shown this summary. */
const drawn = new WeakMap<Summary, string>()

/** Drawn once, however many consoles ask while the summary is kept. */
async function draw(summary: Summary): Promise<Html> {
  const known = drawn.get(summary)
  if (known !== undefined) return raw(known)
  const made = await html`${behind(summary)}${narrowed(summary)}
<section><h2>What changed</h2>${changed(summary)}</section>
<section><h2>From start to approval</h2>${funnel(summary)}${figures(summary)}</section>
<section><h2>Over time</h2>${chartsOf(summary)}</section>
${breakdown(summary)}
${refusals(summary)}
<p class="soft">Decoys and test recipients are not counted. The span begins at ${timeOf(summary.since)} ${ZONE}, and is compared with the same span before it. Charts are in UTC.</p>`
  drawn.set(summary, String(made))
  return made
}

export async function overviewPage(
  page: SignedInPage,
  summary: Summary,
  services: readonly string[],
): Promise<Html> {
  const live = livePart({ all: true })
  const spans = links('Time', SPAN_NAMES, {
    chosen: summary.span,
    text: (span) => SPAN_LABELS[span],
    address: (span) => overviewAddress(summary, { span }),
  })
  const body = html`<div class="head"><h1>Overview</h1>${live.bar}</div>
<div class="bar-of">${spans}${serviceForm(summary, services)}</div>
<div class="over" data-live>
${await draw(summary)}
</div>`
  return shell(page, {
    title: 'Overview',
    current: 'overview',
    style: STYLE + live.style,
    script: live.script,
    body,
  })
}
