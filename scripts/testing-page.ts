// Renders the tables of invariants, defences and cases in ARCHITECTURE.md and docs/testing.md from their lists.
// It must not run a test: break-invariants.ts does, and CI runs it.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFENCES } from './defences/all.ts'
import { CASE_NAMES, LATER_CASES } from './defences/case-names.ts'
import { CHAOS_BUILDS } from './defences/chaos.ts'
import type { Change, Defence } from './defences/defence.ts'
import { INVARIANTS } from './defences/invariants.ts'

const ARCHITECTURE = 'ARCHITECTURE.md'
const TESTING = 'docs/testing.md'
/** A cell stays readable; the whole text is in scripts/defences/. */
const MAX_CODE_CHARACTERS = 90

/** A title, or what every title of a `describe` begins with: `'C30, C37: …'`, `"I9: …"`, `` `C1: ${…}` ``. */
const TITLE = /['"`]((?:[CI]\d+(?:, )?)+)(?::|`)/g

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

function code(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  const cut =
    line.length > MAX_CODE_CHARACTERS ? `${line.slice(0, MAX_CODE_CHARACTERS).trimEnd()} …` : line
  const fence = cut.includes('`') ? '``' : '`'
  return fence === '`' ? `\`${cut}\`` : `${fence} ${cut} ${fence}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const unique = <T>(items: readonly T[]) => [...new Set(items)]

function keptBy(invariant: string): readonly Defence[] {
  const found = DEFENCES.filter(({ keeps }) => keeps === invariant)
  if (found.length === 0) throw new Error(`no line of scripts/defences keeps ${invariant}`)
  return found
}

function invariantsTable(): string {
  const rows = Object.entries(INVARIANTS).map(([id, text]) => {
    const defences = keptBy(id)
    const lines = defences.map(({ line, changes }) => {
      const files = unique(changes.map(({ file }) => `\`${file}\``))
      return `${line} (${files.join(', ')})`
    })
    const tests = unique(defences.map(({ test }) => `\`${test.file}\``))
    return [id, text, lines.join('<br>'), tests.join('<br>')]
  })
  return table(['', 'always', 'the lines that keep it', 'tests that fail without them'], rows)
}

function told({ find, replace }: Change): string {
  return `${code(find)} → ${replace.trim() === '' ? 'nothing' : code(replace)}`
}

function defencesTable(): string {
  const rows = DEFENCES.map(({ keeps, line, changes, test }) => [
    keeps,
    line,
    unique(changes.map(({ file }) => `\`${file}\``)).join('<br>'),
    changes.map(told).join('<br>and '),
    `\`${test.file}\`<br>${test.title}`,
  ])
  return table(['', 'the line', 'in', 'broken so', 'the test that turns red'], rows)
}

function chaosTable(): string {
  const rows = CHAOS_BUILDS.map(({ name, line, changes, seenBy }) => [
    `\`${name}\``,
    line,
    unique(changes.map(({ file }) => `\`${file}\``)).join('<br>'),
    changes.map(told).join('<br>and '),
    seenBy,
  ])
  return table(['build', 'what is wrong with it', 'in', 'broken so', 'the rule that sees it'], rows)
}

function testFiles(): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((path) => join('test', path))
    .filter((path) => path.endsWith('.ts'))
    .sort()
}

/** Which files have a title with the case. Those of test/contract/ run on every implementation. */
function filesByCase(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of testFiles())
    for (const [, ids = ''] of readFileSync(file, 'utf8').matchAll(TITLE))
      for (const id of ids.split(', ')) {
        const files = found.get(id) ?? new Set()
        found.set(id, files.add(file))
      }
  return found
}

function casesTable(): string {
  const found = filesByCase()
  const known = new Set([...Object.keys(CASE_NAMES), ...LATER_CASES])
  const unknown = [...found.keys()].filter((id) => id.startsWith('C') && !known.has(id))
  if (unknown.length > 0) throw new Error(`tests of unknown cases: ${unknown.join(', ')}`)
  const rows = Object.entries(CASE_NAMES).map(([id, name]) => {
    const files = [...(found.get(id) ?? [])]
    if (files.length === 0) throw new Error(`no test's title begins with ${id}`)
    return [id, name, files.map((file) => `\`${file}\``).join('<br>')]
  })
  return table(['', 'case', 'tests whose title begins with it'], rows)
}

/** `text` with what stands between `<!-- name:begin -->` and its end replaced. */
function replaceBetween(file: string, text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
  const [before, rest] = text.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error(`${file} has no ${begin} … ${end}`)
  return `${before}${begin}\n${content}\n${end}${after}`
}

/** Each file and what it should hold. @throws where an invariant has no line, or a case no test */
export function testingPages(): [string, string][] {
  const architecture = readFileSync(ARCHITECTURE, 'utf8')
  const testing = readFileSync(TESTING, 'utf8')
  const withDefences = replaceBetween(TESTING, testing, 'defences', defencesTable())
  const withChaos = replaceBetween(TESTING, withDefences, 'chaos', chaosTable())
  return [
    [ARCHITECTURE, replaceBetween(ARCHITECTURE, architecture, 'invariants', invariantsTable())],
    [TESTING, replaceBetween(TESTING, withChaos, 'cases', casesTable())],
  ]
}
