// Which form of the tests runs: the short one of `npm test`, or the long one of `.ci/run`; and what the short one leaves out.
// It must not leave anything out of CI: what is listed here runs in its long form in each CI run.

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

/** Whole: no file was named. */
const isShortRun =
  !LONG && process.argv[2] === 'run' && process.argv.slice(3).every((word) => word.startsWith('-'))

/**
 * Seconds of both cores each. Their cases have shorter tests as well: limits and charges in test/contract, moves of a store in
 * test/commands, pages in test/console, disks in test/durability. Only HAProxy before three nodes, the blocks of argon2's memory and
 * a sign-in by OpenID Connect in a browser have none: those are shown by CI alone.
 */
const FILES_LEFT_TO_CI = [
  'packages/client/test/faults.test.ts',
  'packages/element/test/c88-element.test.ts',
  'test/console/oidc-browser.test.ts',
  'test/console/pages.test.ts',
  'test/deploy/proxy.test.ts',
  'test/durability/failed-sync.test.ts',
  'test/durability/held-sync.test.ts',
  'test/durability/power-cut.test.ts',
  'test/e2e/c06-guess-budget.test.ts',
  'test/e2e/c15-parallel-starts.test.ts',
  'test/e2e/c36-flood.test.ts',
  'test/e2e/c41-factors.test.ts',
  'test/e2e/c41-stored-values.test.ts',
  'test/e2e/c51-flood.test.ts',
  'test/e2e/c53-failover.test.ts',
  'test/e2e/polls.test.ts',
  'test/scripts/argon2-blocks.test.ts',
  'test/storage/migrate-store/move.test.ts',
  'test/storage/sqlite/c71-files.test.ts',
]
/** For `exclude`. */
export const leftOut = isShortRun ? FILES_LEFT_TO_CI : []

const LEFT_TO_CI = [
  `${FILES_LEFT_TO_CI.length} files of many processes, pages or floods (test/long.ts)`,
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
    if (isShortRun)
      process.once('exit', () => console.log(`Left to .ci/run: ${LEFT_TO_CI.join(', ')}.`))
  },
}
