// An export as text: CSV or JSON Lines, each row with the cursor after it, and a last line that says whether it is whole.
// It must not leave an export that was cut off looking like a whole one.

import { type CsvValue, csvLine } from './csv.ts'

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export const MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
}

/** As the API has the row. */
export type ExportRow = {
  fields: Readonly<Record<string, unknown>>
  /** Of an export that begins after it; null: of one from the beginning. */
  cursor: string | null
}

/** Why an export ended before its last row. */
export const STOPS = ['deadline', 'key_ended', 'closing', 'store_unavailable', 'failed'] as const
export type Stop = (typeof STOPS)[number]

export type ExportEnd = {
  rows: number
  /** Null: it is whole. */
  stopped: Stop | null
  /** Where another one continues; null where it is whole, or nothing was read. */
  after: string | null
}

export type ExportText = {
  head(): string
  row(row: ExportRow): string
  end(end: ExportEnd): string
}

/** The first field of the last record of a CSV. */
const END_MARK = '#end'

function valueAt(fields: Readonly<Record<string, unknown>>, path: string): CsvValue {
  let value: unknown = fields
  for (const name of path.split('.')) value = (value as Record<string, unknown> | null)?.[name]
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as CsvValue)
}

/** @param columns names of fields; `error.code` is the column error_code */
function csvText(columns: readonly string[]): ExportText {
  const names = [...columns, 'cursor'].map((path) => path.replace('.', '_'))
  const empty = (count: number) => Array.from({ length: count }, () => null)
  return {
    head: () => csvLine(names),
    row: ({ fields, cursor }) => csvLine([...columns.map((path) => valueAt(fields, path)), cursor]),
    // As long as the others, as RFC 4180 §2.4 wants it.
    end: ({ rows, stopped, after }) =>
      csvLine([END_MARK, rows, stopped ?? 'complete', ...empty(columns.length - 3), after]),
  }
}

const jsonLine = (value: unknown) => `${JSON.stringify(value)}\n`

const JSON_TEXT: ExportText = {
  head: () => '',
  row: ({ fields, cursor }) => jsonLine({ ...fields, cursor }),
  end: ({ rows, stopped, after }) =>
    jsonLine({ end: { rows, complete: stopped === null, stopped, after } }),
}

export function exportText(format: ExportFormat, columns: readonly string[]): ExportText {
  return format === 'csv' ? csvText(columns) : JSON_TEXT
}
