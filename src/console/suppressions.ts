// GET /admin/suppressions: recipients that get no messages, why and until when. And POST …/lift, with a reason for the log.
// It must not show a recipient in plaintext.

import { html } from 'hono/html'
import { MAX_LIFT_REASON } from '../admin/suppressions.ts'
import { SUPPRESSION_REASONS, type SuppressionReason } from '../kernel/channel.ts'
import { SUPPRESSION_ID } from '../kernel/ids.ts'
import { isInForce, type Suppression } from '../verification/suppression.ts'
import { onlyPerson, personCell } from './log-page.ts'
import { addLog, type Log, logAddress, PAGE_SIZE, searchFor } from './log-query.ts'
import { type ConsoleDeps, type Pages, say } from './page-route.ts'
import { pager } from './pager.ts'
import { type Html, postForm, type SignedInPage, shell } from './shell.ts'
import { REASON_WORDS } from './suppressed.ts'
import { numbers, table } from './table.ts'
import { stamp, timeOf, whenOf } from './words.ts'

const PATH = '/admin/suppressions'
const STYLE = `
.find { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--s1) var(--s2); flex: 1 1 22rem; max-width: 34rem }
.lift { display: flex; flex-wrap: wrap; gap: var(--s2); justify-content: end } .lift input { flex: 1 1 8rem; width: auto; min-width: 0 } .pager { display: flex; flex-wrap: wrap; gap: var(--s2) } .pager [aria-current] { background: var(--ink); color: var(--paper) } .stack td > span { min-width: 0 }
`

type Shown = { row: Suppression; masked: string; sealed: string | undefined }
type ShownPage = Log & { lines: readonly Shown[]; nextCursor: string | null }

function liftForm(page: SignedInPage, { row }: Shown, query: Log['query']): Html {
  const back = query.recipient
    ? html`<input type="hidden" name="recipient" value="${query.recipient}">`
    : ''
  const fields = html`<input type="hidden" name="id" value="${row.id}">${back}<input name="reason" aria-label="Why it is lifted, for the log" placeholder="Why, for the log" maxlength="${MAX_LIFT_REASON}" autocomplete="off" required><button>Lift</button>`
  return postForm(page, `${PATH}/lift`, fields, html` class="lift"`)
}

function untilOf(row: Suppression, now: number): Html {
  if (!isInForce(row, now)) return html`${stamp('over', '')}`
  return row.until === null ? html`it is lifted` : timeOf(row.until)
}

function list(page: SignedInPage, shown: ShownPage): Html {
  const { lines, now, query, services } = shown
  const mayLift = page.session.access.scopes.has('admin')
  const hasService = services.length > 1
  return table({
    caption: 'Suppressed recipients, newest first',
    isWide: true,
    columns: [
      ...['Recipient', 'Channel', 'Why'],
      { label: 'Since', isTime: true },
      { label: 'Until', isTime: true },
      ...[...numbers('Times'), 'Reported by'],
      ...(hasService ? ['Service'] : []),
      ...(mayLift ? ['Lift'] : []),
    ],
    rows: lines.map((one) => {
      const { row } = one
      const by = row.provider ?? 'the person'
      const code = row.code === null ? '' : html` <code>${row.code}</code>`
      return [
        personCell(one.masked, one.sealed, null),
        ...[row.channel, html`${REASON_WORDS[row.reason]}`, whenOf(row.since, now)],
        ...[untilOf(row, now), row.times, html`${by}${code}`],
        ...(hasService ? [row.service] : []),
        ...(mayLift ? [liftForm(page, one, query)] : []),
      ]
    }),
  })
}

