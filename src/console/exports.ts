// The export of a log's page: a form below its lines, with the page's own filters, whose answer is a file.
// It must not name recipients in plaintext for a session that may only read.

import { html } from 'hono/html'
import type { ExportSource } from '../admin/export.ts'
import { EXPORT_FORMATS } from '../admin/export-text.ts'
import type { VerificationFilter } from '../admin/ports.ts'
import { answerExport } from '../http/export-answer.ts'
import { readToken } from './cookies.ts'
import { type ConsoleDeps, say } from './page-route.ts'
import { type Html, postForm, type SignedInPage } from './shell.ts'

/** @param filters of the page, as its address has them */
export type ExportOf = (
  filter: VerificationFilter,
  filters: Readonly<Record<string, string>>,
  isPlain: boolean,
) => ExportSource

const FORMAT_LABELS = { csv: 'CSV', jsonl: 'JSON Lines' } as const

export const EXPORT_STYLE = `
.export { display: flex; flex-wrap: wrap; gap: var(--s2) var(--s3); align-items: center } .export label { display: flex; gap: var(--s2); align-items: center; font-weight: 400 } .export input[type="checkbox"] { width: auto; min-height: 0; margin: 0 }
`

/** @param filters of the page, without its place. @param about.canName false: its rows are of nobody */
export function exportForm(
  page: SignedInPage,
  path: string,
  filters: Readonly<Record<string, string>>,
  { canName = true }: { canName?: boolean } = {},
): Html {
  const kept = Object.entries(filters).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const mayName = canName && page.session.access.scopes.has('admin')
  const plain = mayName
    ? html`<label><input type="checkbox" name="recipients" value="plaintext">Recipients in plaintext (the log records it)</label>`
    : ''
  const buttons = EXPORT_FORMATS.map(
    (format) => html`<button name="format" value="${format}">${FORMAT_LABELS[format]}</button>`,
  )
  const fields = html`${kept}<span>Export all that match:</span>${buttons}${plain}`
  return postForm(page, `${path}/export`, fields, html` class="export" aria-label="Export"`)
}

export async function answerForm(
  page: SignedInPage,
  deps: ConsoleDeps,
  form: URLSearchParams,
  sourceOf: (isPlain: boolean) => ExportSource,
) {
  const { access, formToken } = page.session
  const { keyId, service } = access
  const format = EXPORT_FORMATS.find((one) => one === form.get('format')) ?? 'csv'
  const isPlain = form.get('recipients') === 'plaintext'
  if (isPlain && !access.scopes.has('admin'))
    return say(
      page,
      403,
      'Your key is not allowed to do this',
      'Recipients in plaintext need a key with the scope admin.',
    )
  const token = readToken(page.c) ?? ''
  const file = await answerExport(page.c, deps, {
    ...{ admin: page.admin, source: sourceOf(isPlain), format, after: null, hasMark: true },
    holder: { id: formToken, keyId, service },
    isGood: async () => (await deps.sessions.look(token)) !== undefined,
  })
  return (
    file ??
    say(page, 503, 'Too many exports are running', 'Wait until one of them has ended, or stop it.')
  )
}
