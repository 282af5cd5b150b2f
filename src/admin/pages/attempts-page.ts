// Attempts: the log, newest first, one line for each verification, with what became of its message.
// It must not show a recipient in clear.

import { html } from 'hono/html'
import { CHANNELS } from '../../kernel/channel.ts'
import type { SignedInPage } from '../page.ts'
import type { AttemptRow } from '../ports.ts'
import { formToken, type Html, shell } from './shell.ts'
import { table } from './table.ts'
import { agoOf, timeOf } from './words.ts'

export type ShownAttempt = Omit<AttemptRow, 'recipientSealed'> & { to: string }

type Shown = {
  now: number
  rows: readonly ShownAttempt[]
  nextCursor: string | null
  query: Readonly<Record<string, string>>
  /** To choose from; empty where the key is bound to one. */
  services: readonly string[]
  /** What was looked for is neither a reference nor a recipient. */
  nothingFor: boolean
}

const STYLE = `
.find { display: flex; gap: var(--s2); flex: 1 1 22rem; max-width: 34rem } .find input { flex: 1 }
.filters { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: end } .filters label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft) } .filters select, .filters input { font-weight: 400; color: var(--ink); min-width: 8rem } .filters .small input { min-width: 0; width: 6rem }
.when { display: grid } .when .soft { font-size: var(--t2) }
.pager { display: flex; gap: var(--s3) }
`

const OUTCOMES: Readonly<Record<string, readonly [string, string]>> = {
  pending: ['open', ''],
  approved: ['approved', 'good'],
  canceled: ['canceled', ''],
  max_attempts_reached: ['too many wrong', 'bad'],
  expired: ['expired', 'warn'],
}

const MESSAGES: Readonly<Record<string, string>> = {
  queued: '',
  sending: 'warn',
  sent: 'good',
  delivered: 'good',
  undelivered: 'bad',
  failed: 'bad',
  canceled: '',
}

function select(
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

const same = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]))

function filters({ query, services }: Shown): Html {
  const kept = ['recipient', 'reference']
    .filter((name) => query[name])
    .map((name) => html`<input type="hidden" name="${name}" value="${query[name]}">`)
  return html`<form class="filters" method="get" action="/admin/attempts" aria-label="Filter">
${select('status', 'Outcome', Object.fromEntries(Object.entries(OUTCOMES).map(([name, [word]]) => [name, word])), query.status)}
${select('delivery', 'Message', same(Object.keys(MESSAGES)), query.delivery)}
${select('channel', 'Channel', same(CHANNELS), query.channel)}
${services.length > 1 ? select('service', 'Service', same(services), query.service) : ''}
<label class="small">Provider<input name="provider" value="${query.provider ?? ''}"></label>
<label class="small">Country<input name="country" value="${query.country ?? ''}" maxlength="2"></label>
${kept}<button>Filter</button> <a class="button" href="/admin/attempts">Clear</a>
</form>`
}

function messageOf(row: ShownAttempt): Html {
  const { deliveryStatus, errorCode, provider } = row
  if (deliveryStatus === null) return html`<span class="soft">none</span>`
  const by = provider === null ? '' : html` <span class="soft">${provider}</span>`
  const code = errorCode === null ? '' : html` <code>${errorCode}</code>`
  return html`<span class="stamp ${MESSAGES[deliveryStatus] ?? ''}">${deliveryStatus}</span>${code}${by}`
}

function outcomeOf({ status }: ShownAttempt): Html {
  const [word, state] = OUTCOMES[status] ?? [status, '']
  return html`<span class="stamp ${state}">${word}</span>`
}

function log({ rows, now }: Shown): Html {
  return table({
    caption: 'Attempts, newest first',
    columns: [
      { label: 'Reference' },
      { label: 'When' },
      { label: 'Recipient' },
      { label: 'Channel' },
      { label: 'Message' },
      { label: 'Outcome' },
      { label: 'Wrong', isNumber: true },
      { label: 'Sends', isNumber: true },
      { label: 'Service' },
    ],
    rows: rows.map((row) => [
      html`<span class="mono">${row.reference}</span>`,
      html`<span class="when">${timeOf(row.createdAt)}<span class="soft">${agoOf(row.createdAt, now)}</span></span>`,
      html`<span class="mono">${row.to}</span>${row.country === null ? '' : html` <span class="soft">${row.country}</span>`}`,
      row.channel,
      messageOf(row),
      outcomeOf(row),
      `${row.failed} of ${row.maxAttempts}`,
      `${row.sends} of ${row.maxSends}`,
      row.service,
    ]),
  })
}

function pager({ query, nextCursor }: Shown): Html | '' {
  const rest = Object.entries(query).filter(([name]) => name !== 'cursor')
  const first = `/admin/attempts?${new URLSearchParams(rest)}`
  const next =
    nextCursor === null
      ? ''
      : html`<a class="button" rel="next" href="${`/admin/attempts?${new URLSearchParams([...rest, ['cursor', nextCursor]])}`}">Older</a>`
  const back = query.cursor ? html`<a class="button" href="${first}">Newest</a>` : ''
  return next || back ? html`<nav class="pager" aria-label="Pages">${back}${next}</nav>` : ''
}

export function attemptsPage(page: SignedInPage, shown: Shown): Html {
  const nothing = shown.nothingFor
    ? html`<p class="note bad" role="alert">This is no reference (like K7Q-42M), no phone number with + and country code, and no e-mail address.</p>`
    : ''
  const list =
    shown.rows.length === 0
      ? html`<p class="note">${shown.nextCursor === null ? 'No attempt fits.' : 'None among those that were looked at: go on to older ones.'}</p>`
      : log(shown)
  const body = html`<div class="head"><h1>Attempts</h1>
<form class="find" method="post" action="/admin/attempts/find" role="search">${formToken(page)}<input name="find" aria-label="Reference, phone number, e-mail address or verification id" placeholder="K7Q-42M, +14155552671, ann@example.com" autocomplete="off" spellcheck="false"><button class="main">Find</button></form></div>
${nothing}
${filters(shown)}
${list}
${pager(shown)}`
  return shell(page, { title: 'Attempts', current: '/admin/attempts', style: STYLE, body })
}
