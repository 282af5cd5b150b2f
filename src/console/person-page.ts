// One number, address or user: how full their limits are, their newest verifications, and the steps to erase them.
// It must not show them in plaintext, nor erase by a link: the form alone does.

import { html } from 'hono/html'
import type { PersonLimits } from '../admin/operations.ts'
import type { ListedVerification } from '../admin/ports.ts'
import type { Erased } from '../retention/ports.ts'
import { isLiftable, type LimitState, NOT_LIFTABLE } from '../verification/limit-states.ts'
import type { LimitName } from '../verification/policy.ts'
import { type Html, personPath, postForm, type SignedInPage, shell } from './shell.ts'
import { BAR_STYLE, bar, numbers, table } from './table.ts'
import { verificationCells } from './verifications.ts'
import { LIMIT_WORDS, spanOf, stamp, timeOf, ZONE } from './words.ts'

export type PersonShown = {
  /** As in the address. */
  sealed: string
  masked: string
  kind: 'phone number' | 'e-mail address' | 'subject'
}

/** To be typed: no click alone erases. */
export const ERASE_WORD = 'ERASE'

const STYLE = `${BAR_STYLE}
.crumb { font-size: var(--t2); margin-bottom: calc(-1 * var(--s5)) } .head h1.mono { font-family: var(--mono); font-size: var(--t6); letter-spacing: 0; overflow-wrap: anywhere }
.acts { display: flex; flex-wrap: wrap; gap: var(--s2) } .danger { color: var(--bad); border-color: var(--bad) } button.danger { background: var(--bad); color: var(--card) } button.danger:hover { background: var(--card); color: var(--bad); border-color: var(--bad) }
tbody th { white-space: normal; overflow-wrap: anywhere } th .mono { display: inline-block; min-width: 7ch }
h3 { font: 600 var(--t3)/1.3 var(--sans) } .when { display: grid } .when .soft { font-size: var(--t2) }
.fill { display: inline-grid; gap: var(--s1); justify-items: start } .fill .bar { width: 10rem; max-width: 100% }
@media (max-width: 46rem) { .fill { justify-items: end } }
.sheet { background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--bad); padding: var(--s5); display: grid; gap: var(--s4); max-width: 44rem } .sheet.done { border-top-color: var(--good) }
.sheet ul { list-style: disc; padding-left: 1.2rem; display: grid; gap: var(--s1) } .sheet form { display: grid; gap: var(--s3); justify-items: start } .sheet input[name="confirm"] { max-width: 12rem }
.sheet dl { display: flex; flex-wrap: wrap; gap: var(--s3) var(--s6) } .sheet dd { font-size: var(--t5); font-weight: 600 } .sheet dt { font-size: var(--t2); color: var(--soft) }
`

function endOf({ endsAt, isFull }: LimitState, now: number): Html | '' {
  if (endsAt === null) return ''
  const until = html`until ${timeOf(endsAt)}`
  const left = html`<span class="soft">(${spanOf(endsAt - now)})</span>`
  return html`<span>${isFull ? until : html`<span class="soft">${until}</span>`} ${left}</span>`
}

function fill(state: LimitState | undefined, now: number): Html {
  if (!state) return html`<span class="soft">–</span>`
  const { used, limit, isFull } = state
  const full = isFull ? stamp('full', 'bad') : ''
  const of = html`<span class="soft">of ${limit.max}</span>`
  if (used === null)
    return html`<span class="fill"><span>${full || 'has room'} ${of}</span>${endOf(state, now)}</span>`
  const share = bar(used / limit.max, isFull ? 'bad' : '')
  return html`<span class="fill"><span>${used} ${of}${full && html` ${full}`}</span>${share}${used > 0 ? endOf(state, now) : ''}</span>`
}

function limitTable({ service, states }: PersonLimits, now: number): Html {
  const names = [...new Set(states.map(({ name }) => name))]
  const of = (name: LimitName, authenticated: boolean) =>
    states.find((state) => state.name === name && state.authenticated === authenticated)
  return table({
    caption: `Limits in ${service}`,
    columns: ['Limit', 'At the sign-in', 'Once signed in'],
    rows: names.map((name) => [
      LIMIT_WORDS[name],
      fill(of(name, false), now),
      fill(of(name, true), now),
    ]),
  })
}

function limitsHtml(limits: readonly PersonLimits[], now: number): Html {
  const counted = limits.filter(({ states }) => states.length > 0)
  if (counted.length === 0) return html`<p class="note">No limits apply to this person.</p>`
  const tables = counted.map(
    (one) =>
      html`${counted.length > 1 ? html`<h3>${one.service}</h3>` : ''}${limitTable(one, now)}`,
  )
  return html`${tables}<p class="soft">Times are ${ZONE}. A full limit refuses the next message until then; the others have room.</p>`
}

/** Where a message to them is counted, for a reader who may change it. */
function liftForm(page: SignedInPage, who: Html, limits: readonly PersonLimits[]): Html | '' {
  const isCounted = limits.some(({ states }) =>
    states.some(({ name, used }) => isLiftable(name) && used !== null && used > 0),
  )
  if (!isCounted || !page.session.access.scopes.has('admin')) return ''
  const fields = html`${who}<button>Lift the limits on messages</button>`
  return html`${postForm(page, '/admin/person/lift', fields, html` class="acts"`)}
<p class="soft">Messages to them are counted from zero again, and the log records who did it. ${NOT_LIFTABLE}</p>`
}

