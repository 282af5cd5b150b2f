// Renders docs/invariants.md and the tables of docs/testing.md from the lists of invariants, mutants and cases.

import { globSync, readFileSync } from 'node:fs'
import { toTable, withParts } from '../generated-part.ts'
import { editsOf, readSources, type Sources } from './apply.ts'
import { CASE_NAMES, LATER_CASES } from './case-names.ts'
import { INVARIANTS } from './invariants.ts'
import { MUTANTS } from './lists/all.ts'
import { CHAOS_BUILDS } from './lists/chaos.ts'
import { type Change, keptBy, type Mutant } from './mutation.ts'

/** A cell stays readable; the whole text is in the list. */
const MAX_CODE_CHARACTERS = 90

/** A title, or what every title of a `describe` begins with: `'C30, C37: …'`, `"I9: …"`, `` `C1: ${…}` ``. */
const TITLE = /['"`]((?:[CI]\d+(?:, )?)+)(?::|`)/g

function code(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  const cut =
    line.length > MAX_CODE_CHARACTERS ? `${line.slice(0, MAX_CODE_CHARACTERS).trimEnd()} …` : line
  const fence = cut.includes('`') ? '``' : '`'
  return fence === '`' ? `\`${cut}\`` : `${fence} ${cut} ${fence}`
}

const unique = <T>(items: readonly T[]) => [...new Set(items)]

function keeping(invariant: string): readonly Mutant[] {
  const found = MUTANTS.filter((one) => keptBy(one) === invariant)
  if (found.length === 0) throw new Error(`no mutant belongs to ${invariant}`)
  return found
}

type Placed = { name: string; changes: readonly Change[] }

function filesOf(sources: Sources, { name, changes }: Placed): string[] {
  return unique(editsOf(sources, name, changes).map(({ file }) => `\`${file}\``))
}

function invariantsPart(sources: Sources): string {
  const sections = Object.entries(INVARIANTS).map(([id, { name, text }]) => {
    const rows = keeping(id).map((one) => [
      one.line,
      filesOf(sources, one).join('<br>'),
      `\`${one.test.file}\``,
    ])
    const lines = toTable(['the line that keeps it', 'in', 'test that fails without it'], rows)
    return `## ${id}: ${name}\n\n${text}\n\n${lines}`
  })
  return sections.join('\n\n')
}

function shown(sources: Sources, { name, changes }: Placed): string {
  const texts = editsOf(sources, name, changes).map(
    ({ before, after }) => `${code(before)} → ${after.trim() === '' ? 'nothing' : code(after)}`,
  )
  return texts.join('<br>and ')
}

function mutantsTable(sources: Sources): string {
  const rows = MUTANTS.map((one) => [
    ...[`\`${one.name}\``, one.line, filesOf(sources, one).join('<br>'), shown(sources, one)],
    `\`${one.test.file}\`<br>${one.test.title}`,
  ])
  return toTable(['mutant', 'what the line does', 'in', 'changed so', 'killed by'], rows)
}

function chaosTable(sources: Sources): string {
  const rows = CHAOS_BUILDS.map((one) => [
    ...[`\`${one.name}\``, one.line, filesOf(sources, one).join('<br>'), shown(sources, one)],
    one.seenBy,
  ])
  return toTable(
    ['build', 'what is wrong with it', 'in', 'changed so', 'the rule that sees it'],
    rows,
  )
}

function testFiles(): string[] {
  return globSync(['test/**/*.ts', '{packages/*,examples}/test/**/*.ts']).sort()
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
  return toTable(['', 'case', 'tests whose title begins with it'], rows)
}

/** Each file and what it should hold. @throws where an invariant has no line, or a case no test */
export function testingPages(): [file: string, content: string][] {
  const sources = readSources('.')
  return [
    withParts('docs/invariants.md', { invariants: invariantsPart(sources) }),
    withParts('docs/testing.md', {
      mutants: mutantsTable(sources),
      chaos: chaosTable(sources),
      cases: casesTable(),
    }),
  ]
}
