// GET /admin/verifications: one line for each verification, newest first, with what became of its message.
// It must not show a recipient in plaintext.

import { html } from 'hono/html'
import type { ListedVerification } from '../admin/ports.ts'
import { FAULTS } from '../delivery/ports.ts'
import { createExports } from '../http/schemas/exports.ts'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../kernel/channel.ts'
import { readReference, VERIFICATION_ID } from '../kernel/ids.ts'
import { statusAt } from '../verification/state.ts'
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
import { messageStamp, OUTCOMES, outcomeStamp, whenOf } from './words.ts'

/** Masked, and sealed for an address; undefined: the key of the row no longer exists. */
type ShownVerification = ListedVerification & {
  person: { masked: string; sealed: string | undefined }
}

const PATH = '/admin/verifications'

const NOTHING: Readonly<Record<string, string>> = {
  text: 'Nothing was found. The text is not a reference (like K7Q-42M), a verification id, an e-mail address or a phone number of a country that your services send to (with + and its country code any number is read). It was searched for as a user id.',
  id: 'There is no verification with this id.',
}

/** The columns that the lists of verifications share. */
export function verificationCells(row: ListedVerification, now: number) {
  const code = row.errorCode === null ? '' : html` <code><bdi>${row.errorCode}</bdi></code>`
  return {
    reference: html`<a class="mono" href="${verificationPath(row.id)}">${row.reference}</a>`,
    when: whenOf(row.createdAt, now),
    message: html`${messageStamp(row.deliveryStatus)}${code}`,
    // Expired also before the sweeper reaches it.
    outcome: outcomeStamp(statusAt(row, now)),
    wrong: `${row.failed} of ${row.maxAttempts}`,
    sends: row.maxSends === 0 ? '–' : `${row.sends} of ${row.maxSends}`,
  }
}

function lines(rows: readonly ShownVerification[], { now, services }: Log): Html {
  const hasService = services.length > 1
  return table({
    caption: 'Verifications, newest first',
    columns: [
      'Reference',
      { label: 'When', isTime: true },
      ...['Recipient', 'Channel', 'Message', 'Outcome'],
      ...numbers('Wrong', 'Sends'),
      ...(hasService ? ['Service'] : []),
    ],
    ids: rows.map(({ id }) => id),
    rows: rows.map((row) => {
      const { reference, when, message, outcome, wrong, sends } = verificationCells(row, now)
      const by = row.provider === null ? '' : html` <span class="soft">${row.provider}</span>`
      const who = personCell(row.person.masked, row.person.sealed, row.country)
      const cells = [
        reference,
        when,
        who,
        row.channel,
        html`${message}${by}`,
        outcome,
        wrong,
        sends,
      ]
      return hasService ? [...cells, row.service] : cells
    }),
  })
}

/** The narrow filters, which have no field in the form. */
function only(log: Log, reference: string | undefined): Html | '' {
  const { recipient } = log.query
  if (recipient !== undefined) {
    const all = html`<a href="${personPath(recipient)}">All about ${log.person?.isSubject ? 'this user' : 'this recipient'}</a>`
    const refused = html`<a href="/admin/refusals?recipient=${recipient}">their refused requests</a>`
    return onlyPerson(PATH, log, html`${all}, ${refused}`)
  }
  if (reference === undefined) return ''
  return html`<p class="note">Only the reference <strong class="mono">${reference}</strong>.</p>`
}

function filterFields(query: Query): Html {
  const outcomes = Object.entries(OUTCOMES).map(([name, [word]]) => [name, word])
  return html`${select('status', 'Outcome', Object.fromEntries(outcomes), query)}
${select('delivery', 'Message', DELIVERY_STATUSES, query)}
${select('channel', 'Channel', [...CHANNELS, ...FACTOR_CHANNELS], query)}
<label>Provider<input name="provider" value="${query.provider ?? ''}" autocapitalize="off" spellcheck="false"></label>
${select('fault', 'Provider blames', FAULTS, query)}
<label>Country<input name="country" value="${query.country ?? ''}" maxlength="2" placeholder="US"></label>`
}

function verificationsPage(
  page: SignedInPage,
  log: Log,
  shown: Found & { rows: readonly ShownVerification[]; reference: string | undefined },
): Html {
  const { query } = log
  const { rows, reference } = shown
  const nothing = NOTHING[query.nothing ?? '']
  const alert = nothing ? html`<p class="note bad" role="alert">${nothing}</p>` : ''
  const input = html`<input name="find" aria-label="Reference, phone number, e-mail address, user id or verification id" placeholder="Reference, number, address, user id" autocomplete="off" autocapitalize="off" spellcheck="false">`
  return logPage(page, log, {
    name: 'verifications',
    title: 'Verifications',
    found: shown,
    count: rows.length,
    find: [input, ''],
    filters: {
      fields: filterFields(query),
      names: ['status', 'delivery', 'channel', 'provider', 'fault', 'country'],
      kept: ['recipient', 'reference', 'span'],
    },
    notes: html`${alert}${only(log, reference)}`,
    lines: rows.length === 0 ? '' : lines(rows, log),
  })
}

async function find(typed: string, service: string | null, deps: ConsoleDeps): Promise<string> {
  const { verifications, refusals } = deps.admin
  if (VERIFICATION_ID.test(typed)) {
    const row = await verifications.find(service, typed)
    return row ? verificationPath(row.id) : logAddress(PATH, { nothing: 'id' })
  }
  const reference = readReference(typed)
  const { items } = reference
    ? await verifications.list({ service, reference }, null, 2)
    : { items: [] }
  const [only, second] = items
  if (only && !second) return verificationPath(only.id)
  if (reference && second) return logAddress(PATH, { reference })
  const searched = await searchFor(typed, service, deps, async (budgetIndexes) => {
    const started = await verifications.list({ service, budgetIndexes }, null, 1)
    // Somebody who was always refused has no verification, but a page that leads to the refusals.
    return started.items.length > 0 ? started : refusals({ service, budgetIndexes }, null, 1) // mutant: C73.refused-only-found
  })
  // A user id may look like a reference (`ann-123`); where nobody has it, the text was a reference.
  if (reference && !searched.isFound) return logAddress(PATH, { reference })
  return logAddress(PATH, { ...searched.query, ...(searched.isGuess && { nothing: 'text' }) })
}

export function addVerifications(pages: Pages, deps: ConsoleDeps): void {
  const { verifications, recipients } = deps.admin
  addLog(pages, deps, PATH, {
    async show(page, filter, log) {
      const found = await verifications.list(filter, log.query.cursor ?? null, PAGE_SIZE)
      const rows = found.items.map((row) => ({ ...row, person: recipients.shown(row) }))
      return verificationsPage(page, log, { ...found, rows, reference: filter.reference })
    },
    find: (typed, service) => find(typed, service, deps),
    exportOf: (filter, _, isPlain) => createExports(deps).verifications(filter, isPlain),
  })
}
