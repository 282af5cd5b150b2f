// Tries one mutant after another, in copies of the project, and expects the test it names to kill it.
// It must not touch the project itself, nor mistake a test that could not be loaded for a red one.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSharedServer } from '../../test/postgres/server.ts'
import { editsOf, mutated, readSources, type Sources } from './apply.ts'
import { copyProject, writeTexts } from './copy.ts'
import { MUTANTS } from './lists/all.ts'
import { CHAOS_BUILDS } from './lists/chaos.ts'
import { keptBy, type Mutant } from './mutation.ts'
import { createAimCheck } from './sql-aim.ts'
import type { Outcome } from './tester.ts'
import { createTester, type Tester } from './tester-process.ts'

/** CI has two cores: one copy of the project for each. */
const COPIES = 2
/** A mutant may leave a test waiting; the slowest test takes 5 s. */
const RUN_LIMIT_MS = 60_000
/** A file's named tests, with nothing changed. */
const UNCHANGED_LIMIT_MS = 240_000

/** One server for all runs: starting it takes longer than most tests. */
const postgresDirectory = mkdtempSync(join(tmpdir(), 'mutants-postgres-'))

type Copy = { root: string; tester: Tester }
type Verdict = { mutant: Mutant; fault: string | undefined; red: Outcome[]; seconds: number }

const escapePattern = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
const patternOf = (titles: readonly string[]) => titles.map(escapePattern).join('|')

/** Why the mutant was not killed; undefined: it was. */
function faultOf(named: readonly Outcome[] | undefined, red: readonly Outcome[]) {
  if (!named) return 'no result within the time limit'
  if (named.length === 0) return 'the test did not run: the mutant does not load'
  const byItself = red.find(({ said }) => /^(ReferenceError|SyntaxError)\b/.test(said))
  if (byItself) return `the change itself is at fault: ${byItself.said}`
  return red.length > 0 ? undefined : 'the test is still green'
}

async function tryOne({ root, tester }: Copy, sources: Sources, mutant: Mutant): Promise<Verdict> {
  const began = performance.now()
  const { file, title } = mutant.test
  const texts = mutated(sources, mutant.name, mutant.changes)
  const changed = [...texts.keys()]
  const originals = new Map(changed.map((name) => [name, sources.text(name)]))
  let outcomes: Outcome[] | undefined
  try {
    writeTexts(root, texts)
    outcomes = await tester.run(
      { files: [file], changed, pattern: patternOf([title]) },
      RUN_LIMIT_MS,
    )
  } finally {
    writeTexts(root, originals)
  }
  const named = (outcomes ?? []).filter((one) => one.title.includes(title))
  const red = named.filter(({ status }) => status === 'failed')
  return {
    ...{ mutant, red, fault: faultOf(outcomes && named, red) },
    seconds: (performance.now() - began) / 1000,
  }
}

/** Names without a counterpart: a marker without a mutant, two mutants of one name. */
function findStrays(sources: Sources): string[] {
  const all = [...MUTANTS, ...CHAOS_BUILDS]
  const used = new Set(
    all.flatMap(({ name, changes }) =>
      changes.flatMap((one) => ('file' in one ? [] : [one.at ?? name])),
    ),
  )
  const twice = all.filter(({ name }, i) => all.findIndex((one) => one.name === name) !== i)
  return [
    ...[...sources.markers]
      .filter(([name]) => !used.has(name))
      .map(([name, { file }]) => `${file}: no mutant belongs to the marker ${name}`),
    ...twice.map(({ name }) => `two mutants are called ${name}`),
  ]
}

/** One piece of work after another, on each copy. */
async function shareOut<Work>(
  copies: readonly Copy[],
  works: readonly Work[],
  run: (copy: Copy, work: Work) => Promise<void>,
): Promise<void> {
  const waiting = [...works]
  const work = async (copy: Copy) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await run(copy, next)
  }
  await Promise.all(copies.map(work))
}

