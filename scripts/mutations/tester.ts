// A process that keeps vitest loaded and runs the tests it is told of, one request after another: what a run reads and
// transforms first takes longer than most of the tests that mutants name.
// It must not decide anything about mutants: tester-process.ts starts it, and ends it where a test hangs.

import { resolve } from 'node:path'
import { createVitest, type TestCase } from 'vitest/node'

/** `changed`: files whose text is another than in the run before; paths are relative to the working directory. */
export type TestRequest = {
  files: readonly string[]
  changed: readonly string[]
  /** Of the full title. */
  pattern: string
}
export type Outcome = { title: string; status: string; said: string }

/** A test that waits for something its mutant prevents turns red in time to be counted. */
const TEST_LIMIT_MS = 30_000

const vitest = await createVitest('test', {
  watch: false,
  run: true,
  // The copies share node_modules, where results would be kept.
  cache: false,
  reporters: [{}],
  testTimeout: TEST_LIMIT_MS,
})
await vitest.globTestSpecifications()

function titleOf(test: TestCase): string {
  const names = [test.name]
  for (let { parent } = test; parent.type === 'suite'; parent = parent.parent)
    names.unshift(parent.name)
  return names.join(' ')
}

function outcomeOf(test: TestCase): Outcome {
  const { state, errors } = test.result()
  const said = errors?.[0]?.stack ?? errors?.[0]?.message ?? ''
  return { title: titleOf(test), status: state, said: said.split('\n')[0] ?? '' }
}

async function run({ files, changed, pattern }: TestRequest): Promise<Outcome[]> {
  for (const file of changed) vitest.invalidateFile(resolve(file))
  const specifications = files.flatMap((file) => vitest.getModuleSpecifications(resolve(file)))
  vitest.setGlobalTestNamePattern(new RegExp(pattern))
  const { testModules } = await vitest.runTestSpecifications(specifications)
  return testModules
    .flatMap((module) => [...module.children.allTests()])
    .map(outcomeOf)
    .filter(({ status }) => status !== 'skipped')
}

process.on('message', (request: TestRequest) => {
  run(request).then(
    (outcomes) => process.send?.(outcomes),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.once('disconnect', () => process.exit())
process.send?.('ready')
