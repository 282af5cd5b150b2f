// A table that can be read at a glance, and at 360 px as a list of its rows.
// It must not put anything in unescaped.

import { html } from 'hono/html'
import type { Html } from './shell.ts'
import { ZONE } from './words.ts'

/** `isTime`: the heading says whose. */
type Column = { label: string; isNumber?: boolean; isTime?: boolean }
type Cell = Html | string | number

/**
 * The first cell of a row is its heading. Roles are said, for `display` at small widths takes them away.
 * @param options.caption for screen readers: the heading above says it to the others
 * @param options.ids of the rows, where the page is live: a row stays the same node while others come in
 */
export function table(options: {
  caption: string
  columns: readonly Column[]
  rows: readonly (readonly Cell[])[]
  ids?: readonly string[]
}): Html {
  const { caption, columns, rows, ids } = options
  const classOf = (index: number) => (columns[index]?.isNumber ? html` class="number"` : '')
  const heads = columns.map(
    ({ label, isTime }, index) =>
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
  return html`<table class="stack" role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map(lineOf)}</tbody></table>`
}
