// The page of the block and allow lists: a form for a new entry, the entries, and a way to end each.
// It must not show a recipient in plaintext, except what somebody has just typed.

import { html } from 'hono/html'
import { MAX_REASON } from '../shield/lists.ts'
import {
  type Effect,
  ENTRY_KINDS,
  type EntryFilter,
  type EntryKind,
  type ListEntry,
} from '../shield/ports.ts'
import { MAX_VALUE } from '../shield/values.ts'
import { TAB_STYLE, tabs } from './abuse-tabs.ts'
import { EFFECT_WORDS, KIND_WORDS } from './list-words.ts'
import { onlyPerson, personCell } from './log-page.ts'
import { type Log, logAddress } from './log-query.ts'
import { pager } from './pager.ts'
import { type Html, postForm, type SignedInPage, shell } from './shell.ts'
import { table } from './table.ts'
import { stamp, timeOf, whenOf } from './words.ts'

const PATH = '/admin/lists'
const STYLE = `
.find { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--s1) var(--s2); flex: 1 1 22rem; max-width: 34rem }
.make { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: var(--s3); align-items: end; background: var(--card); border: 1px solid var(--line); border-top: 2px solid var(--rule); padding: var(--s4) }
.make label { display: grid; gap: var(--s1); font-size: var(--t2); color: var(--soft); min-width: 0 } .make input, .make select { font-size: var(--t3); font-weight: 400; color: var(--ink); height: 2.25rem; min-width: 0 } .make .wide { grid-column: span 2 }
@media (max-width: 46rem) { .make { grid-template-columns: 1fr } .make .wide { grid-column: auto } }
.end { display: flex; flex-wrap: wrap; gap: var(--s2); justify-content: end } .end input { flex: 1 1 8rem; width: auto; min-width: 0 } .pager { display: flex; flex-wrap: wrap; gap: var(--s2) } .pager [aria-current] { background: var(--ink); color: var(--paper) }
summary { cursor: pointer; color: var(--mark) } .when { display: grid } .when .soft { font-size: var(--t2) } .stack td > span { min-width: 0; overflow-wrap: anywhere } tbody th { white-space: normal; overflow-wrap: anywhere }
`

export type Made = { state: 'good' | 'bad'; text: string }
export type Line = {
  entry: ListEntry
  value: string
  sealed: string | undefined
  /** Undefined: a rule. */
  maker: string | undefined
  isOver: boolean
}
export type ShownLists = {
  log: Log
  services: readonly string[]
  about: {
    filter: EntryFilter
    /** What the form is filled in with. */
    given: {
      by: EntryKind | undefined
      value: string
      effect?: Effect
      service?: string | null
      reason?: string
    }
    fault: string | undefined
  }
  lines: readonly Line[]
  nextCursor: string | null
  notice: Made | undefined
}

/** Choices of the form; the API and the command take any moment. */
const LIFETIMES = [
  ['1', 'in an hour'],
  ['12', 'in 12 hours'],
  ['24', 'in a day'],
  ['168', 'in a week'],
  ['720', 'in 30 days'],
  ['', 'when somebody ends it'],
] as const
const CHOICES = [
  ['refuse', 'block: refuse starts'],
  ['challenge', 'challenge: starts need a proof of work first'],
  ['allow', 'let through, whatever else blocks'],
] as const

const options = (pairs: readonly (readonly [string, string])[], chosen?: string) =>
  pairs.map(
    ([value, label]) =>
      html`<option value="${value}"${value === chosen ? html` selected` : ''}>${label}</option>`,
  )

function makeForm(page: SignedInPage, { services, about, log }: ShownLists): Html {
  const { given, fault } = about
  const all = page.admin.service === null ? [['', 'every service'] as const] : []
  const named = services.map((name) => [name, name] as const)
  const kinds = ENTRY_KINDS.map((kind) => [kind, KIND_WORDS[kind]] as const)
  const service = given.service ?? log.query.service
  const alert =
    fault === undefined
      ? ''
      : html`<p class="note bad" role="alert">No entry was made. ${fault}</p>`
  const fields = html`<label>What it does<select name="effect">${options(CHOICES, given.effect)}</select></label>
<label>To<select name="by">${options(kinds, given.by ?? 'prefix')}</select></label>
<label class="wide">Value<input name="value" value="${given.value}" maxlength="${MAX_VALUE}" required autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="+22507, 203.0.113.0/24, example.com"></label>
<label>Service<select name="service">${options([...all, ...named], service ?? undefined)}</select></label>
<label>It ends<select name="hours">${options(LIFETIMES, '168')}</select></label>
<label class="wide">Why, for admins and the log<input name="reason" value="${given.reason ?? ''}" maxlength="${MAX_REASON}" required autocomplete="off" placeholder="Ticket 4711: no names"></label>
<button class="main">Make the entry</button>`
  return html`<section id="new"><h2>A new entry</h2>${alert}${postForm(page, `${PATH}/create`, fields, html` class="make"`)}</section>`
}

