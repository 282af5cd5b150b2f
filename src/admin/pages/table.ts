// A table that can be read at a glance, and at 360 px as a list of its rows.
// It must not put anything in unescaped.

import { html } from 'hono/html'
import type { Html } from './shell.ts'

type Column = { label: string; isNumber?: boolean }
type Cell = Html | string | number

/**
 * The first cell of a row is its heading. Roles are said, for `display` at small widths takes them away.
 * @param options.caption for screen readers: the heading above says it to the others
 */
export function table(options: {
  caption: string
  columns: readonly Column[]
  rows: readonly (readonly Cell[])[]
}): Html {
  const { caption, columns, rows } = options
  const classOf = (index: number) => (columns[index]?.isNumber ? html` class="number"` : '')
  const heads = columns.map(
    ({ label }, index) => html`<th scope="col" role="columnheader"${classOf(index)}>${label}</th>`,
  )
  const cellOf = (cell: Cell, index: number) =>
    index === 0
      ? html`<th scope="row" role="rowheader">${cell}</th>`
      : html`<td role="cell"${classOf(index)} data-label="${columns[index]?.label ?? ''}"><span>${cell}</span></td>`
  return html`<table class="stack" role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map(cellOf)}</tr>`)}</tbody></table>`
}
