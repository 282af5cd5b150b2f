// The fields of a request or an answer as rows: name, type with its bounds, whether it is required, meaning, example.
// It must not contain anything that the document does not.

import { html } from 'hono/html'
import { nameOf, resolve, type Schema, type ShownDocument, typesOf } from '../openapi-document.ts'
import type { Html } from './layout.ts'

/** Nothing is deeper today; a schema that contained itself would have no end. */
const MAX_DEPTH = 6
/** A longer pattern is no help to a reader: its description says the same. */
const MAX_PATTERN_LENGTH = 48
/** A longer name would take the room of its meaning: it is wrapped. */
const MAX_NAME_LENGTH = 32

export type FieldRow = {
  name: string
  type: string
  isNeeded: boolean
  text: string
  default: string | null
  example: string | null
}

/** Descriptions are Markdown in the document; of that they use only `words` in backticks and blank lines. */
export function prose(text: string): Html {
  const parts = text.split('`')
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

export const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

function range(least: number | undefined, most: number | undefined, unit: string): string[] {
  if (least === undefined && most === undefined) return []
  if (most === undefined) return [`from ${least}${unit}`]
  return [least === undefined ? `up to ${most}${unit}` : `${least}–${most}${unit}`]
}

/** Such as `string, 1–320 characters` or `sms | email, or null`. */
export function typeOf(document: ShownDocument, given: Schema): string {
  const schema = resolve(document, given)
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(document, one)).join(' | ')
  const [type = ''] = typesOf(schema)
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  const base = values
    ? values
        .filter((value) => value !== null)
        .map(shown)
        .join(' | ')
    : type === 'array'
      ? `array of ${typeOf(document, schema.items ?? {}) || 'values'}`
      : (nameOf(given) ?? type)
  const pattern = schema.pattern ?? ''
  const { additionalProperties: other } = schema
  const others = typeof other === 'object' ? typeOf(document, other) : ''
  const bounds = [
    ...(schema.format ? [schema.format] : []),
    ...range(schema.minLength, schema.maxLength, ' characters'), // mutant: C43.max-length-shown
    // JavaScript's own bounds of whole numbers mean nothing to a caller.
    ...range(
      schema.minimum === -Number.MAX_SAFE_INTEGER ? undefined : schema.minimum,
      schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum,
      '',
    ),
    ...(schema.maxProperties === undefined ? [] : [`up to ${schema.maxProperties} pairs`]),
    ...(others === '' ? [] : [`each value ${others}`]),
    ...(!schema.format && pattern && pattern.length <= MAX_PATTERN_LENGTH ? [pattern] : []),
    ...([schema.type].flat().includes('null') ? ['or null'] : []),
  ]
  return [base, ...bounds].join(', ')
}

function rowOf(document: ShownDocument, name: string, given: Schema, isNeeded: boolean): FieldRow {
  const schema = resolve(document, given)
  return {
    name,
    type: typeOf(document, given),
    isNeeded,
    text: given.description ?? schema.description ?? '',
    default: schema.default === undefined ? null : shown(schema.default), // mutant: C43.field-defaults-shown
    example: schema.example === undefined ? null : shown(schema.example),
  }
}

/** With dots into objects and `[]` into lists. */
export function fieldRows(
  document: ShownDocument,
  given: Schema,
  prefix = '',
  depth = 0,
): FieldRow[] {
  const schema = resolve(document, given)
  if (depth > MAX_DEPTH) return []
  if (schema.items) return fieldRows(document, schema.items, `${prefix}[]`, depth + 1)
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const full = prefix === '' ? name : `${prefix}.${name}`
    const isNeeded = schema.required?.includes(name) === true
    return [rowOf(document, full, field, isNeeded), ...fieldRows(document, field, full, depth + 1)]
  })
}

const meaning = (row: FieldRow) =>
  html`${prose(row.text)}${row.default === null ? '' : html` <span class="soft">Default:</span> <code>${row.default}</code>.`}${row.example === null ? '' : html` <span class="soft">Example:</span> <code>${row.example}</code>`}`

/** @param heading of the first column; a star marks what a request must have */
export function fieldTable(rows: readonly FieldRow[], heading: 'Field' | 'Response field'): Html {
  if (rows.length === 0) return html``
  const star = (row: FieldRow) => (heading === 'Field' && row.isNeeded ? ' *' : '')
  const isLong = rows.some(({ name }) => name.length > MAX_NAME_LENGTH)
  return html`<div class="wide${isLong ? ' long' : ''}"><table><thead><tr><th>${heading}</th><th>Type</th><th>Meaning</th></tr></thead><tbody>
${rows.map((row) => html`<tr><td><code>${row.name}</code>${star(row)}</td><td>${row.type}</td><td>${meaning(row)}</td></tr>`)}
</tbody></table></div>`
}
