// CSV (RFC 4180) for spreadsheets: a text from a stranger must not become a formula there.
// It must not change a number or a truth value; JSON Lines have every text as it is.

export type CsvValue = string | number | boolean | null | undefined

/**
 * What spreadsheets take for a formula, in its wide forms, too (OWASP, "CSV Injection"): at the beginning, and where a
 * spreadsheet that divides at semicolons, tabs or lines would begin a cell.
 */
const FORMULA = /(?<=^|[;\t\r\n])([ "']*)(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/g

const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/

function cellOf(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const text = value.replaceAll(FORMULA, "'$1") // mutant: C32.csv-formula
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One record, with its line end. */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(cellOf).join(',')}\r\n`
}
