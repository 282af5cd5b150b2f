// GET /admin/refusals: who was refused, how often, what it means, and what to do. One line for each person and reason.
// It must not show a recipient in plaintext.

import { html } from 'hono/html'
import type { VerificationFilter } from '../admin/ports.ts'
import type { RefusalFilter, RefusalLine } from '../admin/refusals.ts'
import { createExports } from '../http/schemas/exports.ts'
import { ERRORS } from '../kernel/errors.ts'
import { LIMIT_NAMES } from '../verification/policy.ts'
import { TAB_STYLE, tabs } from './abuse-tabs.ts'
import { logPage, onlyPerson, personCell, select } from './log-page.ts'
import {
  addLog,
  type Found,
  type Log,
  logAddress,
  PAGE_SIZE,
  type Query,
  searchFor,
} from './log-query.ts'
import type { ConsoleDeps, Pages } from './page-route.ts'
import { type Html, personPath, type SignedInPage, verificationPath } from './shell.ts'
import { numbers, table } from './table.ts'
import { agoOf, whenOf } from './words.ts'

const PATH = '/admin/refusals'
const NAME = /^[a-z_]{1,40}$/
const STYLE = `
.refused { display: grid; gap: var(--s4) } .refused th a { text-decoration: none } .refused th a:hover { text-decoration: underline } .refused .when { display: grid } .refused .when time { white-space: nowrap } .refused .when .soft { font-size: var(--t2) }
.address { overflow-wrap: normal; white-space: normal } .why { display: grid; gap: var(--s1); max-width: 60ch } .why .soft { font-size: var(--t2) }
@media (max-width: 46rem) { .stack td:has(.why) { display: block; text-align: left } .stack td:has(.why)::before { content: none } }
`

type Shown = { line: RefusalLine; masked: string | undefined; sealed: string | undefined }
export type ShownRefusals = Log & Found & { lines: readonly Shown[] }

function whoOf({ line, masked, sealed }: Shown): Html {
  if (line.isOfMany) return html`<span class="soft">many, not named</span>` // mutant: C73.counted-anonymous
  if (masked === undefined) return html`<span class="soft">not named</span>`
  return personCell(masked, sealed, line.country)
}

function whyOf({ line }: Shown): Html {
  const entry =
    line.entry === null
      ? ''
      : html` <a href="/admin/lists?entry=${line.entry}">the entry that refuses</a>`
  return html`<span class="why"><strong>${line.meaning}</strong><span>${line.action}</span><span class="soft"><code>${line.limit ?? line.error}</code>${line.channel === null ? '' : ` ${line.channel}`}${entry}</span></span>` // mutants: C73.limit-named C73.refusal-advice
}

function lastRefused({ firstAt, lastAt }: RefusalLine, now: number): Html {
  const first = html`<span class="soft">first ${agoOf(firstAt, now)}</span>`
  return whenOf(lastAt, now, firstAt === lastAt ? '' : first) // mutant: C73.line-start-time
}

/** Wrapped only between its groups: an IPv4 address in two halves reads like two. */
function addressOf(clientIp: string | null): Html {
  if (clientIp === null) return html`–`
  const groups = clientIp.split(':')
  return html`<span class="address">${groups.map((group, index) => (index === 0 ? group : html`:<wbr>${group}`))}</span>` // mutant: C73.ipv6-line-break
}

function verificationOf({ verificationId, reference }: RefusalLine): Html {
  if (verificationId === null) return html`<span class="soft">none</span>`
  return html`<a class="mono" href="${verificationPath(verificationId)}">${reference ?? 'show'}</a>`
}

function log({ lines, now, services }: ShownRefusals): Html {
  // Columns with the same content in every line take room from the advice.
  const hasVerification = lines.some(({ line }) => line.verificationId !== null) // mutant: C73.constant-columns-hidden
  const hasService = services.length > 1
  return table({
    caption: 'Refusals, most recent first',
    columns: [
      ...['Recipient', { label: 'Last refused', isTime: true }, ...numbers('Times')],
      'Why, and what to do',
      ...(hasVerification ? ['Verification'] : []),
      'From',
      ...(hasService ? ['Service'] : []),
    ],
    ids: lines.map(({ line }) => line.id),
    rows: lines.map((shown) => {
      const { line } = shown
      return [
        ...[whoOf(shown), lastRefused(line, now), line.count, whyOf(shown)],
        ...(hasVerification ? [verificationOf(line)] : []),
        addressOf(line.clientIp),
        ...(hasService ? [line.service] : []),
      ]
    }),
  })
}

function notesOf(shown: ShownRefusals): Html | '' {
  const { recipient, nothing } = shown.query
  if (nothing === 'text')
    return html`<p class="note bad" role="alert">This text names nobody: it is not a phone number, an e-mail address or a user id. The refusals of everybody are below.</p>`
  if (recipient === undefined) return ''
  const verifications = html`<a href="/admin/verifications?recipient=${recipient}">their verifications</a>`
  const limits = html`<a href="${personPath(recipient)}">Their limits</a>`
  return onlyPerson(PATH, shown, html`${limits}, ${verifications}`)
}

export function refusalsPage(page: SignedInPage, shown: ShownRefusals): Html {
  const { query, lines } = shown
  const input = html`<input name="find" aria-label="Phone number, e-mail address or user id" aria-describedby="find-help" placeholder="+14155552671, ann@example.com, user-42" autocomplete="off" autocapitalize="off" spellcheck="false">`
  const help = html`<p class="soft" id="find-help">The person named in the refused request. Repeated refusals appear within a minute.</p>`
  const fields = html`${select('error', 'Error', Object.keys(ERRORS), query)}
${select('limit', 'Limit', LIMIT_NAMES, query)}`
  return logPage(page, shown, {
    name: 'refusals',
    tabs: tabs('refusals'),
    title: 'Refusals',
    style: STYLE + TAB_STYLE,
    found: shown,
    count: lines.length,
    find: [input, help],
    filters: { fields, names: ['error', 'limit'], kept: ['recipient', 'span'] },
    notes: notesOf(shown),
    lines: lines.length === 0 ? '' : log(shown),
  })
}

export function addRefusals(pages: Pages, deps: ConsoleDeps): void {
  const { refusals, recipients } = deps.admin
  const name = (text: string | undefined) => (NAME.test(text ?? '') ? text : undefined)
  const wanted = (filter: VerificationFilter, { error, limit }: Query): RefusalFilter => {
    const { service, budgetIndexes, since, until } = filter
    return { service, budgetIndexes, since, until, error: name(error), limit: name(limit) } // mutant: C73.search-off-url
  }
  addLog(pages, deps, PATH, {
    exportOf: (filter, query, isPlain) =>
      createExports(deps).refusals(wanted(filter, query), isPlain),
    async show(page, filter, log) {
      const { cursor = null } = log.query
      const found = await refusals(wanted(filter, log.query), cursor, PAGE_SIZE)
      const lines = found.items.map((line) => ({
        line,
        masked: line.person && recipients.maskedPerson(line.person),
        sealed: line.person && recipients.seal(line.person, line.service),
      }))
      return refusalsPage(page, { ...log, ...found, lines })
    },
    async find(typed, service) {
      const firstOf = (budgetIndexes: readonly Uint8Array[]) =>
        refusals({ service, budgetIndexes }, null, 1)
      const { query } = await searchFor(typed, service, deps, firstOf)
      return logAddress(PATH, query.recipient === undefined ? { nothing: 'text' } : query)
    },
  })
}
