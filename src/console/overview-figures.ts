// The overview's numbers: the funnel, the figures beside it, each against the span before.
// It must not call a change good or bad by colour alone, nor compare with nothing.

import { html } from 'hono/html'
import type { Figures, Quantiles, Spent, Summary } from '../admin/figures.ts'
import { formatMicros } from '../kernel/money.ts'
import type { Html } from './shell.ts'
import { bar, shareOf } from './table.ts'
import { spanOf } from './words.ts'

export const FIGURES_STYLE = `
.funnel, .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1px; background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule) }
.funnel > div, .figures > div { outline: 1px solid var(--line); padding: var(--s3) var(--s4); display: grid; gap: var(--s1); align-content: start }
.funnel dt, .figures dt { font-size: var(--t2); font-weight: 600; color: var(--soft) } .funnel dd:first-of-type { font: 600 var(--t6)/1.1 var(--serif) } .figures dd:first-of-type { font-size: var(--t5); font-weight: 600; line-height: 1.2 }
.funnel small, .figures small { font: 400 var(--t2)/1.4 var(--sans); color: var(--soft) } .funnel dd, .figures dd { overflow-wrap: anywhere } .funnel .bar { height: 6px } .funnel .bar.good rect { fill: var(--good) }
@media (max-width: 30rem) { .funnel, .figures { grid-template-columns: 1fr 1fr } .funnel > div, .figures > div { padding: var(--s2) var(--s3) } }
`

export const whole = (value: number) => value.toLocaleString('en')
/** `82 %`, `0.4 %` */
export const percent = (share: number) =>
  `${share > 0 && share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`
export const shareOr = (share: number | null) => (share === null ? '–' : percent(share))

const messagesOf = (count: number) => `${whole(count)} message${count === 1 ? '' : 's'}`

/** `▲ 12 % more than before`. Nothing before: there is nothing to compare with. */
function against(now: number, before: number): Html {
  if (before === 0) return html`<small>none before</small>`
  const change = now / before - 1
  const rounded = Math.round(Math.abs(change) * 100)
  if (rounded === 0) return html`<small>as before</small>`
  const [sign, word] = change > 0 ? ['▲', 'more'] : ['▼', 'less']
  return html`<small><span aria-hidden="true">${sign}</span> ${rounded} % ${word} than before</small>`
}

function pointsAgainst(now: number | null, before: number | null): Html {
  if (now === null || before === null) return html`<small>nothing to compare with</small>`
  const points = Math.round((now - before) * 100)
  if (points === 0) return html`<small>as before</small>`
  const [sign, word] = points > 0 ? ['▲', 'more'] : ['▼', 'less']
  return html`<small><span aria-hidden="true">${sign}</span> ${Math.abs(points)} point${Math.abs(points) === 1 ? '' : 's'} ${word} than before</small>`
}

function step(label: string, count: number, about: string, share: number, more: Html): Html {
  const look = bar(share, label === 'Approved' ? 'good' : '')
  return html`<div><dt>${label}</dt><dd>${whole(count)}</dd><dd aria-hidden="true">${look}</dd><dd><small>${about}</small></dd><dd>${more}</dd></div>`
}

const reported = ({ delivered, undelivered, sent }: Figures) => {
  if (delivered + undelivered === 0)
    return sent === 0 ? 'no messages' : 'no provider reported arrivals'
  const rest = undelivered === 0 ? '' : `, ${whole(undelivered)} did not arrive`
  return `${percent(shareOf(delivered, sent))} of messages${rest}`
}

/** Each bar is a share of the starts; a resend may make more messages than starts. */
export function funnel({ now, before }: Summary): Html {
  const { started, sent, delivered, approved, unapproved, conversion } = now
  const most = Math.max(started, sent, 1)
  const each = started === 0 ? 'none started' : `${(sent / started).toFixed(2)} for each start`
  const ended = approved + unapproved
  return html`<dl class="funnel">
${step('Starts', started, 'verifications', started / most, against(started, before.started))}
${step('Messages', sent, each, sent / most, against(sent, before.sent))}
${step('Delivered', delivered, reported(now), delivered / most, against(delivered, before.delivered))}
${step('Approved', approved, conversion === null ? 'none ended' : `${percent(conversion)} of ${whole(ended)} that ended`, approved / most, against(approved, before.approved))}
</dl>`
}

function figure(label: string, value: Html | string, about: Html | string, more: Html | ''): Html {
  return html`<div><dt>${label}</dt><dd>${value}</dd><dd><small>${about}</small></dd>${more === '' ? '' : html`<dd>${more}</dd>`}</div>`
}

function time(label: string, now: Quantiles | null, before: Quantiles | null, none: string): Html {
  if (!now) return figure(label, '–', none, '')
  return figure(
    label,
    spanOf(now.medianMs),
    `median; 95 of 100 within ${spanOf(now.p95Ms)}`,
    before ? html`<small>${spanOf(before.medianMs)} before</small>` : '',
  )
}

const MICROS = 1_000_000
const CENT = 10_000

/** To the cent from one unit on; the API has the exact sum. */
export function moneyOf({ micros, currency }: Spent): string {
  if (currency === '') return 'no price'
  const shown = micros < MICROS ? micros : Math.round(micros / CENT) * CENT
  return `${formatMicros(shown)} ${currency}`
}

function costs({ now, before }: Summary): Html {
  const [first, ...rest] = now.costs
  if (!first) return figure('Costs', '–', 'no prices are set, or nothing was sent', '')
  const same = before.costs.find(({ currency }) => currency === first.currency)
  const others = rest.map(moneyOf).join(', ')
  return figure(
    'Costs',
    moneyOf(first),
    others === '' ? messagesOf(first.messages) : `and ${others}`,
    first.currency === '' ? '' : against(first.micros, same?.micros ?? 0),
  )
}

export function figures(summary: Summary): Html {
  const { now, before } = summary
  const lost = now.retried + now.failed
  return html`<dl class="figures">
${figure('Conversion', shareOr(now.conversion), 'approved, of those that ended', pointsAgainst(now.conversion, before.conversion))}
${time('Time to approve', now.approve, before.approve, 'nothing was approved')}
${time('Time to deliver', now.deliver, before.deliver, 'nobody reported it')}
${figure('Not accepted', whole(lost), `tries that no provider took; ${messagesOf(now.failed)} failed`, against(lost, before.retried + before.failed))}
${summary.only ? '' : figure('Refused', whole(now.refused), 'requests, by limits and rules', against(now.refused, before.refused))}
${costs(summary)}
</dl>`
}
