// The tables that a move takes along, and one text form for a row of either engine: what is written, and what is hashed on both sides.
// It must name every table of the SQLite store, and depend on no engine's order of JSON keys or way to write a number.

import { createHash } from 'node:crypto'
import { COUNT_KEY, COUNT_TABLES, GROUPED_BY, TABLE_OF } from '../counts.ts'
import { EVENT_TYPE_OF, unpackDetails } from '../sqlite/event-rows.ts'

/** TABLES has them in the order in which rows may refer to each other. */
export type Table = {
  name: string
  /** The primary key: the order in which both sides are read. */
  key: readonly string[]
  /** `seq` comes from a sequence that has to continue behind the moved rows. */
  isNumbered: boolean
}

const table = (name: string, key: readonly string[], isNumbered = false): Table => ({
  name,
  key,
  isNumbered,
})

export const TABLES: readonly Table[] = [
  table('api_keys', ['id']),
  table('verifications', ['seq'], true),
  table('codes', ['verification_seq']),
  table('deliveries', ['verification_seq', 'send']),
  table('send_attempts', ['verification_seq', 'send', 'attempt']),
  table('trace_contexts', ['verification_id', 'send']),
  table('front_doors', ['verification_id']),
  table('wire_verifications', ['verification_id']),
  table('webhook_messages', ['verification_seq', 'destination', 'sequence']),
  table('webhook_switches', ['destination']),
  table('factors', ['seq'], true),
  table('recovery_codes', ['factor_seq', 'selector']),
  table('used_steps', ['subject_index', 'period']),
  table('suppressions', ['seq'], true),
  table('list_entries', ['seq'], true),
  table('list_version', ['id']),
  table('events', ['seq'], true),
  table('daily_counts', [
    ...['day', 'service', 'channel', 'country'],
    ...['provider', 'status', 'delivery_status', 'kind'],
  ]),
  ...COUNT_TABLES.map((name) => table(TABLE_OF[name], [...COUNT_KEY, ...GROUPED_BY[name]])),
  table('count_place', ['id']),
  table('retention_marks', ['name']),
  table('admin_sessions', ['id_hash']),
  table('log_readers', ['name']),
  table('audit_segments', ['number']),
  table('shield_levels', ['rule', 'service', 'value']),
  table('shield_stops', ['since', 'service', 'rule', 'value', 'currency']),
  table('idempotency_keys', ['service', 'route', 'key_mac']),
  table('spent_challenges', ['id']),
]

/** As PostgreSQL writes the value as a text: `\x0a1b`, `t`, `1800000000000`; JSON with its keys sorted. */
export type Cell = string | null

export type Column = { name: string; type: string }

/** Neither fits into a text of PostgreSQL; SQLite keeps both. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

function sortKeys(value: unknown): unknown {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortKeys)
  const entries = Object.entries(value).map(([key, item]) => [clean(key), sortKeys(item)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const canonicalJson = (text: string) => JSON.stringify(sortKeys(JSON.parse(text)))

function toCell(value: unknown, type: string): Cell {
  if (value === null) return null
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  if (type === 'boolean') return value === 1 ? 't' : 'f'
  if (type === 'jsonb') return canonicalJson(String(value))
  return clean(String(value))
}

/** A number names the type in SQLite, and the details lie there without their names. */
function spellEvent(row: unknown[], type: number, details: number): void {
  const name = EVENT_TYPE_OF.get(Number(row[type]))
  if (name === undefined) throw new Error(`an event has the unknown type ${row[type]}`)
  row[type] = name
  row[details] = JSON.stringify(unpackDetails(name, String(row[details])))
}

/** @param columns in the order of the row, with PostgreSQL's types */
export function sqliteCells(table: string, columns: readonly Column[]) {
  const place = (name: string) => columns.findIndex((column) => column.name === name)
  const [type, details] = [place('type'), place('details')]
  return (row: unknown[]): Cell[] => {
    if (table === 'events') spellEvent(row, type, details)
    return row.map((value, i) => toCell(value, columns[i]?.type ?? ''))
  }
}

/** @param row every value as the text that the server sent */
export function postgresCells(columns: readonly Column[]) {
  return (row: Cell[]): Cell[] =>
    row.map((text, i) =>
      text !== null && columns[i]?.type === 'jsonb' ? canonicalJson(text) : text,
    )
}

/** As jsonb_populate_recordset reads them. */
export function toRecordset(columns: readonly Column[], rows: readonly Cell[][]): string {
  const names = columns.map(({ name }) => JSON.stringify(name))
  const write = (cell: Cell, i: number) =>
    `${names[i]}:${cell !== null && columns[i]?.type === 'jsonb' ? cell : JSON.stringify(cell)}`
  return `[${rows.map((row) => `{${row.map(write).join(',')}}`).join(',')}]`
}

/** How many rows, and SHA-256 over them in the order of their key. */
export type Sum = { rows: number; sha256: string }

export function createSum() {
  const hash = createHash('sha256')
  let rows = 0
  return {
    add(row: Cell[]) {
      hash.update(`${JSON.stringify(row)}\n`)
      rows += 1
    },
    rows: () => rows,
    /** So far; more may follow. */
    get: (): Sum => ({ rows, sha256: hash.copy().digest('hex') }),
  }
}

export const isSame = (a: Sum, b: Sum) => a.rows === b.rows && a.sha256 === b.sha256
