// The part of a document that is written by `npm run generate`, between two comments.

import { readFileSync } from 'node:fs'

/** `text` with `content` between `<!-- name:begin -->` and `<!-- name:end -->`. @throws where it lacks them */
export function replacePart(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error(`a document has no ${begin} … ${end}`)
  return `${before}${begin}\n${content}\n${end}${after}`
}

/** A file, and what it should hold. */
export function withParts(
  file: string,
  parts: Readonly<Record<string, string>>,
): [file: string, content: string] {
  const text = Object.entries(parts).reduce(
    (text, [name, content]) => replacePart(text, name, content),
    readFileSync(file, 'utf8'),
  )
  return [file, text]
}

/** A cell may hold bars and line breaks. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const toCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  const toLine = (cells: readonly string[]) => `| ${cells.map(toCell).join(' | ')} |`
  return [toLine(head), toLine(head.map(() => '---')), ...rows.map(toLine)].join('\n')
}
