// GET /admin/health: queues, checks and providers.
// It must not show a secret, nor anything from outside unescaped.

import { html } from 'hono/html'
import { adviseOnRest } from '../admin/advice/advice.ts'
import type { HealthReport } from '../admin/ports.ts'
import type { ProviderState, Rest } from '../delivery/ports.ts'
import { adviseOnMissing } from '../factors/root-keys.ts'
import { adviceOf, LATE_MS, lanesOf } from './health-lanes.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { type Html, type SignedInPage, shell } from './shell.ts'
import { streamTrouble } from './stream-trouble.ts'
import { BAR_STYLE, bar, numbers, shareOf, table } from './table.ts'
import { webhookTroubles } from './webhook-troubles.ts'
import { agoOf, spanOf, stamp, timeOf, ZONE } from './words.ts'

/** Of the queue: from here on callers notice the wait. */
const BUSY_SHARE = 0.5

const STYLE = `${BAR_STYLE}.verdict { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s5); align-items: center; background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s4) }
.verdict ul { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s4) } .verdict .stamp.large { font-size: var(--t3); padding: .45em .7em }
.tick::before { content: '✓'; color: var(--good); font-weight: 700; margin-right: .4em } .tick.off::before { content: '✕'; color: var(--bad) } .tick.off { color: var(--bad); font-weight: 600 }
.gauges { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-top: 2px solid var(--rule) }
.gauges > div { background: var(--card); padding: var(--s3) var(--s4); display: grid; gap: var(--s1); align-content: start }
.gauges dt { font-size: var(--t2); font-weight: 600; color: var(--soft) } .gauges dd { font-size: var(--t5); font-weight: 600; line-height: 1.2 } .gauges dd small { font-size: var(--t2); font-weight: 400; color: var(--soft) }
.gauges dd.note-of { font-size: var(--t2); font-weight: 400; color: var(--soft) } .gauges dd a { color: inherit } .gauges dd.bad { color: var(--bad) } .gauges dd.warn { color: var(--warn) }
`

/** The checks, for a reader who does not run the service. */
const CHECKS: Readonly<Record<string, string>> = {
  database: 'Database',
  worker: 'Sending',
  hasher: 'Checking codes',
}

/** A number leads to the verifications that it counts; zero leads nowhere. */
function numberLink(count: number | string, query: Record<string, string>): Html | string {
  if (count === 0 || count === '0') return '0'
  return html`<a href="/admin/verifications?${new URLSearchParams(query).toString()}">${count}</a>`
}

/** Rows under root keys that this node lacks, each with the way out. */
function missingKeys({ underMissing }: HealthReport): Html {
  const notes = (underMissing ?? []).map(
    (row) => html`<p class="note bad">${adviseOnMissing(row)}</p>`,
  )
  return html`${notes}`
}

function verdict({ checks, at }: HealthReport): Html {
  const isReady = Object.values(checks).every(Boolean)
  const items = Object.entries(checks).map(
    ([name, isGood]) =>
      html`<li class="${isGood ? 'tick' : 'tick off'}">${CHECKS[name] ?? name}<span class="unseen">: ${isGood ? 'works' : 'does not work'}</span></li>`,
  )
  const state = isReady ? 'good' : 'bad'
  return html`<div class="verdict"><span class="stamp large ${state}">${isReady ? 'Ready' : 'Not ready'}</span><ul>${items}</ul><span class="soft">as of ${timeOf(at)} ${ZONE}</span></div>`
}

type Gauge = {
  label: string
  value: Html | string
  of: string
  /** In a few plain words. */
  note: string
  share?: number
  state?: '' | 'warn' | 'bad'
}

function gauge({ label, value, of, note, share, state = '' }: Gauge): Html {
  return html`<div><dt>${label}</dt><dd class="${state}">${value} <small>${of}</small></dd>${share === undefined ? '' : bar(share, state)}<dd class="note-of">${note}</dd></div>`
}

function gauges({ hashing, mint, failed }: HealthReport): Html {
  const queued = shareOf(hashing.waiting, hashing.limit)
  const failures = failed ? `${failed.count}${failed.isMore ? '+' : ''}` : '?'
  const all: Gauge[] = [
    {
      label: 'Failed in the last hour',
      value: numberLink(failures, { delivery: 'failed', span: 'hour' }), // mutant: C74.health-links
      of: failures === '1' ? 'message' : 'messages',
      note: 'refused by a provider or out of time, on all nodes',
      state: failed?.count ? 'bad' : '',
    },
    {
      label: 'Hashes queued',
      value: String(hashing.waiting),
      of: `of ${hashing.limit} places`,
      note: 'starts and checks waiting for the processor', // mutant: C74.health-viewer-words
      share: queued,
      state: queued > BUSY_SHARE ? 'warn' : '',
    },
    {
      label: 'Hashes running',
      value: String(hashing.running),
      of: `of ${hashing.concurrency}`,
      note: 'at the same time on this node',
      share: hashing.running / hashing.concurrency,
    },
    {
      label: 'Codes ready',
      value: String(mint.ready),
      of: `of ${mint.capacity}`,
      note: 'made in advance, so that a start does not wait',
      share: shareOf(mint.ready, mint.capacity),
    },
  ]
  return html`<dl class="gauges">${all.map(gauge)}</dl>`
}

