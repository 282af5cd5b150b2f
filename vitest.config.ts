import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { LONG, leftOut, leftToCi, PATIENCE_MS } from './test/long.ts'

/** Minutes each: begun first, so that no core waits for them at the end. */
const LONGEST = ['/c53-failover.', '/c20-kill.', '/chaos.', '/c52-pipelining.', '/c42-postgres.']
  .concat(['/pages.', '/c55-forged.', '/c71-files.', '/move.', '/c88-element.', '/live-page.'])
  .concat(['/c62-backlog.', '/e2e/webhooks.', '/c49-decoy.'])

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.includes(name))
      return place === -1 ? LONGEST.length : place
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

/** They replace a module of Node's: nobody else may have loaded ours before. */
const REPLACES_MODULES = ['test/kernel/file-fault.test.ts', 'test/kernel/make-folder.test.ts']
  .concat(['test/storage/sqlite/backup-without-links.test.ts'])
  .concat(['packages/client/test/browser.test.ts'])

/** The packages' sources: nothing has to be built before a test, and a mutant is one of its own copy. */
const resolve = {
  alias: [
    // Next.js is 150 MB: its two functions are those of the test.
    { find: 'next/headers', replacement: `${import.meta.dirname}/examples/test/next-headers.ts` },
    {
      find: /^@countersign\/client$/,
      replacement: `${import.meta.dirname}/packages/client/src/client.ts`,
    },
    {
      find: /^@countersign\/client\/(.+)$/,
      replacement: `${import.meta.dirname}/packages/client/src/$1.ts`,
    },
  ],
}

const shared = {
  // For what hangs alone: a machine that is busy with other work takes several times as long.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  setupFiles: ['test/patience.ts'],
  expect: { poll: { timeout: PATIENCE_MS } },
}

export default defineConfig({
  test: {
    globalSetup: ['test/postgres/global-setup.ts', 'test/program-setup.ts'],
    sequence: { sequencer: LongestFirst },
    // For two cores: most tests wait for a process, a lease or a clock; in the long form less so.
    maxWorkers: LONG ? 4 : 6,
    reporters: ['default', leftToCi],
    projects: [
      {
        resolve,
        test: {
          ...shared,
          name: 'together',
          include: ['test/**/*.test.ts', '{packages/*,examples}/test/**/*.test.ts'],
          exclude: [...REPLACES_MODULES, ...leftOut],
          // Files share a process and what it has loaded: loading the program costs a second, and there are hundreds of files.
          isolate: false,
        },
      },
      { resolve, test: { ...shared, name: 'alone', include: REPLACES_MODULES } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
})
