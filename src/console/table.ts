// A table that is quick to read, and a list of its rows at 360 px; and a bar in it, which shows a share of a whole.

import { html } from 'hono/html'
import type { Html } from './shell.ts'
import { ZONE } from './words.ts'

/** `isTime`: the heading names the time zone. */
type Column = { label: string; isNumber?: boolean; isTime?: boolean }
type Cell = Html | string | number

/**
 * The first cell of a row is its heading. Roles are explicit, because `display` at small widths removes them.
 * @param options.caption for screen readers: others read the heading above
 * @param options.isWide more columns than a tablet has room for: its rows are cards there, with a few columns each
 * @param options.ids of the rows of a live page: a row stays the same node while others arrive
 */
export function table(options: {
  caption: string
  columns: readonly (Column | string)[]
  rows: readonly (readonly Cell[])[]
  ids?: readonly string[]
  isWide?: boolean
}): Html {
  const { caption, rows, ids, isWide = false } = options
  const columns = options.columns.map((one) => (typeof one === 'string' ? { label: one } : one))
  const classOf = (index: number) => (columns[index]?.isNumber ? html` class="number"` : '')
  const heads = columns.map(
    ({ label, isTime }: Column, index) =>
      html`<th scope="col" role="columnheader"${classOf(index)}>${label}${isTime ? html` (${ZONE})` : ''}</th>`,
  )
  const cellOf = (cell: Cell, index: number) =>
    index === 0
      ? html`<th scope="row" role="rowheader">${cell}</th>`
      : html`<td role="cell"${classOf(index)} data-label="${columns[index]?.label ?? ''}"><span>${cell}</span></td>`
  const lineOf = (row: readonly Cell[], index: number) => {
    const id = ids?.[index]
    return html`<tr role="row"${id === undefined ? '' : html` data-id="${id}"`}>${row.map(cellOf)}</tr>`
  }
  return html`<table class="${isWide ? 'stack wide' : 'stack'}" role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map(lineOf)}</tbody></table>`
}

export const numbers = (...labels: string[]): Column[] =>
  labels.map((label) => ({ label, isNumber: true }))

export const BAR_STYLE = `
.bar { display: block; width: 100%; height: 4px; background: var(--line) } .bar rect { fill: var(--ink) } .bar.warn rect { fill: var(--warn) } .bar.bad rect { fill: var(--bad) }
`

/** 0 of nothing. */
export const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)

/** Drawn by an attribute: an inline style would need a wider policy. @param share 0 to 1; more is full */
export function bar(share: number, state: '' | 'good' | 'warn' | 'bad' = ''): Html {
  const width = Math.round(Math.min(1, share) * 100)
  return html`<svg class="bar ${state}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="4"/></svg>`
}