function oldest(due: number, oldestDueMs: number): Html | string {
  if (oldestDueMs > LATE_MS) return stamp(spanOf(oldestDueMs), 'warn')
  return due === 0 ? '–' : spanOf(oldestDueMs)
}

function queue({ outbox, sending }: HealthReport): Html {
  if (!outbox) return html`<p class="note bad">The database is unavailable.</p>`
  return table({
    caption: 'The queue by channel',
    columns: ['Channel', ...numbers('Due', 'Oldest', 'Retrying', 'Sending on this node')],
    rows: outbox.map(({ channel, due, retrying, oldestDueMs }) => [
      channel,
      numberLink(due, { delivery: 'queued', channel }),
      oldest(due, oldestDueMs),
      numberLink(retrying, { delivery: 'queued', channel }),
      numberLink(sending[channel], { delivery: 'sending', channel }),
    ]),
  })
}

/** Of a provider's answer: a word, and its look. */
const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  accepted: ['accepted', 'good'],
  temporary: ['try later', 'warn'],
  ambiguous: ['no answer', 'warn'],
  permanent: ['refused', 'bad'],
}

function lastAnswer({ last }: ProviderState, now: number): Html {
  if (!last) return html`<span class="soft">no message yet</span>`
  const code = last.code === null ? '' : html` <code><bdi>${last.code}</bdi></code>`
  return html`${stamp(...(KINDS[last.kind] ?? [last.kind, '']))}${code} ${agoOf(last.at, now)} <span class="soft">in ${spanOf(last.tookMs)}</span>`
}

function providers({ providers: states, at }: HealthReport): Html {
  if (states.length === 0) return html`<p class="note">No provider is configured.</p>`
  return table({
    caption: 'The last answer of each provider to this node',
    columns: [
      ...['Provider', 'Channels', 'Last answer'],
      ...numbers('Last accepted', 'Accepted', 'Not accepted'),
    ],
    rows: states.map((state) => [
      state.name,
      state.channels.join(', '),
      lastAnswer(state, at),
      state.acceptedAt === null ? '–' : agoOf(state.acceptedAt, at),
      numberLink(state.accepted, { provider: state.name }),
      numberLink(state.refused, { provider: state.name, delivery: 'failed' }),
    ]),
  })
}

const REASONS: Readonly<Record<Rest['reason'], string>> = {
  failing: 'fails for everybody',
  account: 'refuses the account',
  destination: 'may not send there',
  throttled: 'asked for a pause',
}

const LEFT_ALONE =
  'Left alone for a while by this node: messages go to the other providers of their route.'

/** The reason for each, and what somebody can do. */
function restsOf({ rests, at }: HealthReport): Html | string {
  if (rests.length === 0) return ''
  return html`<p class="note">${LEFT_ALONE}</p>${table({
    caption: 'Providers left alone for a while',
    isWide: true,
    columns: ['Channel', 'Provider', 'Country', 'Why', 'What to do', 'Since', 'Tried again'],
    rows: rests.map((rest) => [
      rest.channel,
      rest.provider,
      rest.country ?? 'all',
      html`${stamp(REASONS[rest.reason], 'warn')} <code><bdi>${rest.code}</bdi></code>`,
      adviseOnRest(rest),
      agoOf(rest.since, at),
      rest.until > at ? `in ${spanOf(rest.until - at)}` : 'with the next message',
    ]),
  })}`
}

function node({ node: own, at, counted }: HealthReport): Html {
  const facts: [string, Html | string][] = [
    ['Version', own.version],
    ['Node', own.name],
    ['Running for', spanOf(at - own.startedAt)],
    ['Since', timeOf(own.startedAt)],
    ['Mode', own.mode],
    ['Database', own.store],
    ['Limits are counted in', own.limits],
    ['Log counted', counted.isBehind ? html`up to ${timeOf(counted.until)}` : 'up to date'],
  ]
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function healthPage(page: SignedInPage, report: HealthReport): Html {
  // mutant: C65.health-lost-key
  const body = html`<div class="head"><h1>Health</h1><a href="/admin/health">Refresh</a></div>
${verdict(report)}
${missingKeys(report)}
${webhookTroubles(report)}
${streamTrouble(report)}
${gauges(report)}
<section><h2>Queue</h2><p class="soft">Messages due now, and those waiting for another try, on all nodes.</p>${queue(report)}</section>
<section><h2>Providers</h2><p class="soft">Counted by this node since it started.</p>${providers(report)}${restsOf(report)}${adviceOf(report)}${lanesOf(report)}</section>
<section><h2>Node</h2>${node(report)}</section>`
  return shell(page, { title: 'Health', current: 'health', style: STYLE, body })
}

export function addHealth(pages: Pages, deps: ConsoleDeps): void {
  pages.showPage('/admin/health', async (page) =>
    page.c.html(healthPage(page, await deps.admin.health(page.admin.service))),
  )
}