function notesOf(shown: ShownPage): Html | '' {
  const { recipient, nothing, done } = shown.query
  if (nothing === 'text')
    return html`<p class="note bad" role="alert">This text names nobody: it is not a phone number or an e-mail address. The whole list is below.</p>`
  const lifted =
    done === 'lifted'
      ? html`<p class="note good" role="status">Lifted: the recipient gets messages again. A STOP that the provider knows of ends with the person’s START there.</p>`
      : ''
  if (recipient === undefined) return lifted
  const links = html`<a href="/admin/verifications?recipient=${recipient}">Their verifications</a>`
  return html`${lifted}${onlyPerson(PATH, shown, links)}`
}

function pageLinks({ query, nextCursor }: ShownPage): Html | '' {
  const { done: _, ...kept } = query
  return pager(kept, { nextCursor }, (to) => logAddress(PATH, to))
}

function suppressionsPage(page: SignedInPage, shown: ShownPage): Html {
  const { lines, query } = shown
  const find = html`<input name="find" aria-label="Phone number or e-mail address" placeholder="+14155552671, ann@example.com" autocomplete="off" autocapitalize="off" spellcheck="false"><button class="main">Find</button>`
  const reasons = ['', ...SUPPRESSION_REASONS].map((reason) => {
    const { cursor: _, done: __, reason: chosen = '', ...rest } = query
    const address = logAddress(PATH, reason === '' ? rest : { ...rest, reason })
    const here = chosen === reason ? html` aria-current="true"` : ''
    const label = reason === '' ? 'All' : REASON_WORDS[reason as SuppressionReason]
    return html`<a class="button" href="${address}"${here}>${label}</a>`
  })
  const isFiltered = query.reason !== undefined || query.recipient !== undefined
  const nothing = isFiltered ? 'No suppressed recipients match.' : 'Nobody is suppressed.'
  const body = html`<div class="head"><h1>Suppressions</h1>
${postForm(page, `${PATH}/find`, find, html` class="find" role="search"`)}</div>
<nav class="pager" aria-label="Reasons">${reasons}</nav>
${notesOf(shown)}<p class="soft">These recipients get no messages on their channel: a start is refused with <code>recipient_suppressed</code>, before anything is counted.</p>
<div>${lines.length === 0 ? html`<p class="note">${nothing}</p>` : list(page, shown)}</div>${pageLinks(shown)}`
  return shell(page, { title: 'Suppressions', current: 'suppressions', style: STYLE, body })
}

export function addSuppressions(pages: Pages, deps: ConsoleDeps): void {
  const { suppressions, recipients } = deps.admin
  addLog(pages, deps, PATH, {
    async show(page, { service, budgetIndexes }, log) {
      const { cursor = null } = log.query
      const reason = SUPPRESSION_REASONS.find((one) => one === log.query.reason)
      const filter = { service, budgetIndexes, reason }
      const found = await suppressions.list(filter, cursor, PAGE_SIZE)
      const lines = found.items.map((row) => ({ row, ...recipients.shown(row) }))
      return suppressionsPage(page, { ...log, lines, nextCursor: found.nextCursor })
    },
    async find(typed, service) {
      const firstOf = (budgetIndexes: readonly Uint8Array[]) =>
        suppressions.list({ service, budgetIndexes }, null, 1)
      const { query } = await searchFor(typed, service, deps, firstOf)
      return logAddress(PATH, query.recipient === undefined ? { nothing: 'text' } : query)
    },
  })
  pages.takeForm(`${PATH}/lift`, 'admin', async (page, form) => {
    const id = form.get('id') ?? ''
    const reason = (form.get('reason') ?? '').replaceAll(/\p{Cc}/gu, ' ').trim()
    const recipient = form.get('recipient')
    const isValid = SUPPRESSION_ID.test(id) && reason !== '' && reason.length <= MAX_LIFT_REASON
    const lifted = isValid ? await suppressions.lift(page.admin, id, reason) : undefined
    if (!lifted)
      return say(
        page,
        404,
        'Nothing was lifted',
        'It may have been lifted already, or no reason was given.',
      )
    const query = { ...(recipient && { recipient }), done: 'lifted' }
    return page.c.redirect(logAddress(PATH, query), 303)
  })
}