function verificationsTable(rows: readonly ListedVerification[], now: number): Html {
  return table({
    caption: 'Their verifications, newest first',
    columns: [
      'Reference',
      { label: 'When', isTime: true },
      ...['Service', 'Channel', 'Message', 'Outcome'],
      ...numbers('Wrong', 'Sends'),
    ],
    rows: rows.map((row) => {
      const { reference, when, message, outcome, wrong, sends } = verificationCells(row, now)
      return [reference, when, row.service, row.channel, message, outcome, wrong, sends]
    }),
  })
}

const whoField = ({ sealed }: PersonShown) =>
  html`<input type="hidden" name="who" value="${sealed}">`

const crumb = (to: Html | string) =>
  html`<p class="crumb"><a href="/admin/verifications">Verifications</a> / ${to}</p>`

const frame = (page: SignedInPage, title: string, body: Html) =>
  shell(page, { title, current: 'verifications', style: STYLE, body })

export function personPage(
  page: SignedInPage,
  shown: {
    person: PersonShown
    now: number
    verifications: readonly ListedVerification[]
    hasMore: boolean
    limits: readonly PersonLimits[]
    isLifted: boolean
    suppressed: Html | ''
  },
): Html {
  const { person, now, verifications, hasMore, limits, isLifted } = shown
  const isFull = limits.some(({ states }) =>
    states.some((state) => isLiftable(state.name) && state.isFull),
  )
  // A reload keeps the address: by then they may be full again.
  const lifted =
    isLifted && !isFull // mutant: C73.refilled-not-lifted
      ? html`<p class="note good" role="status">The limits on messages to them are lifted.</p>`
      : ''
  const all = html`<p><a href="/admin/verifications?recipient=${person.sealed}">${hasMore ? 'All of them' : 'The same'} in the log, with filters</a></p>`
  const list =
    verifications.length === 0
      ? html`<p class="note">The log has no verifications of theirs.</p>`
      : html`${verificationsTable(verifications, now)}${all}`
  const who = whoField(person)
  const exporting = html`${who}<button>Export</button>`
  const acts = page.session.access.scopes.has('admin')
    ? html`<div class="acts">${postForm(page, '/admin/person/export', exporting)}<a class="button danger" href="/admin/person/erase?who=${person.sealed}">Erase…</a></div>`
    : ''
  return frame(
    page,
    person.masked,
    html`${crumb(`one ${person.kind}`)}
<div class="head"><h1 class="mono">${person.masked}</h1>${acts}</div>
${shown.suppressed}${lifted}<section><h2>Limits now</h2>${limitsHtml(limits, now)}${liftForm(page, who, limits)}</section>
<section><h2>Verifications</h2>${list}<p><a href="/admin/refusals?recipient=${person.sealed}">Their refused requests</a></p></section>`,
  )
}

/** @param isMistyped nothing was done */
export function eraseConfirmPage(
  page: SignedInPage,
  person: PersonShown,
  isMistyped: boolean,
): Html {
  const { service } = page.session.access
  const reach = service === null ? 'in every service' : `in the service ${service}`
  const wrong = isMistyped ? html` aria-invalid="true" aria-describedby="mistyped"` : ''
  const notice = isMistyped
    ? html`<p class="note bad" id="mistyped" role="alert">Nothing was erased: type ${ERASE_WORD} to continue.</p>`
    : ''
  const back = personPath(person.sealed)
  const form = html`${whoField(person)}
<label for="confirm">Type ${ERASE_WORD} to confirm</label>
<input id="confirm" name="confirm" autocomplete="off" autocapitalize="characters" spellcheck="false" required${wrong}>
<div class="acts"><button class="danger">Erase for good</button><a class="button" href="${back}">Keep it</a></div>`
  return frame(
    page,
    `Erase ${person.masked}`,
    html`${crumb(html`<a href="${back}">one ${person.kind}</a> / erase`)}
<h1>Erase <span class="mono">${person.masked}</span></h1>
<div class="sheet"><p>This permanently removes everything stored about this ${person.kind}, ${reach}:</p>
<ul><li>verifications, with their messages and events; open ones are canceled first,</li>${person.kind === 'subject' ? html`<li>authenticator apps and recovery codes,</li>` : ''}<li>their refusals and other lines in the log,</li><li>suppressions: somebody who opted out may be sent messages again,</li><li>entries about them on the block and allow lists.</li></ul>
<p>Limits on messages keep their counts until they end, and daily counts stay: neither names anybody. <strong>Guesses of the last day are forgotten</strong>: erase somebody who asks for it, not somebody who is locked out. The log records that something was erased, and by which key, not whose it was.</p>
${notice}
${postForm(page, '/admin/person/erased', form)}</div>`,
  )
}

export function erasedPage(page: SignedInPage, person: PersonShown, removed: Erased): Html {
  const isNothing = Object.values(removed).every((count) => count === 0)
  const counts: [string, number][] = [
    ['Verifications', removed.verifications],
    ['Apps and sets of recovery codes', removed.factors],
    ['Suppressions', removed.suppressions],
    ['List entries', removed.entries],
    ['Other lines of the log', removed.events],
  ]
  // A subject has no messages, and a recipient no factors.
  const never = person.kind === 'subject' ? 2 : 1
  const shown = counts.filter((_, index) => index !== never)
  const result = isNothing
    ? html`<p>There was nothing to remove.</p>`
    : html`<dl>${shown.map(([name, count]) => html`<div><dt>${name}</dt><dd>${count}</dd></div>`)}</dl>`
  return frame(
    page,
    'Erased',
    html`<h1>Erased</h1>
<div class="sheet done"><p role="status">Everything stored about <span class="mono">${person.masked}</span> was removed.</p>${result}<p><a href="/admin/verifications">To the verifications</a></p></div>`,
  )
}
