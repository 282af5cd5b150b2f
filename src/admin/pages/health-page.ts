// Health: what waits, what works, what providers say, and the settings in force.
// It must not show a secret; what comes from outside is shown escaped.

import { html } from 'hono/html'
import type { ProviderState } from '../../delivery/ports.ts'
import type { ServicePolicy } from '../../verification/policy.ts'
import type { HealthReport, ShownSetting } from '../health-report.ts'
import type { SignedInPage } from '../page.ts'
import { BAR_STYLE, bar } from './bar.ts'
import { type Html, shell } from './shell.ts'
import { table } from './table.ts'
import { agoOf, spanOf, timeOf, ZONE } from './words.ts'

/** A message that waits longer is late for who looks at a login form. */
const LATE_MS = 10_000
/** Of the queue: callers begin to wait. */
const BUSY_SHARE = 0.5

const STYLE = `${BAR_STYLE}.verdict { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s5); align-items: center; background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s4) }
.verdict ul { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s4) } .verdict .stamp.large { font-size: var(--t3); padding: .45em .7em }
.tick::before { content: '✓'; color: var(--good); font-weight: 700; margin-right: .4em } .tick.off::before { content: '✕'; color: var(--bad) } .tick.off { color: var(--bad); font-weight: 600 }
.gauges { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-top: 2px solid var(--rule) }
.gauges > div { background: var(--card); padding: var(--s3) var(--s4); display: grid; gap: var(--s1); align-content: start }
.gauges dt { font-size: var(--t2); font-weight: 600; color: var(--soft) } .gauges dd { font-size: var(--t5); font-weight: 600; line-height: 1.2 } .gauges dd small { font-size: var(--t2); font-weight: 400; color: var(--soft) }
.gauges dd.bad { color: var(--bad) } .gauges dd.warn { color: var(--warn) }
.facts { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s6); background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s3) var(--s4) } .facts dt { font-size: var(--t2); color: var(--soft) }
.settings { display: grid; gap: var(--s1) } details > summary { cursor: pointer; font-weight: 600; padding: var(--s2) 0 } details > summary + * { margin-top: var(--s2) }
.value { font-family: var(--mono); font-size: .93em }
`

function verdict({ checks, at }: HealthReport): Html {
  const isReady = Object.values(checks).every(Boolean)
  const items = Object.entries(checks).map(
    ([name, isGood]) =>
      html`<li class="${isGood ? 'tick' : 'tick off'}">${name}<span class="unseen">: ${isGood ? 'works' : 'does not work'}</span></li>`,
  )
  const stamp = isReady ? 'good' : 'bad'
  return html`<div class="verdict"><span class="stamp large ${stamp}">${isReady ? 'Ready' : 'Not ready'}</span><ul>${items}</ul><span class="soft">as of ${timeOf(at)} ${ZONE}</span></div>`
}

type Gauge = {
  label: string
  value: string
  of?: string
  share?: number
  state?: '' | 'warn' | 'bad'
}

function gauge({ label, value, of, share, state = '' }: Gauge): Html {
  return html`<div><dt>${label}</dt><dd class="${state}">${value}${of ? html` <small>${of}</small>` : ''}</dd>${share === undefined ? '' : bar(share, state)}</div>`
}

function gauges({ hashing, mint, failed }: HealthReport): Html {
  const queue = hashing.limit === 0 ? 0 : hashing.waiting / hashing.limit
  const failures = failed ? `${failed.count}${failed.isMore ? '+' : ''}` : '?'
  return html`<dl class="gauges">${[
    gauge({
      label: 'Failed in the last hour',
      value: failures,
      of: 'messages, all nodes',
      state: failed?.count ? 'bad' : '',
    }),
    gauge({
      label: 'Hashes that wait',
      value: String(hashing.waiting),
      of: `of ${hashing.limit} places`,
      share: queue,
      state: queue > BUSY_SHARE ? 'warn' : '',
    }),
    gauge({
      label: 'Hashes running',
      value: String(hashing.running),
      of: `of ${hashing.concurrency}`,
      share: hashing.running / hashing.concurrency,
    }),
    gauge({
      label: 'Codes ready',
      value: String(mint.ready),
      of: `of ${mint.capacity}`,
      share: mint.capacity === 0 ? 0 : mint.ready / mint.capacity,
    }),
  ]}</dl>`
}

function queue({ outbox, sending }: HealthReport): Html {
  if (!outbox) return html`<p class="note bad">The store can not be asked now.</p>`
  return table({
    caption: 'The queue by channel',
    columns: [
      { label: 'Channel' },
      { label: 'Due', isNumber: true },
      { label: 'Oldest waits', isNumber: true },
      { label: 'Retrying', isNumber: true },
      { label: 'Sending here', isNumber: true },
    ],
    rows: outbox.map(({ channel, due, retrying, oldestDueMs }) => [
      channel,
      due,
      oldestDueMs > LATE_MS
        ? html`<span class="stamp warn">${spanOf(oldestDueMs)}</span>`
        : due === 0
          ? '–'
          : spanOf(oldestDueMs),
      retrying,
      sending[channel],
    ]),
  })
}

