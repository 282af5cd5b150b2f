// Everything about one number, address or user: how full their limits are, and their newest verifications.
// It must not show them in clear.

import { html } from 'hono/html'
import type { PersonLimits } from '../../admin/operations.ts'
import type { AttemptRow } from '../../admin/ports.ts'
import { isLiftable, NOT_LIFTABLE } from '../../verification/liftable.ts'
import type { LimitState } from '../../verification/limit-states.ts'
import type { LimitName } from '../../verification/policy.ts'
import { statusAt } from '../../verification/state.ts'
import type { SignedInPage } from '../page.ts'
import { BAR_STYLE, bar } from './bar.ts'
import { LIMIT_WORDS } from './limit-words.ts'
import { attemptPath } from './paths.ts'
import { formToken, type Html, shell } from './shell.ts'
import { messageStamp, outcomeStamp } from './stamps.ts'
import { table } from './table.ts'
import { agoOf, spanOf, timeOf, ZONE } from './words.ts'

export type PersonShown = {
  /** As it stands in the address. */
  sealed: string
  masked: string
  kind: 'phone number' | 'e-mail address' | 'subject'
}

export const PERSON_STYLE = `${BAR_STYLE}
.crumb { font-size: var(--t2); margin-bottom: calc(-1 * var(--s5)) } .head h1.mono { font-family: var(--mono); font-size: var(--t6); letter-spacing: 0; overflow-wrap: anywhere }
.acts { display: flex; flex-wrap: wrap; gap: var(--s2) } .danger { color: var(--bad); border-color: var(--bad) } button.danger { background: var(--bad); color: var(--card) } button.danger:hover { background: var(--card); color: var(--bad); border-color: var(--bad) }
tbody th { white-space: normal; overflow-wrap: anywhere } th .mono { display: inline-block; min-width: 7ch }
h3 { font: 600 var(--t3)/1.3 var(--sans) } .when { display: grid } .when .soft { font-size: var(--t2) }
.fill { display: inline-grid; gap: var(--s1); justify-items: start } .fill .bar { width: 10rem; max-width: 100% }
@media (max-width: 46rem) { .fill { justify-items: end } }
`

/** Of one that is full, the stamp beside it says so. */
function endOf({ endsAt, isFull }: LimitState, now: number): Html | '' {
  if (endsAt === null) return ''
  const until = html`until ${timeOf(endsAt)}`
  const left = html`<span class="soft">(${spanOf(endsAt - now)})</span>`
  return html`<span>${isFull ? until : html`<span class="soft">${until}</span>`} ${left}</span>`
}

function fill(state: LimitState | undefined, now: number): Html {
  if (!state) return html`<span class="soft">–</span>`
  const { used, limit, isFull } = state
  if (used === null) {
    const word = isFull ? html`<span class="stamp bad">full</span>` : 'has room'
    return html`<span class="fill"><span>${word} <span class="soft">of ${limit.max}</span></span>${endOf(state, now)}</span>`
  }
  const stamp = isFull ? html` <span class="stamp bad">full</span>` : ''
  return html`<span class="fill"><span>${used} <span class="soft">of ${limit.max}</span>${stamp}</span>${bar(used / limit.max, isFull ? 'bad' : '')}${used > 0 ? endOf(state, now) : ''}</span>`
}

function limitTable({ service, states }: PersonLimits, now: number): Html {
  const names = [...new Set(states.map(({ name }) => name))]
  const of = (name: LimitName, authenticated: boolean) =>
    states.find((state) => state.name === name && state.authenticated === authenticated)
  return table({
    caption: `Limits in ${service}`,
    columns: [{ label: 'Limit' }, { label: 'At the sign-in' }, { label: 'Once signed in' }],
    rows: names.map((name) => [
      LIMIT_WORDS[name],
      fill(of(name, false), now),
      fill(of(name, true), now),
    ]),
  })
}

function limitsHtml(limits: readonly PersonLimits[], now: number): Html {
  const counted = limits.filter(({ states }) => states.length > 0)
  if (counted.length === 0) return html`<p class="note">Nothing is limited for them.</p>`
  const tables = counted.map(
    (one) =>
      html`${counted.length > 1 ? html`<h3>${one.service}</h3>` : ''}${limitTable(one, now)}`,
  )
  return html`${tables}<p class="soft">Times are ${ZONE}. A full limit refuses the next message until then; others go on.</p>`
}

