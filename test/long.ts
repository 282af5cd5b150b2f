// Which form of the tests runs: the short one of `npm test`, or the long one of `.ci/run`; and what the short one leaves out.
// It must not leave out what nothing else tests: what is listed here runs in its long form in each CI run.

import type { Reporter } from 'vitest/node'

export const LONG = process.env.COUNTERSIGN_TEST_LONG === '1'

/** `COUNTERSIGN_TEST_CHAOS_SECONDS=600 .ci/run`, after everything else: minutes for what npm test does in seconds, each page at both
 * sizes in light and dark. */
export const LONGEST = Number(process.env.COUNTERSIGN_TEST_CHAOS_SECONDS ?? 0) >= 600

/**
 * How long a test waits for a condition at least: on a machine that is busy with other work everything takes several times
 * as long. Less in the run of mutants (`npm run mutants`): there, many wait in vain.
 */
export const PATIENCE_MS = Number(process.env.COUNTERSIGN_TEST_PATIENCE_MS ?? 30_000)

const LEFT_TO_CI = [
  'the chaos run',
  '58 of 60 kills (C20)',
  'half of what a live page does',
  'longer floods and races',
  'some kills and backlogs on PostgreSQL',
  'pages on a wide screen and in the dark',
  'memory at rest',
  'the client in Bun, Deno and workerd',
  'pictures of pages, which a person looks at',
]

/** The last lines of a whole short run. A run of single files says nothing. */
export const leftToCi: Reporter = {
  onTestRunEnd() {
    const isWhole = process.argv.slice(2).every((word) => word === 'run' || word.startsWith('-'))
    if (isWhole && !LONG)
      process.once('exit', () => console.log(`Left to .ci/run: ${LEFT_TO_CI.join(', ')}.`))
  },
}