const KINDS: Readonly<Record<string, { word: string; state: string }>> = {
  accepted: { word: 'accepted', state: 'good' },
  temporary: { word: 'try later', state: 'warn' },
  ambiguous: { word: 'no answer', state: 'warn' },
  permanent: { word: 'refused', state: 'bad' },
}

function lastAnswer({ last }: ProviderState, now: number): Html {
  if (!last) return html`<span class="soft">not asked yet</span>`
  const { word, state } = KINDS[last.kind] ?? { word: last.kind, state: '' }
  const code = last.code === null ? '' : html` <code><bdi>${last.code}</bdi></code>`
  return html`<span class="stamp ${state}">${word}</span>${code} ${agoOf(last.at, now)} <span class="soft">in ${spanOf(last.tookMs)}</span>`
}

function providers({ providers: states, at }: HealthReport): Html {
  if (states.length === 0) return html`<p class="note">No provider is configured.</p>`
  return table({
    caption: 'What each provider said last to this node',
    columns: [
      { label: 'Provider' },
      { label: 'Channels' },
      { label: 'Last answer' },
      { label: 'Last accepted', isNumber: true },
      { label: 'Accepted', isNumber: true },
      { label: 'Others', isNumber: true },
    ],
    rows: states.map((state) => [
      state.name,
      state.channels.join(', '),
      lastAnswer(state, at),
      state.acceptedAt === null ? '–' : agoOf(state.acceptedAt, at),
      state.accepted,
      state.refused,
    ]),
  })
}

function node({ node: own, at }: HealthReport): Html {
  const facts: [string, Html | string][] = [
    ['Version', own.version],
    ['Node', own.name],
    ['Running for', spanOf(at - own.startedAt)],
    ['Since', timeOf(own.startedAt)],
    ['Mode', own.mode],
    ['Store', own.store],
    ['Limits', own.limits],
  ]
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function loginFlows(services: readonly ServicePolicy[]): Html {
  return table({
    caption: 'The login flows',
    columns: [
      { label: 'Service' },
      { label: 'Brand' },
      { label: 'Code' },
      { label: 'Attempts', isNumber: true },
      { label: 'Sends', isNumber: true },
      { label: 'Channels' },
      { label: 'Countries' },
    ],
    rows: services.map((one) => [
      one.name,
      one.brandName,
      `${one.codeLength} digits, ${spanOf(one.ttlSeconds * 1000)}`,
      one.maxAttempts,
      one.maxSends,
      one.channels.join(', '),
      one.allowedCountries === '*' ? 'all' : one.allowedCountries.join(', '),
    ]),
  })
}

const ORIGINS = {
  environment: 'environment',
  file: 'file',
  default: 'default',
  made: 'made here',
  unset: 'not set',
} as const

function settingValue({ value, origin }: ShownSetting): Html {
  if (origin === 'unset') return html`<span class="soft">–</span>`
  if (value === null) return html`<span class="soft">set, hidden</span>`
  return value === ''
    ? html`<span class="soft">empty</span>`
    : html`<span class="value">${value}</span>`
}

function settingsOf(settings: readonly ShownSetting[]): Html {
  const groups = [...new Set(settings.map(({ group }) => group))]
  return html`${groups.map((group) => {
    const rows = settings.filter((setting) => setting.group === group)
    const changed = rows.filter(({ origin }) => origin !== 'default' && origin !== 'unset').length
    return html`<details><summary>${group} <span class="soft">${changed} of ${rows.length} set</span></summary>${table(
      {
        caption: group,
        columns: [{ label: 'Name' }, { label: 'Value' }, { label: 'From' }],
        rows: rows.map((row) => [
          html`<code>${row.name}</code>`,
          settingValue(row),
          ORIGINS[row.origin],
        ]),
      },
    )}</details>`
  })}`
}

export function healthPage(
  page: SignedInPage,
  shown: {
    report: HealthReport
    /** Null: not for this key. */
    settings: readonly ShownSetting[] | null
    services: readonly ServicePolicy[]
  },
): Html {
  const { report, settings, services } = shown
  const body = html`<div class="head"><h1>Health</h1><a href="/admin/health">Refresh</a></div>
${verdict(report)}
${gauges(report)}
<section><h2>Queue</h2>${queue(report)}</section>
<section><h2>Providers</h2>${providers(report)}</section>
<section><h2>Login flows</h2>${loginFlows(services)}</section>
<section><h2>Node</h2>${node(report)}</section>
${settings && html`<section><h2>Settings in force</h2><div class="settings">${settingsOf(settings)}</div></section>`}`
  return shell(page, { title: 'Health', current: '/admin/health', style: STYLE, body })
}