/** Where a message to them is counted, and whoever looks may change it. */
function liftForm(page: SignedInPage, sealed: string, limits: readonly PersonLimits[]): Html | '' {
  const isCounted = limits.some(({ states }) =>
    states.some(({ name, used }) => isLiftable(name) && used !== null && used > 0),
  )
  if (!isCounted || !page.session.access.scopes.has('admin')) return ''
  return html`<form class="acts" method="post" action="/admin/person/lift">${formToken(page)}<input type="hidden" name="who" value="${sealed}"><button>Lift the limits on messages</button></form>
<p class="soft">Messages to them are counted from zero again, and the log records who did it. ${NOT_LIFTABLE}</p>`
}

function attemptsTable(rows: readonly AttemptRow[], now: number): Html {
  return table({
    caption: 'Their verifications, newest first',
    columns: [
      { label: 'Reference' },
      { label: 'When', isTime: true },
      { label: 'Service' },
      { label: 'Channel' },
      { label: 'Message' },
      { label: 'Outcome' },
      { label: 'Wrong', isNumber: true },
      { label: 'Sends', isNumber: true },
    ],
    rows: rows.map((row) => [
      html`<a class="mono" href="${attemptPath(row.id)}">${row.reference}</a>`,
      html`<span class="when">${timeOf(row.createdAt)}<span class="soft">${agoOf(row.createdAt, now)}</span></span>`,
      row.service,
      row.channel,
      html`${messageStamp(row.deliveryStatus)}${row.errorCode === null ? '' : html` <code><bdi>${row.errorCode}</bdi></code>`}`,
      outcomeStamp(statusAt(row, now)),
      `${row.failed} of ${row.maxAttempts}`,
      row.maxSends === 0 ? '–' : `${row.sends} of ${row.maxSends}`,
    ]),
  })
}

function actions(page: SignedInPage, sealed: string): Html | '' {
  if (!page.session.access.scopes.has('admin')) return ''
  return html`<div class="acts"><form method="post" action="/admin/person/export">${formToken(page)}<input type="hidden" name="who" value="${sealed}"><button>Export</button></form><a class="button danger" href="/admin/person/erase?who=${sealed}">Erase…</a></div>`
}

export function personPage(
  page: SignedInPage,
  shown: {
    person: PersonShown
    now: number
    attempts: readonly AttemptRow[]
    hasMore: boolean
    limits: readonly PersonLimits[]
    isLifted: boolean
  },
): Html {
  const { person, now, attempts, hasMore, limits, isLifted } = shown
  const isFull = limits.some(({ states }) =>
    states.some((state) => isLiftable(state.name) && state.isFull),
  )
  // The address keeps saying so when the page is loaded again: by then they may be full once more.
  const lifted =
    isLifted && !isFull // mutant: C73.refilled-not-lifted
      ? html`<p class="note good" role="status">The limits on messages to them are lifted.</p>`
      : ''
  const all = `/admin/attempts?recipient=${person.sealed}`
  const list =
    attempts.length === 0
      ? html`<p class="note">The log holds no verification of theirs.</p>`
      : attemptsTable(attempts, now)
  const more =
    attempts.length === 0
      ? ''
      : html`<p><a href="${all}">${hasMore ? 'All of them' : 'The same'} in the log, with filters</a></p>`
  const body = html`<p class="crumb"><a href="/admin/attempts">Attempts</a> / one ${person.kind}</p>
<div class="head"><h1 class="mono">${person.masked}</h1>${actions(page, person.sealed)}</div>
${lifted}<section><h2>Limits now</h2>${limitsHtml(limits, now)}${liftForm(page, person.sealed, limits)}</section>
<section><h2>Verifications</h2>${list}${more}<p><a href="/admin/refusals?recipient=${person.sealed}">Their refused requests</a></p></section>`
  const title = person.masked
  return shell(page, { title, current: '/admin/attempts', style: PERSON_STYLE, body })
}
