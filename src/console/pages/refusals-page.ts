// Refusals: who was refused, how often, what it means, and what to do. One line for each person and reason.
// It must not show a recipient in clear.

import { html } from 'hono/html'
import type { RefusalLine } from '../../admin/refusals.ts'
import { ERRORS } from '../../kernel/errors.ts'
import { LIMIT_NAMES } from '../../verification/policy.ts'
import { type Query, spanOf } from '../attempt-filter.ts'
import type { SignedInPage } from '../page.ts'
import { same, select, spans, time } from './attempts-filters.ts'
import { LOG_STYLE, otherMeaning } from './attempts-page.ts'
import { livePart } from './live.ts'
import { attemptPath, personPath } from './paths.ts'
import { formToken, type Html, shell } from './shell.ts'
import { table } from './table.ts'
import { agoOf, timeOf, ZONE } from './words.ts'

const PATH = '/admin/refusals'
const STYLE = `${LOG_STYLE}
.refused { display: grid; gap: var(--s4) } .refused th a { text-decoration: none } .refused th a:hover { text-decoration: underline } .refused .when { display: grid } .refused .when time { white-space: nowrap } .refused .when .soft { font-size: var(--t2) }
.address { overflow-wrap: normal; white-space: normal } .why { display: grid; gap: var(--s1); max-width: 60ch } .why .soft { font-size: var(--t2) }
@media (max-width: 46rem) { .stack td:has(.why) { display: block; text-align: left } .stack td:has(.why)::before { content: none } }
`
const FIELDS = ['error', 'limit', 'service', 'from', 'to']

export type ShownRefusals = {
  now: number
  lines: readonly {
    line: RefusalLine
    masked: string | undefined
    sealed: string | undefined
  }[]
  nextCursor: string | null
  lookedBackTo: number | null
  query: Query
  /** Whom the query's recipient means, and who else was meant by what was typed. */
  person: { masked: string; isSubject: boolean; also: string | undefined } | undefined
  /** To choose from; empty where the key is bound to one. */
  services: readonly string[]
}

type Shown = ShownRefusals['lines'][number]

function whoOf({ line, masked, sealed }: Shown): Html {
  const { country, isOfMany } = line
  if (isOfMany) return html`<span class="soft">many, not named</span>` // mutant: C73.counted-anonymous
  if (masked === undefined) return html`<span class="soft">not named</span>`
  const shown =
    sealed === undefined
      ? html`<span class="mono">${masked}</span>`
      : html`<a class="mono" href="${personPath(sealed)}">${masked}</a>`
  return html`${shown}${country === null ? '' : html` <span class="soft">${country}</span>`}`
}

function whyOf({ line }: Shown): Html {
  return html`<span class="why"><strong>${line.meaning}</strong><span>${line.action}</span><span class="soft"><code>${line.limit ?? line.error}</code>${line.channel === null ? '' : ` ${line.channel}`}</span></span>` // mutants: C73.limit-named C73.refusal-advice
}

function whenOf({ line }: Shown, now: number): Html {
  const first =
    line.firstAt === line.lastAt
      ? ''
      : html`<span class="soft">first ${agoOf(line.firstAt, now)}</span>`
  return html`<span class="when">${timeOf(line.lastAt)}<span class="soft">${agoOf(line.lastAt, now)}</span>${first}</span>` // mutant: C73.line-start-time
}

/** Broken between its groups only: an IPv4 address in two halves reads like two. */
function addressOf(clientIp: string | null): Html {
  if (clientIp === null) return html`–`
  const groups = clientIp.split(':')
  return html`<span class="address">${groups.map((group, index) => (index === 0 ? group : html`:<wbr>${group}`))}</span>` // mutant: C73.ipv6-line-break
}

function verificationOf({ verificationId, reference }: RefusalLine): Html {
  if (verificationId === null) return html`<span class="soft">none</span>`
  return html`<a class="mono" href="${attemptPath(verificationId)}">${reference ?? 'show'}</a>`
}