/** What it is about, with a way to the verifications behind it where they have a filter. */
function aboutOf({ entry, value, sealed }: Line): Html {
  const { by } = entry
  const what = html`<span class="soft">${KIND_WORDS[by]}</span>`
  if (entry.value === null) return html`${personCell(value, sealed, null)} ${what}`
  const shown =
    by === 'country'
      ? html`<a class="mono" href="/admin/verifications?country=${value}">${value}</a>`
      : html`<bdi class="mono">${value}</bdi>`
  return html`${shown} ${what}`
}

function endForm(page: SignedInPage, { entry, value }: Line): Html {
  const fields = html`<input type="hidden" name="id" value="${entry.id}"><input name="reason" aria-label="Why it ends, for the log" placeholder="Why, for the log" maxlength="${MAX_REASON}" autocomplete="off" required><button aria-label="End the entry for ${value}">End</button>`
  return html`<details><summary>End…</summary>${postForm(page, `${PATH}/end`, fields, html` class="end"`)}</details>`
}

function untilOf({ entry, isOver }: Line): Html {
  const { endsAt } = entry
  if (endsAt === null) return html`somebody ends it`
  return isOver ? html`${stamp('over', '')} ${timeOf(endsAt)}` : timeOf(endsAt)
}

function list(page: SignedInPage, { lines, log, services }: ShownLists): Html {
  const mayEnd = page.session.access.scopes.has('admin')
  const hasService = services.length > 1
  return table({
    caption: 'Entries of the lists, newest first',
    columns: [
      ...['About', 'Is', 'Why', { label: 'Until', isTime: true }, { label: 'Made', isTime: true }],
      ...(hasService ? ['Service'] : []),
      ...(mayEnd ? ['End'] : []),
    ],
    rows: lines.map((line) => {
      const { entry, maker, isOver } = line
      const by =
        maker === undefined ? html`rule <code>${entry.rule}</code>` : html`<bdi>${maker}</bdi>`
      return [
        aboutOf(line),
        stamp(EFFECT_WORDS[entry.effect][0], isOver ? '' : EFFECT_WORDS[entry.effect][1]),
        html`<bdi>${entry.reason}</bdi> <code class="soft">${entry.id}</code>`,
        untilOf(line),
        whenOf(entry.madeAt, log.now, html`<span class="soft">by ${by}</span>`),
        ...(hasService ? [entry.service ?? 'every service'] : []),
        ...(mayEnd ? [isOver ? '–' : endForm(page, line)] : []),
      ]
    }),
  })
}

function notesOf({ log, notice }: ShownLists): Html | '' {
  const { recipient, nothing, entry } = log.query
  if (nothing === 'text')
    return html`<p class="note bad" role="alert">This text names nobody: it is not a phone number, an e-mail address or the id of an entry. All entries are below.</p>`
  const said =
    notice === undefined
      ? ''
      : html`<p class="note ${notice.state}" role="${notice.state === 'good' ? 'status' : 'alert'}">${notice.text}</p>`
  if (entry !== undefined)
    return html`${said}<p class="note">Only the entry <code>${entry}</code>. <a href="${PATH}">All entries</a>.</p>`
  if (recipient === undefined) return said
  const links = html`<a href="/admin/verifications?recipient=${recipient}">Their verifications</a>`
  return html`${said}${onlyPerson(PATH, log, links)}`
}

function choices({ log }: ShownLists): Html {
  const { cursor: _, done: __, by: ___, value: ____, entry: _____, ...rest } = log.query
  const link = (label: string, query: Record<string, string>, isHere: boolean) =>
    html`<a class="button" href="${logAddress(PATH, query).replace(/\?$/, '')}"${isHere ? html` aria-current="true"` : ''}>${label}</a>`
  const { over, effect, ...others } = rest
  return html`<nav class="pager" aria-label="Which">${link('In force', others, over === undefined && effect === undefined)}${link('Blocked', { ...others, effect: 'refuse' }, effect === 'refuse')}${link('Challenged', { ...others, effect: 'challenge' }, effect === 'challenge')}${link('Let through', { ...others, effect: 'allow' }, effect === 'allow')}${link('Include ended', { ...others, over: '1' }, over !== undefined)}</nav>`
}

export function listPage(page: SignedInPage, shown: ShownLists): Html {
  const { lines, nextCursor, log } = shown
  const find = html`<input name="find" aria-label="Phone number, e-mail address or reference" placeholder="+14155552671, ann@example.com, lst_…" autocomplete="off" autocapitalize="off" spellcheck="false"><button class="main">Find</button>`
  const { done: _, ...kept } = log.query
  const links = pager(kept, { nextCursor }, (to) => logAddress(PATH, to))
  const form = page.session.access.scopes.has('admin') ? makeForm(page, shown) : ''
  const body = html`<div class="head"><h1>Lists</h1>
${postForm(page, `${PATH}/find`, find, html` class="find" role="search"`)}</div>
${tabs('lists')}${notesOf(shown)}
<p class="soft">A blocked start is refused with <code>recipient_blocked</code> or <code>client_blocked</code> and the id of the entry, before anything is counted.</p>
${form}
<section><h2>Entries</h2>${choices(shown)}${lines.length === 0 ? html`<p class="note">No entries match.</p>` : list(page, shown)}${links}</section>`
  return shell(page, { title: 'Lists', current: 'refusals', style: STYLE + TAB_STYLE, body })
}
