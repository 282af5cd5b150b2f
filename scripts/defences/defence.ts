// The shape of one line of defence: where it stands, how it is taken out, and which test must see that.
// It must not run anything: break-invariants.ts does.

export type Change = {
  file: string
  /** Exactly the text that stands there, once: a line that moved must be noticed. */
  find: string
  /** What stands there in its place; '' takes the line out. */
  replace: string
}

export type Defence = {
  /** The invariant (I1) or case (C13) that it keeps. */
  keeps: string
  /** What the line does, for ARCHITECTURE.md and docs/testing.md. */
  line: string
  /** Several where one alone changes nothing because another line keeps it, too. */
  changes: readonly Change[]
  /** Of the test's full title, enough to name it. */
  test: { file: string; title: string }
}

/** One change that one test sees. */
export function row(keeps: string, line: string, change: Change, test: Defence['test']): Defence {
  return { keeps, line, changes: [change], test }
}