function log({ lines, now, services }: ShownRefusals): Html {
  // Columns that say the same in every line take room from the advice.
  const hasVerification = lines.some(({ line }) => line.verificationId !== null) // mutant: C73.constant-columns-hidden
  const hasService = services.length > 1
  return table({
    caption: 'Refusals, the last refused first',
    columns: [
      { label: 'Recipient' },
      { label: 'Last refused', isTime: true },
      { label: 'Times', isNumber: true },
      { label: 'Why, and what to do' },
      ...(hasVerification ? [{ label: 'Verification' }] : []),
      { label: 'From' },
      ...(hasService ? [{ label: 'Service' }] : []),
    ],
    ids: lines.map(({ line }) => line.id),
    rows: lines.map((shown) => {
      const { line } = shown
      return [
        whoOf(shown),
        whenOf(shown, now),
        line.count,
        whyOf(shown),
        ...(hasVerification ? [verificationOf(line)] : []),
        addressOf(line.clientIp),
        ...(hasService ? [line.service] : []),
      ]
    }),
  })
}

function filterForm({ query, services }: ShownRefusals): Html {
  const kept = ['recipient', 'span']
    .filter((name) => query[name])
    .map((name) => html`<input type="hidden" name="${name}" value="${query[name]}">`)
  const set = FIELDS.filter((name) => query[name]).length
  return html`<details class="filter"${set > 0 ? html` open` : ''}><summary>Filters${set > 0 ? `, ${set} set` : ''}</summary>
<form class="filters" method="get" action="${PATH}">
${select('error', 'Error', same(Object.keys(ERRORS)), query.error)}
${select('limit', 'Limit', same(LIMIT_NAMES), query.limit)}
${services.length > 1 ? select('service', 'Service', same(services), query.service) : ''}
<span class="times">${time('from', 'From', query)}${time('to', 'To', query)}</span>
<span class="does">${kept}<button>Filter</button> <a class="button" href="${PATH}">Clear</a></span>
</form></details>`
}

function howFar({ lines, lookedBackTo }: ShownRefusals): Html | '' {
  if (lookedBackTo !== null)
    return html`<p class="note">${lines.length === 0 ? 'Nothing fits' : 'No more fits'} back to ${timeOf(lookedBackTo)} ${ZONE}. Older refusals have not been searched yet.</p>` // mutant: C74.search-end-zone
  return lines.length === 0 ? html`<p class="note">No refusal fits.</p>` : ''
}

function pager({ query, nextCursor }: ShownRefusals): Html | '' {
  const rest = Object.entries(query).filter(([name]) => name !== 'cursor' && name !== 'nothing')
  const at = (more: [string, string][]) => `${PATH}?${new URLSearchParams([...rest, ...more])}`
  if (nextCursor === null && !query.cursor) return ''
  const next =
    nextCursor === null
      ? ''
      : html`<a class="button" rel="next" href="${at([['cursor', nextCursor]])}">Older</a>`
  const back = query.cursor ? html`<a class="button" href="${at([])}">Newest</a>` : ''
  return html`<nav class="pager" aria-label="Pages">${back}${next}</nav>`
}

function only({ query, person }: ShownRefusals): Html | '' {
  if (query.nothing === 'text')
    return html`<p class="note bad" role="alert">Nobody can be meant by this: it is no phone number, no e-mail address and no user id. Below are the refusals of everybody.</p>`
  if (query.recipient === undefined) return ''
  if (person === undefined)
    return html`<p class="note bad">The address names a recipient that cannot be read: it was not made here, or with a key that no longer exists.</p>`
  return html`<p class="note">Only ${person.isSubject ? 'the user id ' : ''}<strong class="mono">${person.masked}</strong>. <a href="${personPath(query.recipient)}">Their limits</a>, <a href="/admin/attempts?recipient=${query.recipient}">their attempts</a>.${otherMeaning(PATH, person)}</p>`
}

export function refusalsPage(page: SignedInPage, shown: ShownRefusals): Html {
  const live = livePart({ refusals: true })
  const body = html`<div class="head"><h1>Refusals</h1>
<form class="find" method="post" action="${PATH}/find" role="search">${formToken(page)}<input name="find" aria-label="Phone number, e-mail address or user id" aria-describedby="find-help" placeholder="+14155552671, ann@example.com, user-42" autocomplete="off" autocapitalize="off" spellcheck="false"><button class="main">Find</button><p class="soft" id="find-help">The person whom the refused request named. Repeated refusals appear within a minute.</p></form></div>
<section aria-label="Filter">
<div class="bar">${spans(shown.query, spanOf(shown.query), PATH)}${live.bar}</div>
${filterForm(shown)}
</section>
${only(shown)}
<div class="refused" data-live>${shown.lines.length === 0 ? '' : log(shown)}${howFar(shown)}${pager(shown)}</div>`
  return shell(page, {
    ...{ title: 'Refusals', current: PATH, body },
    ...{ style: STYLE + live.style, script: live.script },
  })
}
