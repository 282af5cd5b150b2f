// Makes a mutant's changes in the text of the project's files.
// It must not write: run.ts and run-chaos.ts change a copy of the project.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findMarkers, type Marked, nodeAt, parse, replaceNode } from './marked.ts'
import type { Change, FileChange, NodeChange, PieceChange } from './mutation.ts'

export type Sources = {
  text(file: string): string
  /** @throws where there is no such marker */
  marked(name: string): Marked
  markers: ReadonlyMap<string, Marked>
}

/** Folders in which markers are looked for. */
const MARKED = ['src', 'packages/*/src']

/** The project under `root`, as it is now. */
export function readSources(root: string): Sources {
  const texts = new Map<string, string>()
  const files = globSync(
    MARKED.map((folder) => `${folder}/**/*.{js,ts}`),
    { cwd: root },
  )
  for (const file of files) texts.set(file, readFileSync(join(root, file), 'utf8'))
  const markers = findMarkers(texts)
  return {
    text: (file) => texts.get(file) ?? readFileSync(join(root, file), 'utf8'),
    markers,
    marked(name) {
      const marked = markers.get(name)
      if (!marked) throw new Error(`no line of src/ or packages/ has the marker ${name}`)
      return marked
    },
  }
}

function replaceOnce(text: string, { find, replace }: { find: string; replace: string }): string {
  const times = text.split(find).length - 1
  if (find === '' || times !== 1)
    throw new Error(`${JSON.stringify(find)} is there ${times} times, not once`)
  return text.replace(find, () => replace)
}

type Edit = {
  file: string
  from: number
  apply(text: string): string
  before: string
  after: string
}

function editNode(sources: Sources, name: string, change: NodeChange | PieceChange): Edit {
  const { file, line } = sources.marked(change.at ?? name)
  const source = parse(sources.text(file))
  const node = nodeAt(source, line, change.node, change.nth ?? 1)
  const before = node.getText()
  const after = 'becomes' in change ? change.becomes : replaceOnce(before, change)
  return {
    ...{ file, before, after, from: node.getStart() },
    apply: (text) => replaceNode(text, node, after),
  }
}

function editFile(sources: Sources, change: FileChange): Edit {
  const text = sources.text(change.file)
  replaceOnce(text, change)
  return {
    ...{ file: change.file, before: change.find, after: change.replace },
    from: text.indexOf(change.find),
    apply: (current) => replaceOnce(current, change),
  }
}

/** The place of each change, its text before and after. @throws with the mutant's name where one no longer fits */
export function editsOf(sources: Sources, name: string, changes: readonly Change[]): Edit[] {
  try {
    return changes.map((change) =>
      'file' in change ? editFile(sources, change) : editNode(sources, name, change),
    )
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The changed files, whole. Later places are changed first, so that earlier ones do not move. */
export function mutated(
  sources: Sources,
  name: string,
  changes: readonly Change[],
): Map<string, string> {
  const texts = new Map<string, string>()
  const edits = editsOf(sources, name, changes).toSorted((a, b) => b.from - a.from)
  for (const { file, apply } of edits) texts.set(file, apply(texts.get(file) ?? sources.text(file)))
  return texts
}
