// Columns of text for a terminal.
// It must not let a text move the cursor: what strangers and providers say stands in it.

const GAP = '  '
/** Controls, and what turns the direction of a line (UAX #9). */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** At most `max` characters, and none that a terminal would obey. */
export function plain(text: string, max = Number.POSITIVE_INFINITY): string {
  const letters = [...text.replaceAll(UNPRINTABLE, '\ufffd')]
  return letters.length <= max ? letters.join('') : `${letters.slice(0, max - 1).join('')}…`
}

const widthOf = (text: string) => [...text].length
const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - widthOf(text)))

/** @param widths of the columns, where more lines follow that are not there yet */
export function alignRows(
  rows: readonly (readonly string[])[],
  widths: readonly number[] = [],
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widest = Array.from({ length: columns }, (_, column) =>
    rows.reduce((width, row) => Math.max(width, widthOf(row[column] ?? '')), widths[column] ?? 0),
  )
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => pad(cell, widest[i] ?? 0))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join('')
}