/** Every change fits its file, and what it changes is in use. */
function checkFit(sources: Sources, mutants: readonly Mutant[]): string[] {
  const faults = findStrays(sources)
  const aimOf = createAimCheck()
  for (const { name, changes } of mutants)
    try {
      editsOf(sources, name, changes)
      for (const missed of changes.flatMap((one) => aimOf(one) ?? []))
        faults.push(`${name}: ${missed}`)
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
  return faults
}

/** Every named test exists and is green. */
async function checkUnchanged(
  copies: readonly Copy[],
  mutants: readonly Mutant[],
): Promise<string[]> {
  const faults: string[] = []
  const byFile = Map.groupBy(mutants, ({ test }) => test.file)
  await shareOut(copies, [...byFile], async ({ tester }, [file, ofFile]) => {
    const titles = new Set(ofFile.map(({ test }) => test.title))
    const pattern = patternOf([...titles])
    const outcomes = await tester.run({ files: [file], changed: [], pattern }, UNCHANGED_LIMIT_MS)
    for (const title of titles) {
      const named = (outcomes ?? []).filter((one) => one.title.includes(title))
      const isGreen = named.length > 0 && named.every(({ status }) => status === 'passed')
      const said = named.find(({ status }) => status !== 'passed')?.said || 'no such test'
      if (!isGreen) faults.push(`unchanged, ${file} › ${title}: ${outcomes ? said : 'no outcome'}`)
    }
  })
  return faults
}

async function tryAll(copies: readonly Copy[], sources: Sources, mutants: readonly Mutant[]) {
  const verdicts: Verdict[] = []
  await shareOut(copies, mutants, async (copy, next) => {
    const verdict = await tryOne(copy, sources, next)
    verdicts.push(verdict)
    const { mutant, fault, red, seconds } = verdict
    const said = fault ? `SURVIVED: ${fault}` : `killed by ${red[0]?.title}`
    console.log(`${mutant.name}  ${seconds.toFixed(1)} s  ${mutant.line}\n     ${said}`)
    if (isVerbose) console.log(`     ${red[0]?.said.slice(0, 160)}`)
  })
  return verdicts
}

const option = (name: string) =>
  process.argv.find((_word, i) => process.argv[i - 1] === `--${name}`)
const isVerbose = process.argv.includes('--verbose')
/** `--only I7`, `--only I7.sealed`, or the beginning of a line's words: while one is written. */
const only = option('only')
/** `--part 1/2`: every second one, from the first on. */
const [part = 1, parts = 1] = (option('part') ?? '1/1').split('/').map(Number)
const chosen = MUTANTS.filter(
  (one) =>
    only === undefined || keptBy(one) === only || one.name === only || one.line.startsWith(only),
).filter((_one, i) => i % parts === part - 1)
if (chosen.length === 0) throw new Error(`no mutant is called ${only}: see scripts/mutations/lists`)
const sources = readSources('.')
const environment = {
  COUNTERSIGN_TEST_POSTGRES: postgresDirectory,
  COUNTERSIGN_TEST_PATIENCE_MS: '1000',
  COUNTERSIGN_TEST_SOURCES: '1',
}
const copies = Array.from({ length: COPIES }, (): Copy => {
  const root = copyProject()
  return { root, tester: createTester(root, environment) }
})
const postgres = await startSharedServer(postgresDirectory)
try {
  const unfit = checkFit(sources, chosen)
  const faults = unfit.length > 0 ? unfit : await checkUnchanged(copies, chosen)
  for (const fault of faults) console.error(fault)
  const verdicts = faults.length > 0 ? [] : await tryAll(copies, sources, chosen)
  const survivors = verdicts.filter(({ fault }) => fault !== undefined)
  // Again at the end: a log is often cut at its beginning.
  for (const { mutant, fault } of survivors)
    console.error(`${mutant.name}  ${mutant.line}\n     SURVIVED: ${fault}`)
  console.log(`${verdicts.length - survivors.length} of ${chosen.length} mutants killed`)
  process.exitCode = faults.length === 0 && survivors.length === 0 ? 0 : 1
} finally {
  for (const { tester } of copies) tester.stop()
  await postgres.stop()
  for (const { root } of copies) rmSync(root, { recursive: true, force: true })
  rmSync(postgresDirectory, { recursive: true, force: true })
}
