// Finds the syntax node that a marker comment names (`// mutant: I5.commit`), and puts other code in its place.
// It must not depend on the node's text: code may be renamed, moved and formatted, and its mutant stays.

import ts from 'typescript'

/** At the end of a line, or on a line of its own above it; several names may follow each other. */
const MARKER = /\/\/ mutants?: ([^/]+)$/
const ALONE = /^\s*\/\//

export type Marked = { file: string; line: number }

/** Numbers have several names in the compiler's list (`FirstStatement`): the first is the usual one. */
const KINDS = new Map<number, string>()
for (const [name, kind] of Object.entries(ts.SyntaxKind))
  if (typeof kind === 'number' && !KINDS.has(kind)) KINDS.set(kind, name)

function kindOf(node: ts.Node): string {
  return KINDS.get(node.kind) ?? ''
}

/** @param texts by file; @returns where each marker points. @throws where a name occurs twice */
export function findMarkers(texts: ReadonlyMap<string, string>): Map<string, Marked> {
  const found = new Map<string, Marked>()
  for (const [file, text] of texts)
    for (const [index, content] of text.split('\n').entries())
      for (const name of MARKER.exec(content)?.[1]?.trim().split(' ') ?? []) {
        if (found.has(name)) throw new Error(`${file}: the marker ${name} occurs twice`)
        found.set(name, { file, line: ALONE.test(content) ? index + 1 : index })
      }
  return found
}

export function parse(text: string): ts.SourceFile {
  return ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true)
}

/** The nodes that begin on the line, and everything in them, in reading order. */
function nodesAt(source: ts.SourceFile, line: number): ts.Node[] {
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line
  const found: ts.Node[] = []
  const take = (node: ts.Node) => {
    found.push(node)
    ts.forEachChild(node, take)
  }
  const look = (node: ts.Node) => {
    if (node !== source && lineOf(node) === line) take(node)
    else ts.forEachChild(node, look)
  }
  look(source)
  return found
}

/** @param nth counted from 1 among the marked nodes of that kind */
export function nodeAt(source: ts.SourceFile, line: number, kind: string, nth: number): ts.Node {
  const node = nodesAt(source, line).filter((one) => kindOf(one) === kind)[nth - 1]
  if (!node) throw new Error(`no ${kind} (${nth}) begins on the marked line ${line + 1}`)
  return node
}

/** An element is removed together with its comma. */
export function replaceNode(text: string, node: ts.Node, becomes: string): string {
  const start = node.getStart()
  const rest = text.slice(node.getEnd())
  const comma = becomes === '' ? (/^\s*,/.exec(rest)?.[0].length ?? 0) : 0
  return text.slice(0, start) + becomes + rest.slice(comma)
}
