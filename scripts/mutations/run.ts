// Tries one mutant after another, in copies of the project, and expects the test it names to kill it.
// It must not touch the project itself, nor mistake a test that could not be loaded for a red one.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSharedServer } from '../../test/postgres/server.ts'
import { editsOf, mutated, readSources, type Sources } from './apply.ts'
import { copyProject, endGroup, writeTexts } from './copy.ts'
import { MUTANTS } from './lists/all.ts'
import { CHAOS_BUILDS } from './lists/chaos.ts'
import { keptBy, type Mutant } from './mutation.ts'

/** CI has two cores: one copy of the project for each. */
const COPIES = 2
/** A mutant may leave a test waiting; the slowest test takes 5 s. */
const RUN_LIMIT_MS = 60_000
const TEST_LIMIT_MS = 30_000
/** All of those tests, once, with nothing changed. */
const UNCHANGED_LIMIT_MS = 240_000

/** One server for all runs: starting it takes longer than most tests. */
const postgresDirectory = mkdtempSync(join(tmpdir(), 'mutants-postgres-'))

type Outcome = { title: string; status: string; said: string }
type Verdict = { mutant: Mutant; fault: string | undefined; red: Outcome[]; seconds: number }

const escapePattern = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** One vitest over `files`, with only the tests that `titles` name. Undefined: it did not end, or ended without output. */
async function runTests(
  root: string,
  files: readonly string[],
  titles: readonly string[],
  limitMs = RUN_LIMIT_MS,
) {
  const report = join(root, 'report.json')
  rmSync(report, { force: true })
  const pattern = titles.map(escapePattern).join('|')
  const words = ['run', ...files, '-t', pattern, '--reporter=json', `--outputFile=${report}`]
  // A test that waits for something its mutant prevents turns red in time to be counted.
  words.push(`--testTimeout=${TEST_LIMIT_MS}`)
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', ...words, '--no-cache'],
    {
      cwd: root,
      stdio: 'ignore',
      env: {
        ...process.env,
        COUNTERSIGN_TEST_POSTGRES: postgresDirectory,
        COUNTERSIGN_TEST_PATIENCE_MS: '1000',
        COUNTERSIGN_TEST_SOURCES: '1',
      },
      // A process group of its own: processes that its tests started end with it.
      detached: true,
    },
  )
  const timer = setTimeout(() => endGroup(child.pid), limitMs)
  await new Promise((done) => child.once('exit', done))
  clearTimeout(timer)
  // A mutant may keep a test from ending the service that it started.
  endGroup(child.pid)
  return existsSync(report) ? readOutcomes(report) : undefined
}

function readOutcomes(report: string): Outcome[] {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    testResults: {
      assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
    }[]
  }
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .map(
      ({ fullName: title, status, failureMessages }): Outcome => ({
        ...{ title, status },
        said: failureMessages[0]?.split('\n')[0] ?? '',
      }),
    )
}

/** Why the mutant was not killed; undefined: it was. */
function faultOf(named: readonly Outcome[] | undefined, red: readonly Outcome[]) {
  if (!named) return 'no result within the time limit'
  if (named.length === 0) return 'the test did not run: the mutant does not load'
  const byItself = red.find(({ said }) => /^(ReferenceError|SyntaxError)\b/.test(said))
  if (byItself) return `the change itself is at fault: ${byItself.said}`
  return red.length > 0 ? undefined : 'the test is still green'
}

async function tryOne(root: string, sources: Sources, mutant: Mutant): Promise<Verdict> {
  const began = performance.now()
  const { file, title } = mutant.test
  const changed = mutated(sources, mutant.name, mutant.changes)
  const originals = new Map([...changed.keys()].map((name) => [name, sources.text(name)]))
  let outcomes: Outcome[] | undefined
  try {
    writeTexts(root, changed)
    outcomes = await runTests(root, [file], [title])
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

/** Every change fits its file, and every named test exists and is green. */
async function checkUnchanged(
  root: string,
  sources: Sources,
  mutants: readonly Mutant[],
): Promise<string[]> {
  const faults = findStrays(sources)
  for (const { name, changes } of mutants)
    try {
      editsOf(sources, name, changes)
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
  if (faults.length > 0) return faults
  const files = [...new Set(mutants.map(({ test }) => test.file))]
  const titles = [...new Set(mutants.map(({ test }) => test.title))]
  const outcomes = await runTests(root, files, titles, UNCHANGED_LIMIT_MS)
  if (!outcomes) return ['the tests did not run']
  for (const { test } of mutants) {
    const named = outcomes.filter(({ title }) => title.includes(test.title))
    const isGreen = named.length > 0 && named.every(({ status }) => status === 'passed')
    const said = named[0]?.said || (named[0] ? `it was ${named[0].status}` : 'no such test')
    if (!isGreen) faults.push(`unchanged, ${test.file} › ${test.title}: ${said}`)
  }
  return [...new Set(faults)]
}

async function tryAll(roots: readonly string[], sources: Sources, mutants: readonly Mutant[]) {
  const waiting = [...mutants]
  const verdicts: Verdict[] = []
  const work = async (root: string) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const verdict = await tryOne(root, sources, next)
      verdicts.push(verdict)
      const { mutant, fault, red, seconds } = verdict
      const said = fault ? `SURVIVED: ${fault}` : `killed by ${red[0]?.title}`
      console.log(`${mutant.name}  ${seconds.toFixed(1)} s  ${mutant.line}\n     ${said}`)
      if (isVerbose) console.log(`     ${red[0]?.said.slice(0, 160)}`)
    }
  }
  await Promise.all(roots.map(work))
  return verdicts
}

const isVerbose = process.argv.includes('--verbose')
/** `--only I7`, `--only I7.sealed`, or the beginning of a line's words: while one is written. */
const only = process.argv.find((_word, i) => process.argv[i - 1] === '--only')
const chosen = MUTANTS.filter(
  (one) =>
    only === undefined || keptBy(one) === only || one.name === only || one.line.startsWith(only),
)
if (chosen.length === 0) throw new Error(`no mutant is called ${only}: see scripts/mutations/lists`)
const sources = readSources('.')
const roots = Array.from({ length: COPIES }, copyProject)
const postgres = await startSharedServer(postgresDirectory)
try {
  const faults = await checkUnchanged(roots[0] as string, sources, chosen)
  for (const fault of faults) console.error(fault)
  const verdicts = faults.length > 0 ? [] : await tryAll(roots, sources, chosen)
  const survivors = verdicts.filter(({ fault }) => fault !== undefined)
  // Again at the end: a log is often cut at its beginning.
  for (const { mutant, fault } of survivors)
    console.error(`${mutant.name}  ${mutant.line}\n     SURVIVED: ${fault}`)
  console.log(`${verdicts.length - survivors.length} of ${chosen.length} mutants killed`)
  process.exitCode = faults.length === 0 && survivors.length === 0 ? 0 : 1
} finally {
  await postgres.stop()
  for (const root of [...roots, postgresDirectory]) rmSync(root, { recursive: true, force: true })
}
