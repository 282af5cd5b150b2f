// The shape of a mutant: which line it changes, into what, and which test must kill it.
// It must not run anything: run.ts does.

/** New text for the syntax node that a marker names. */
export type NodeChange = {
  /** The marker's name, where it is not the mutant's own. */
  at?: string
  /** The compiler's name of the node's kind: `IfStatement`, `CallExpression`. */
  node: string
  /** Which of the marked nodes of that kind, counted from 1 in reading order. Default: 1. */
  nth?: number
  /** '' removes the node, an element with its comma. */
  becomes: string
}

/** A piece of a text inside a marked node: SQL or HTML in a template, which has no nodes of its own. */
export type PieceChange = Omit<NodeChange, 'becomes'> & { find: string; replace: string }

/** In a file that is not TypeScript: SQL functions, YAML, Markdown. The text must occur there once. */
export type FileChange = { file: string; find: string; replace: string }

export type Change = NodeChange | PieceChange | FileChange

export type Mutant = {
  /** `I5.commit`: the invariant or case it belongs to, and the word that marks its line in the source. */
  name: string
  /** What the line does, for the documents. */
  line: string
  /** Several where one alone changes nothing because another line keeps the same promise. */
  changes: readonly Change[]
  /** The fastest test that notices it, and enough of its full title to identify it. */
  test: { file: string; title: string }
}

export function mutant(
  name: string,
  line: string,
  [file, title]: readonly [file: string, title: string],
  ...changes: readonly Change[]
): Mutant {
  return { name, line, changes, test: { file, title } }
}

/** The invariant (I1) or case (C13) that the line keeps. */
export function keptBy({ name }: Mutant): string {
  return name.slice(0, name.indexOf('.'))
}
